/** Follows a change of plan that Dodo has scheduled for the next billing date. */
import type { ScheduledChangeInput } from '../../src/contract/messages.js';
import { ifFound } from '../../src/dodo/errors.js';
import { hasEnded } from '../../src/dodo/subscriptions.js';
import { isPlan } from '../../src/domain/plan.js';
import type { ActivityContext } from '../context.js';

export type ScheduledChangeStep =
  /** The subscription is on the new plan. */
  | { kind: 'happened' }
  /** It is not made any more: the renewal failed, or the change or the subscription was cancelled. */
  | { kind: 'dropped' }
  /** Dodo has it for `at`, which may be past already. */
  | { kind: 'scheduled'; at: string }
  /** Dodo shows neither the change nor the new plan. */
  | { kind: 'absent' };

const DROPPED =
  'Your plan was not changed at the billing date, and you were not charged for it. You keep the plan you have.';

export function scheduledChangeActivities({ dodo, ledger, now }: ActivityContext) {
  return {
    /**
     * Looks whether a scheduled change of plan has happened, and records it once it has, or once it will not any more.
     *
     * Dodo: reads the subscription. Ledger: a change that happened is `paid`, one that was dropped is `failed`.
     * Repeated: writes the same again; a presentation that has ended stays as it is.
     *
     * @param input `giveUp`: it has been waited for as long as is worth it
     * @throws when Dodo or the ledger cannot be reached
     */
    async followScheduledChange(
      input: Omit<ScheduledChangeInput, 'notify'> & { giveUp?: boolean },
    ): Promise<ScheduledChangeStep> {
      const { presentationId: id, attemptId, subscriptionId } = input;
      const at = now().toISOString();
      const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
      const pending = subscription?.scheduled_change;
      if (subscription && isPlan(subscription, input)) {
        await ledger.updateAttempt(attemptId, { status: 'paid' });
        const patch = { status: 'paid' as const, paidAmount: 0, paidAt: at, message: null };
        await ledger.updatePresentation(id, patch, [{ at, type: 'paid', detail: { presentationId: id } }]);
        return { kind: 'happened' };
      }
      if (!subscription || hasEnded(subscription) || input.giveUp) {
        await ledger.updateAttempt(attemptId, { status: 'failed' });
        const patch = { status: 'failed' as const, message: DROPPED };
        await ledger.updatePresentation(id, patch, [
          { at, type: 'scheduled_change_dropped', detail: { presentationId: id } },
        ]);
        return { kind: 'dropped' };
      }
      return pending && isPlan(pending, input)
        ? { kind: 'scheduled', at: pending.effective_at }
        : { kind: 'absent' };
    },
  };
}
