/** A step whose time has come: puts its offer before the customer, with the decision that led here if that is not recorded yet. */
import { unavailable } from '../../src/domain/availability.js';
import type { FunnelStep, Offer, Policy } from '../../src/domain/offers.js';
import { ifFound } from '../../src/dodo/errors.js';
import { stepExperiment } from '../../src/experiments/names.js';
import type { Exposure } from '../../src/ledger/index.js';
import type { ReasonCode } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';
import type { PresentationRef } from './subject.js';
import type { Closing } from '../afterwards/settle.js';
import { showStep } from './show.js';
import { endAfterWait } from './wait.js';

export type { PresentationRef as Presented } from './subject.js';

export interface PresentInput {
  purchaseId: string;
  workflowId: string;
  funnelId: string;
  catalogHash?: string;
  step: string;
  offer: Offer;
  policy?: Policy;
  /** When the step shows different offers to different customers. */
  variants?: { step: FunnelStep; offers: Record<string, Offer> };
  customerId: string;
  subscriptionId?: string;
  currency?: string;
  /** The decision that led here; left out after a wait, when it has been recorded. */
  previous?: Closing;
  /** Set for the first step of a run, which ends here when it cannot be shown. */
  first?: boolean;
  /** The share of the funnel's holdout, for a first step. */
  holdout?: number;
}

export type PresentResult =
  | { kind: 'presented'; presented: PresentationRef }
  | { kind: 'skipped'; reason: ReasonCode; detail?: string };

export function presentActivities(context: ActivityContext) {
  const { ledger, dodo } = context;
  return {
    async present(input: PresentInput): Promise<PresentResult> {
      const [subscription, billing] = await Promise.all([
        input.subscriptionId === undefined
          ? undefined
          : ifFound(dodo.subscriptions.retrieve(input.subscriptionId)),
        ledger.billingOf(input.purchaseId),
      ]);
      const { purchaseId, workflowId, funnelId, step, policy, customerId, currency, previous } = input;
      const funnel = context.catalog().funnels.find(({ id }) => id === funnelId);
      const shown = await showStep(context, {
        subject: { workflowId, purchaseId, customerId, currency, billing, subscription },
        funnelId,
        step,
        offer: input.offer,
        experiment: input.variants && stepExperiment(funnelId, input.variants.step, input.variants.offers),
        policy,
        catalogHash: input.catalogHash,
        off: funnel && unavailable(`funnel ${funnelId}`, funnel, context.now()),
        // Held out is who would be shown the first step; nobody is between the steps of a run.
        ...(input.first && {
          holdout: { funnel: { id: funnelId, holdout: input.holdout }, askedFor: false },
        }),
        previous,
      });
      if (shown.kind === 'presented') return shown;
      const exposures = shown.kind === 'held_out' ? shown.exposures : [];
      return skip(input, shown.reason, shown.detail, exposures);
    },
  };

  async function skip(
    input: PresentInput,
    reason: ReasonCode,
    detail: string,
    exposures: Exposure[],
  ): Promise<PresentResult> {
    const { purchaseId, funnelId } = input;
    if (input.first) await endAfterWait(context, { purchaseId, funnelId, reason, detail, exposures });
    return { kind: 'skipped', reason, detail };
  }
}
