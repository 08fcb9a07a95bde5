import { z } from 'zod';
import { BRAND_ID } from '../dodo/business.js';
import { disputeListView } from '../dodo/disputes.js';
import { createOneTimePayment } from '../dodo/one-time-payment.js';
import { lineItemsView, paymentListView, readPaymentView } from '../dodo/payment-views.js';
import { paymentOf } from '../dodo/payments.js';
import { createRefund, refundListView, refundOf, refundView } from '../dodo/refunds.js';
import { parse } from '../errors.js';
import type { PaymentRow } from '../model.js';
import { foundByList, foundByRead } from '../read-faults.js';
import type { World } from '../world.js';
import { createdQuery, createdWithin, listQuery, page } from './paging.js';
import type { Route } from './route.js';
import { ok } from './route.js';
import { paymentBodySchema, refundBodySchema } from './schemas.js';

const paymentQuery = z.strictObject({
  ...listQuery,
  ...createdQuery,
  customer_id: z.string().optional(),
  subscription_id: z.string().optional(),
  product_id: z.string().optional(),
  brand_id: z.string().optional(),
  status: z.string().optional(),
  currency: z.string().optional(),
});

const refundQuery = z.strictObject({
  ...listQuery,
  ...createdQuery,
  customer_id: z.string().optional(),
  subscription_id: z.string().optional(),
  status: z.string().optional(),
});

const disputeQuery = z.strictObject({
  ...listQuery,
  ...createdQuery,
  customer_id: z.string().optional(),
  dispute_stage: z.string().optional(),
  dispute_status: z.string().optional(),
});

function hasProduct(world: World, payment: PaymentRow, productId: string): boolean {
  return (
    payment.lines.some((line) => line.item_id === productId) ||
    payment.subscription_ids.some((id) => world.tables.subscriptions.get(id)?.product_id === productId)
  );
}

export const paymentRoutes: Route[] = [
  {
    method: 'post',
    path: '/payments',
    run: (world, { body }) => ok(createOneTimePayment(world, parse(paymentBodySchema, body))),
  },
  {
    method: 'get',
    path: '/payments',
    run(world, { query }) {
      const filter = parse(paymentQuery, query, 'INVALID_QUERY_PARAMS');
      const payments = foundByList(
        world,
        'payment',
        world.tables.payments.all(),
        (payment) =>
          (filter.brand_id === undefined || filter.brand_id === BRAND_ID) &&
          (filter.customer_id === undefined || payment.customer_id === filter.customer_id) &&
          (filter.subscription_id === undefined ||
            payment.subscription_ids.includes(filter.subscription_id)) &&
          (filter.status === undefined || payment.status === filter.status) &&
          (filter.currency === undefined || payment.currency === filter.currency) &&
          (filter.product_id === undefined || hasProduct(world, payment, filter.product_id)) &&
          createdWithin(payment, filter),
      );
      return ok(
        page(payments, filter, (payment) =>
          world.reads.listed('payment', payment.payment_id, paymentListView(world, payment)),
        ),
      );
    },
  },
  {
    method: 'get',
    path: '/payments/:id',
    run(world, { params }) {
      const payment = foundByRead(world, 'payment', paymentOf(world, params['id'] ?? ''));
      return ok(readPaymentView(world, payment));
    },
  },
  {
    method: 'get',
    path: '/payments/:id/line-items',
    run: (world, { params }) => ok(lineItemsView(paymentOf(world, params['id'] ?? ''))),
  },
  {
    method: 'post',
    path: '/refunds',
    run: (world, { body }) => ok(refundView(world, createRefund(world, parse(refundBodySchema, body)))),
  },
  {
    method: 'get',
    path: '/refunds',
    run(world, { query }) {
      const filter = parse(refundQuery, query, 'INVALID_QUERY_PARAMS');
      const refunds = foundByList(
        world,
        'refund',
        world.tables.refunds.all(),
        (refund) =>
          (filter.customer_id === undefined || refund.customer_id === filter.customer_id) &&
          (filter.status === undefined || refund.status === filter.status) &&
          (filter.subscription_id === undefined ||
            paymentOf(world, refund.payment_id).subscription_ids.includes(filter.subscription_id)) &&
          createdWithin(refund, filter),
      );
      return ok(
        page(refunds, filter, (refund) =>
          world.reads.listed('refund', refund.refund_id, refundListView(refund)),
        ),
      );
    },
  },
  {
    method: 'get',
    path: '/refunds/:id',
    run: (world, { params }) =>
      ok(refundView(world, foundByRead(world, 'refund', refundOf(world, params['id'] ?? '')))),
  },
  {
    method: 'get',
    path: '/disputes',
    run(world, { query }) {
      const filter = parse(disputeQuery, query, 'INVALID_QUERY_PARAMS');
      const disputes = world.tables.disputes
        .all()
        .filter(
          (dispute) =>
            (filter.customer_id === undefined || dispute.customer_id === filter.customer_id) &&
            (filter.dispute_stage === undefined || dispute.stage === filter.dispute_stage) &&
            (filter.dispute_status === undefined || dispute.status === filter.dispute_status) &&
            createdWithin(dispute, filter),
        );
      return ok(page(disputes, filter, disputeListView));
    },
  },
];
