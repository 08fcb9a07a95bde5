/** Steps that are offered some time after the decision or event that led to them. */
import type { FunnelSnapshot } from '../../src/domain/offers.js';
import { markPaid, type Closing } from '../afterwards/settle.js';
import type { ActivityContext } from '../context.js';

/** A funnel was matched. Whether its offer may be shown, and at what price, is decided when the wait is over. */
export interface Waiting {
  kind: 'waiting';
  snapshot: FunnelSnapshot;
  step: string;
  until: string;
  subject: { customerId: string; subscriptionId?: string; currency?: string };
}

export interface StartWaitInput {
  purchaseId: string;
  funnelId: string;
  step: string;
  until: string;
  /** The decision that led to the step. */
  previous: Closing;
}

export function waitActivities({ ledger, now }: ActivityContext) {
  return {
    /**
     * Records a decision whose next step is shown later, and begins the wait for it.
     *
     * Dodo: nothing. Ledger: marks the paid attempt, writes the decision and the wait.
     * Repeated: returns the end of the wait that was begun first, so a reset run does not wait again.
     *
     * @throws when the ledger cannot be reached
     */
    async startWait({ previous, ...wait }: StartWaitInput): Promise<{ until: string }> {
      await markPaid(ledger, previous);
      return ledger.beginWait({ ...wait, previous, at: now().toISOString() });
    },
  };
}
