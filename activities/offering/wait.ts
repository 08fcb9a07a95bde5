/** Steps whose offer is made some time after the decision, or the event, that led to them. */
import type { FunnelSnapshot } from '../../src/domain/offers.js';
import type { Exposure } from '../../src/ledger/index.js';
import type { EvaluationRecord } from '../../src/domain/purchase.js';
import type { ReasonCode } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';
import { markPaid, settleIneligible, type Closing } from '../afterwards/settle.js';

/** A funnel was matched; whether its offer may be shown, and at what price, is seen when the wait is over. */
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
    /** Records a decision whose consequence comes later. Answers until when it is waited: a reset run waits no second time. */
    async startWait({ previous, ...wait }: StartWaitInput): Promise<{ until: string }> {
      await markPaid(ledger, previous);
      return ledger.beginWait({ ...wait, previous, at: now().toISOString() });
    },
  };
}

/** Ends a run whose first offer turned out not to be possible when its time had come. */
export async function endAfterWait(
  { ledger, now }: ActivityContext,
  input: {
    purchaseId: string;
    funnelId: string;
    reason: ReasonCode;
    detail: string;
    exposures: Exposure[];
  },
): Promise<void> {
  const { purchaseId, funnelId, reason, detail, exposures } = input;
  const view = await ledger.purchase(purchaseId);
  const evaluation: EvaluationRecord | undefined =
    view?.catalogHash === undefined
      ? undefined
      : {
          catalogHash: view.catalogHash,
          facts: view.facts,
          considered: view.considered.map((one) =>
            one.funnelId === funnelId ? { ...one, reason, detail } : one,
          ),
        };
  const at = now().toISOString();
  await settleIneligible(ledger, { purchaseId, reason, at, evaluation, exposures });
}
