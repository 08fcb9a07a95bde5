/** What the state of a subscription at Dodo means. */
import type DodoPayments from 'dodopayments';

/** Checks whether a subscription has ended for good: it is never billed again. */
export function hasEnded({ status }: Pick<DodoPayments.Subscription, 'status'>): boolean {
  return status === 'cancelled' || status === 'expired' || status === 'failed';
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PERIODS: Record<string, number> = {
  Day: DAY_MS,
  Week: 7 * DAY_MS,
  Month: 28 * DAY_MS,
  Year: 365 * DAY_MS,
};
/** A checkout lives for a day, so the first payment may be that much younger than its subscription. */
const CHECKOUT_LIFE_MS = DAY_MS;

type Billed = Pick<
  DodoPayments.Subscription,
  'created_at' | 'trial_period_days' | 'on_demand' | 'payment_frequency_count' | 'payment_frequency_interval'
>;

/**
 * Checks by its age whether a subscription was paid for before: it is older than the payment by more than its trial, and
 * by more than a first payment can be late. Charges on demand are purchases, whatever the age.
 *
 * @param paidAt when the payment was made, RFC 3339
 */
export function isOlderThanFirstPayment(subscription: Billed, paidAt: string): boolean {
  if (subscription.on_demand) return false;
  const { payment_frequency_count: count, payment_frequency_interval: interval } = subscription;
  const period = (PERIODS[interval] ?? DAY_MS) * Math.max(1, count);
  const trial = Math.max(0, subscription.trial_period_days) * DAY_MS;
  const age = Date.parse(paidAt) - Date.parse(subscription.created_at);
  return age > trial + Math.min(CHECKOUT_LIFE_MS, period / 2);
}
