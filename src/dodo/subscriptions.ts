/** What the state of a subscription at Dodo means. */
import type DodoPayments from 'dodopayments';

/** Checks whether a subscription has ended for good: it is never billed again. */
export function hasEnded({ status }: Pick<DodoPayments.Subscription, 'status'>): boolean {
  return status === 'cancelled' || status === 'expired' || status === 'failed';
}
