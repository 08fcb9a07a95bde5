import { z } from 'zod';
import type { Books } from '../books.js';
import { parse } from '../errors.js';
import type { FaultQueue } from '../faults.js';
import { faultSchema } from '../faults.js';
import { businessPolicyChangeSchema } from '../policy.js';
import { lagSchema, rowOverrideSchema } from '../read-faults.js';
import { webhookEndpointSchema, webhookPolicyChangeSchema } from '../webhooks/settings.js';
import type { Control } from './control.js';
import * as schemas from './schemas.js';
import { booksQuery, readBooks } from './books-query.js';

export interface ControlRequest {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
}

/** A route of the control API. The result of `run` is sent as JSON, undefined as 204. */
export interface ControlRoute {
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  run: (request: ControlRequest) => unknown;
}

const cardBody = z.strictObject({ card: schemas.cardSchema });
const renewBody = z.strictObject({ subscription_id: z.string() });
const idBody = z.strictObject({ id: z.string() });

/** Returns the routes of the control API: JSON in and out, without a key. It is meant for the sandbox's own machine. */
export function controlRoutes(control: Control, books: Books, faults: FaultQueue): ControlRoute[] {
  const id = ({ params }: ControlRequest): string => params['id'] ?? '';
  return [
    { method: 'get', path: '/sandbox/health', run: () => ({ ok: true }) },
    { method: 'get', path: '/sandbox/books', run: ({ query }) => readBooks(books, parse(booksQuery, query)) },
    {
      method: 'post',
      path: '/sandbox/products',
      run: ({ body }) => control.createProduct(parse(schemas.productSchema, body)),
    },
    {
      method: 'patch',
      path: '/sandbox/products/:id',
      run: (request) => control.updateProduct(id(request), parse(schemas.productChangeSchema, request.body)),
    },
    {
      method: 'post',
      path: '/sandbox/addons',
      run: ({ body }) => control.createAddon(parse(schemas.addonInputSchema, body)),
    },
    {
      method: 'post',
      path: '/sandbox/discounts',
      run: ({ body }) => control.createDiscount(parse(schemas.discountSchema, body)),
    },
    {
      method: 'post',
      path: '/sandbox/customers',
      run: ({ body }) => control.createCustomer(parse(schemas.customerSchema, body)),
    },
    {
      method: 'patch',
      path: '/sandbox/customers/:id',
      run: (request) =>
        control.updateCustomer(id(request), parse(schemas.customerChangeSchema, request.body)),
    },
    {
      method: 'post',
      path: '/sandbox/customers/:id/cards',
      run: (request) => control.addCard(id(request), parse(cardBody, request.body).card),
    },
    {
      method: 'patch',
      path: '/sandbox/customers/:id/payment-methods/:method',
      run: (request) =>
        control.updateMethod(
          id(request),
          request.params['method'] ?? '',
          parse(schemas.methodChangeSchema, request.body),
        ),
    },
    {
      method: 'post',
      path: '/sandbox/customers/:id/next-charges',
      run: (request) => control.nextCharges(id(request), parse(schemas.chargeAnswerSchema, request.body)),
    },
    {
      method: 'post',
      path: '/sandbox/purchases',
      run: ({ body }) => control.purchase(parse(schemas.purchaseSchema, body)),
    },
    {
      method: 'post',
      path: '/sandbox/checkouts/:id/pay',
      run: (request) => control.payCheckout(id(request), parse(schemas.payCheckoutSchema, request.body)),
    },
    {
      method: 'post',
      path: '/sandbox/payments/:id/pay',
      run: (request) => control.payLink(id(request), parse(cardBody, request.body).card),
    },
    {
      method: 'post',
      path: '/sandbox/payments/:id/pay-again',
      run: (request) => control.payAgain(id(request), parse(schemas.secondPaymentSchema, request.body)),
    },
    {
      method: 'post',
      path: '/sandbox/payments/:id/settle',
      run: (request) => control.settlePayment(id(request), parse(schemas.settlementSchema, request.body)),
    },
    {
      method: 'post',
      path: '/sandbox/refunds/:id/settle',
      run: (request) =>
        control.settleRefund(id(request), parse(schemas.refundSettlementSchema, request.body).status),
    },
    {
      method: 'post',
      path: '/sandbox/renew',
      run: ({ body }) => control.renew(parse(renewBody, body).subscription_id),
    },
    {
      method: 'delete',
      path: '/sandbox/subscriptions/:id/pending-change',
      run: (request) => control.clearPendingChange(id(request)),
    },
    {
      method: 'post',
      path: '/sandbox/disputes',
      run: ({ body }) => control.openDispute(parse(schemas.disputeSchema, body)),
    },
    {
      method: 'post',
      path: '/sandbox/disputes/:id/move',
      run: (request) => control.moveDispute(id(request), parse(schemas.disputeMoveSchema, request.body).end),
    },
    {
      method: 'post',
      path: '/sandbox/policy',
      run: ({ body }) => control.setPolicy(parse(businessPolicyChangeSchema, body)),
    },
    { method: 'get', path: '/sandbox/faults', run: () => faults.list() },
    {
      method: 'post',
      path: '/sandbox/faults',
      run: ({ body }) => control.addFault(parse(faultSchema, body)),
    },
    { method: 'get', path: '/sandbox/reads', run: () => control.readFaults() },
    {
      method: 'post',
      path: '/sandbox/reads/lag',
      run: ({ body }) => control.lagReads(parse(lagSchema, body)),
    },
    {
      method: 'post',
      path: '/sandbox/reads/hide',
      run: ({ body }) => control.hideFromReads(parse(idBody, body).id),
    },
    {
      method: 'post',
      path: '/sandbox/reads/rows',
      run: ({ body }) => control.overrideRows(parse(rowOverrideSchema, body)),
    },
    {
      method: 'delete',
      path: '/sandbox/faults',
      run: () => {
        control.clearFaults();
      },
    },
    {
      method: 'post',
      path: '/sandbox/webhooks/endpoint',
      run: ({ body }) => control.setWebhookEndpoint(parse(webhookEndpointSchema.partial(), body)),
    },
    {
      method: 'post',
      path: '/sandbox/webhooks/policy',
      run: ({ body }) => control.setWebhookPolicy(parse(webhookPolicyChangeSchema, body)),
    },
    { method: 'post', path: '/sandbox/webhooks/flush', run: () => control.flushWebhooks() },
    {
      method: 'post',
      path: '/sandbox/webhooks/redeliver',
      run: ({ body }) => control.redeliver(parse(idBody, body).id),
    },
    {
      method: 'post',
      path: '/sandbox/webhooks/send',
      run: ({ body }) => control.sendWebhook(parse(schemas.eventSchema, body)),
    },
    { method: 'post', path: '/sandbox/reset', run: () => control.reset() },
  ];
}
