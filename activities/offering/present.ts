/** Shows the offer of a step after the first, or of a first step whose wait is over. */
import { unavailable } from '../../src/domain/availability.js';
import type { Funnel, FunnelStep, Policy, SnapshotOffer } from '../../src/domain/offers.js';
import { ifFound } from '../../src/dodo/errors.js';
import { stepExperiment } from '../../src/experiments/names.js';
import type { Exposure } from '../../src/ledger/index.js';
import type { EvaluationRecord } from '../../src/domain/purchase.js';
import type { ReasonCode } from '../../src/domain/words.js';
import { settleIneligible, type Closing } from '../afterwards/settle.js';
import type { ActivityContext } from '../context.js';
import type { PresentationRef } from './presentation-ref.js';
import { keepReadings, takeReadings } from './readings.js';
import { showStep } from './show.js';
import type { OfferSubject } from './subject.js';

export type { PresentationRef as Presented } from './presentation-ref.js';

export interface PresentInput {
  purchaseId: string;
  workflowId: string;
  funnelId: string;
  /** The catalog version of the run, which has the words of its offers. */
  catalogHash?: string;
  step: string;
  offer: SnapshotOffer;
  policy?: Policy;
  /** Set when the step shows different offers to different customers. */
  variants?: { step: FunnelStep; offers: Record<string, SnapshotOffer> };
  customerId: string;
  subscriptionId?: string;
  currency?: string;
  /** The decision that led here. Left out after a wait, which has recorded it. */
  previous?: Closing;
  /** Set for the first step of a run, which ends here if it cannot be shown. */
  first?: boolean;
  /** The share of the funnel's holdout, for a first step. */
  holdout?: number;
}

export type PresentResult =
  | { kind: 'presented'; presented: PresentationRef }
  | { kind: 'skipped'; reason: ReasonCode; detail?: string };

/** Returns why a funnel shows nothing new: it was put in shadow after its run had begun. */
function inShadow({
  id,
  mode,
}: Pick<Funnel, 'id' | 'mode'>): { reason: ReasonCode; detail: string } | undefined {
  return mode === 'shadow' ? { reason: 'paused', detail: `funnel ${id} is in shadow` } : undefined;
}

export function presentActivities(context: ActivityContext) {
  const { ledger, dodo, catalog, now } = context;
  return {
    /**
     * Prices the offer of a step and puts it before the customer, or says why it is skipped.
     *
     * Dodo: reads the subscription, saved methods and prices, less what was read for the step before. Moves no money.
     * Ledger: opens the presentation together with the decision that led here. A first step that is skipped settles the
     * purchase as `ineligible`; other skipped steps write nothing, and the run records the decision when it settles.
     * Repeated: returns the presentation it opened before.
     *
     * @throws when Dodo or the ledger cannot be reached, or Dodo refuses our key; Temporal tries again
     */
    async present(input: PresentInput): Promise<PresentResult> {
      const { purchaseId, workflowId, funnelId, step, policy, customerId, currency, previous } = input;
      // Whatever was accepted may have changed the subscription or the saved methods.
      const before =
        previous?.patch.decision === 'declined'
          ? takeReadings(context, { workflowId, customerId })
          : undefined;
      const [subscription, billing] = await Promise.all([
        before && before.subscription?.subscription_id === input.subscriptionId
          ? before.subscription
          : input.subscriptionId !== undefined && ifFound(dodo.subscriptions.retrieve(input.subscriptionId)),
        ledger.billingOf(purchaseId),
      ]);
      const funnel = catalog().funnels.find(({ id }) => id === funnelId);
      const subject: OfferSubject = {
        workflowId,
        purchaseId,
        customerId,
        currency,
        billing,
        subscription: subscription || undefined,
        readings: before?.readings ?? {},
      };
      const shown = await showStep(context, {
        subject,
        funnelId,
        step,
        offer: input.offer,
        experiment: input.variants && stepExperiment(funnelId, input.variants.step, input.variants.offers),
        policy,
        catalogHash: input.catalogHash,
        off: funnel && (inShadow(funnel) ?? unavailable(`funnel ${funnelId}`, funnel, now())),
        // Holdouts apply before the first step of a run, never between its steps.
        ...(input.first && {
          holdout: { funnel: { id: funnelId, holdout: input.holdout }, askedFor: false },
        }),
        previous,
      });
      if (shown.kind === 'presented') {
        keepReadings(context, subject);
        return shown;
      }
      const { reason, detail } = shown;
      if (input.first) {
        const exposures = shown.kind === 'held_out' ? shown.exposures : [];
        await endRun(purchaseId, funnelId, { reason, detail, exposures });
      }
      return { kind: 'skipped', reason, detail };
    },
  };

  /** Settles a run whose first offer could not be shown after its wait, with the evaluation from before the wait. */
  async function endRun(
    purchaseId: string,
    funnelId: string,
    { reason, detail, exposures }: { reason: ReasonCode; detail: string; exposures: Exposure[] },
  ): Promise<void> {
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
}
