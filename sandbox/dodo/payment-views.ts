import type DodoPayments from 'dodopayments';
import type { PaymentRow, RefundRow } from '../model.js';
import { sum } from '../money/cart.js';
import { businessPolicy } from '../policy.js';
import type { World } from '../world.js';
import { BRAND_ID, BUSINESS_ID } from './business.js';
import { limitedCustomerView } from './customers.js';
import { merchantMessage } from './declines.js';
import { disputeView } from './disputes.js';
import { refundListView } from './refunds.js';

/** The subscription charge a payment is for, null for payments of no subscription. Newer than SDK 2.52. */
export type ChargeType = 'new' | 'renewal' | 'plan_change' | 'on_demand';

/** A payment on the wire: newer fields come on top of what SDK 2.52 types. */
export type PaymentView = DodoPayments.Payment & { charge_type?: ChargeType | null };
export type PaymentListView = DodoPayments.PaymentListResponse & {
  charge_type?: ChargeType | null;
  checkout_session_id?: string | null;
};

function chargeType({ purpose, subscription_ids }: PaymentRow): ChargeType | null {
  switch (purpose.kind) {
    case 'purchase':
      return subscription_ids.length > 0 ? 'new' : null;
    case 'dues':
      return 'renewal';
    case 'method_update':
      return null;
    default:
      return purpose.kind;
  }
}

/** Returns a payment's refunds, oldest first. */
function refundsOf(world: World, paymentId: string): RefundRow[] {
  return world.tables.refunds.all().filter((refund) => refund.payment_id === paymentId);
}

function refundStatus(payment: PaymentRow, refunds: RefundRow[]): DodoPayments.PaymentRefundStatus | null {
  const refunded = sum(
    refunds.filter((refund) => refund.status === 'succeeded'),
    (refund) => refund.amount,
  );
  if (refunded === 0) return null;
  return refunded < payment.total_amount ? 'partial' : 'full';
}

/** Returns what the payment and its list entry have in common. */
function commonView(world: World, payment: PaymentRow, refunds: RefundRow[]) {
  const { payment_id, created_at, currency, metadata, total_amount, status, subscription_ids, card } =
    payment;
  return {
    payment_id,
    brand_id: BRAND_ID,
    created_at,
    currency,
    customer: limitedCustomerView(world, payment.customer_id),
    digital_products_delivered: false,
    metadata,
    total_amount,
    status,
    is_multi_subscription: subscription_ids.length > 1,
    subscription_ids,
    subscription_id: subscription_ids.length === 1 ? (subscription_ids[0] ?? null) : null,
    payment_provider: 'dodo' as const,
    payment_method: card ? 'card' : null,
    payment_method_type: card ? card.type.toLowerCase() : null,
    card_last_four: card?.last4 ?? null,
    card_network: card?.network ?? null,
    invoice_id: payment.invoice_id,
    invoice_url: `${world.url}/invoices/payments/${payment_id}`,
    refund_status: refundStatus(payment, refunds),
    ...(businessPolicy(world).chargeType && { charge_type: chargeType(payment) }),
  };
}

/** @param refunds the refunds that the reader finds; all of them when left out */
export function paymentView(
  world: World,
  payment: PaymentRow,
  refunds = refundsOf(world, payment.payment_id),
): PaymentView {
  const { payment_id, card, error_code } = payment;
  return {
    ...commonView(world, payment, refunds),
    business_id: BUSINESS_ID,
    billing: payment.billing,
    updated_at: payment.updated_at,
    tax: payment.tax,
    settlement_amount: payment.total_amount,
    settlement_currency: payment.currency,
    settlement_tax: payment.tax,
    checkout_session_id: payment.checkout_session_id,
    product_cart: payment.product_cart,
    payment_method_id: payment.payment_method_id,
    payment_link: payment.payment_link,
    card_holder_name: card?.holder ?? null,
    card_issuing_country: card?.issuing_country ?? null,
    card_type: card?.type ?? null,
    error_code,
    error_message: error_code === null ? null : merchantMessage(error_code),
    discounts: payment.discounts.length > 0 ? payment.discounts : null,
    discount_id: payment.discounts[0]?.discount_id ?? null,
    is_update_payment_method: payment.purpose.kind === 'method_update',
    retry_attempt: payment.retry_attempt,
    custom_field_responses: null,
    refunds: refunds.map(refundListView),
    disputes: world.tables.disputes
      .all()
      .filter((dispute) => dispute.payment_id === payment_id)
      .map(disputeView),
  } satisfies PaymentView;
}

/** Returns a payment as a read finds it, with the refunds that reads find. */
export function readPaymentView(world: World, payment: PaymentRow): PaymentView {
  return paymentView(world, payment, refundsRead(world, payment.payment_id));
}

function refundsRead(world: World, paymentId: string): RefundRow[] {
  return refundsOf(world, paymentId).flatMap((refund) => world.reads.find('refund', refund, true) ?? []);
}

export function paymentListView(world: World, payment: PaymentRow): PaymentListView {
  const latestDispute = world.tables.disputes
    .all()
    .filter((dispute) => dispute.payment_id === payment.payment_id)
    .at(-1);
  return {
    ...commonView(world, payment, refundsRead(world, payment.payment_id)),
    has_license_key: false,
    dispute_status: latestDispute?.status ?? null,
    ...(businessPolicy(world).sessionInPaymentList && { checkout_session_id: payment.checkout_session_id }),
  } satisfies PaymentListView;
}

export function lineItemsView(payment: PaymentRow): DodoPayments.PaymentRetrieveLineItemsResponse {
  return {
    currency: payment.currency,
    items: payment.lines.map((line) => ({
      items_id: line.item_id,
      name: line.name,
      description: null,
      amount: line.amount - line.tax,
      tax: line.tax,
      refundable_amount: line.amount - line.refunded,
    })),
  };
}
