/** Purchases that were registered with us before they were paid. */
import { isLaterCharge, type PaymentEvent } from './payment.js';

/**
 * Tells whether a payment that bears a registration pays for it again. Renewals and plan changes of the subscription that
 * was bought bear the metadata of its first payment, and pay for something else.
 *
 * @param first the payment that counts for the purchase, and the subscriptions it created
 */
export function paysAgain(
  payment: Pick<PaymentEvent, 'paymentId' | 'chargeType' | 'subscriptionId' | 'subscriptionIds'>,
  first: { paymentId: string; subscriptionIds: readonly string[] },
): boolean {
  if (payment.paymentId === first.paymentId) return false;
  if (isLaterCharge(payment.chargeType)) return false;
  return !subscriptionsOf(payment).some((id) => first.subscriptionIds.includes(id));
}

/** Returns the subscriptions a payment is for, from whichever field names them. */
export function subscriptionsOf({
  subscriptionId,
  subscriptionIds = [],
}: Pick<PaymentEvent, 'subscriptionId' | 'subscriptionIds'>): string[] {
  return subscriptionIds.length > 0
    ? [...subscriptionIds]
    : subscriptionId === undefined
      ? []
      : [subscriptionId];
}
