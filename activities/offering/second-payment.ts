/** Payments beside the one that counts for a registered purchase. */
import { ifFound } from '../../src/dodo/errors.js';
import type { PaymentSource } from '../../src/domain/accounting.js';
import { isLaterCharge, type PaymentEvent } from '../../src/domain/payment.js';
import { paysAgain, subscriptionsOf } from '../../src/domain/registration.js';
import type { ActivityContext } from '../context.js';

export interface SecondPayment {
  purchaseId: string;
  payment: PaymentEvent;
}

/**
 * Records that a registered purchase was paid again, and opens a review. Nothing is refunded: which of the two the
 * customer wants is for a person to say. A renewal of what was bought is left alone. May be repeated.
 *
 * @returns whether it was paid again
 */
export async function recordSecondPayment(
  { dodo, ledger, now }: Pick<ActivityContext, 'dodo' | 'ledger' | 'now'>,
  { purchaseId, payment }: SecondPayment,
  source: PaymentSource,
): Promise<boolean> {
  const first = (await ledger.purchase(purchaseId))?.purchase;
  if (first?.paymentId === undefined || first.paymentId === payment.paymentId) return false;
  const subscriptionIds = first.subscriptionId === undefined ? [] : [first.subscriptionId];
  if (
    subscriptionsOf(payment).length > 0 &&
    !isLaterCharge(payment.chargeType) &&
    subscriptionIds.length === 0
  ) {
    // Several subscriptions bought at once: the ledger keeps none of them.
    subscriptionIds.push(
      ...((await ifFound(dodo.payments.retrieve(first.paymentId)))?.subscription_ids ?? []),
    );
  }
  if (!paysAgain(payment, { paymentId: first.paymentId, subscriptionIds })) return false;

  const at = now().toISOString();
  const { paymentId, customerId, amount, currency } = payment;
  const detail = `${purchaseId} was already paid by ${first.paymentId}`;
  await ledger.recordPayment({
    paymentId,
    status: payment.status,
    customerId,
    productIds: payment.productIds,
    sessionId: payment.sessionId,
    subscriptionIds: subscriptionsOf(payment),
    chargeType: payment.chargeType,
    amount,
    currency,
    createdAt: payment.createdAt,
    proven: true,
    purchaseId,
    source,
    seenAt: at,
  });
  await ledger.openReview({
    kind: 'purchase_paid_twice',
    subject: paymentId,
    purchaseId,
    paymentId,
    customerId,
    amount,
    currency,
    detail,
    openedAt: at,
  });
  await ledger.recordVerdict(paymentId, 'review', { detail, purchaseId });
  return true;
}

export function secondPaymentActivities(context: ActivityContext) {
  return {
    /**
     * Records a payment of a registered purchase that its run was told of after the one that counts.
     *
     * Dodo: reads the first payment if the ledger does not know what it created. Ledger: records the payment and opens a
     * review `purchase_paid_twice`. Repeated: writes the same again.
     *
     * @throws when Dodo or the ledger cannot be reached
     */
    async recordSecondPurchasePayment(input: SecondPayment): Promise<void> {
      await recordSecondPayment(context, input, 'webhook');
    },
  };
}
