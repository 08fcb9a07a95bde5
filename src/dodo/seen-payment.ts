/** A payment at Dodo as `judgePayment` takes it. */
import type DodoPayments from 'dodopayments';
import { ATTEMPT_METADATA_KEY } from '../domain/ids.js';
import type { SeenPayment } from '../domain/verdict.js';
import { PRODUCT_METADATA_KEY, PROOF_METADATA_KEY, type Proofs } from './proof.js';

/** Fields that single payments and rows of lists have in common, and those that only one of them has. */
type AnyPayment = Pick<
  DodoPayments.Payment,
  | 'payment_id'
  | 'status'
  | 'metadata'
  | 'customer'
  | 'subscription_id'
  | 'total_amount'
  | 'currency'
  | 'created_at'
> & {
  checkout_session_id?: string | null;
  product_cart?: { product_id: string }[] | null;
  subscription_ids?: string[] | null;
  charge_type?: string | null;
};

/** Reduces a payment to what decides on it. */
export function seenPayment(
  read: DodoPayments.Payment | DodoPayments.PaymentListResponse,
  proofs: Proofs,
): SeenPayment {
  const payment: AnyPayment = read;
  const { customer_id: customerId } = payment.customer;
  const attemptId = payment.metadata[ATTEMPT_METADATA_KEY];
  const productId = payment.metadata[PRODUCT_METADATA_KEY];
  const named = typeof attemptId === 'string' ? attemptId : undefined;
  const claim = {
    attemptId: named ?? '',
    customerId,
    productId: typeof productId === 'string' ? productId : '',
  };
  const cart = (payment.product_cart ?? []).map(({ product_id }) => product_id);
  const subscriptions = [...(payment.subscription_ids ?? []), payment.subscription_id].filter(
    (id) => id != null,
  );
  return {
    paymentId: payment.payment_id,
    status: payment.status ?? null,
    customerId,
    amount: payment.total_amount,
    currency: payment.currency,
    createdAt: payment.created_at,
    proven: named !== undefined && proofs.provesAttempt(claim, payment.metadata[PROOF_METADATA_KEY]),
    ...(named !== undefined && { attemptId: named }),
    ...(payment.checkout_session_id && { sessionId: payment.checkout_session_id }),
    ...(cart.length > 0 && { productIds: cart }),
    ...(subscriptions.length > 0 && { subscriptionIds: [...new Set(subscriptions)] }),
    ...(payment.charge_type && { chargeType: payment.charge_type }),
  };
}

/** Returns what was refunded of a payment. Minor units of its currency. */
export function refundedOf({ refunds, total_amount, refund_status }: DodoPayments.Payment): number {
  const sum = refunds
    .filter(({ status }) => status === 'succeeded')
    .reduce((total, { amount }) => total + (amount ?? total_amount), 0);
  return refund_status === 'full' ? Math.max(sum, total_amount) : sum;
}
