/** Puts the offer of one step before one customer: chooses the arm, prepares the offer, applies holdouts, and opens it. */
import type { Funnel, Policy, SnapshotOffer } from '../../src/domain/offers.js';
import { REQUESTED_PLAN } from '../../src/domain/requested-plan.js';
import type { StepExperiment } from '../../src/experiments/names.js';
import { ANOTHER_OFFER_OPEN, type Exposure } from '../../src/ledger/index.js';
import type { EvaluationRecord } from '../../src/domain/purchase.js';
import { pausedBy } from '../../src/domain/pause.js';
import type { ReasonCode } from '../../src/domain/words.js';
import { markPaid, type Closing } from '../afterwards/settle.js';
import type { ActivityContext } from '../context.js';
import { chooseArm, exposureTo, holdouts } from './experiments.js';
import { limitsOf } from './limits.js';
import { prepareOffer } from './prepare-offer.js';
import type { PresentationRef } from './presentation-ref.js';
import type { OfferSubject } from './subject.js';

export interface StepToShow {
  subject: OfferSubject;
  funnelId: string;
  step: string;
  /** For a step without an experiment. */
  offer: SnapshotOffer;
  experiment?: StepExperiment;
  policy?: Policy;
  /** The catalog version of the run. */
  catalogHash?: string;
  /** Why the funnel shows nothing new now. A presentation that an earlier try opened goes on. */
  off?: { reason: ReasonCode; detail: string };
  /** Set where holdouts apply: before the first step of a run. */
  holdout?: { funnel: Pick<Funnel, 'id' | 'holdout'>; askedFor: boolean };
  evaluation?: EvaluationRecord;
  /** The decision that led here, written together with the presentation. */
  previous?: Closing;
}

export type StepResult =
  | { kind: 'presented'; presented: PresentationRef }
  /** This offer is out of the question; another one may be shown. */
  | { kind: 'not_eligible'; reason: ReasonCode; detail: string }
  /** Eligible, but in a holdout group. `exposures` are to be written with the end of the run. */
  | { kind: 'held_out'; reason: 'holdout'; detail: string; exposures: Exposure[] }
  /** Refused under the customer's lock. */
  | { kind: 'not_opened'; reason: ReasonCode; detail: string };

/**
 * Shows a step's offer to one customer. Writes to the ledger only if it opens the presentation; a repeated call finds the
 * presentation it opened before and writes nothing more.
 */
export async function showStep(context: ActivityContext, input: StepToShow): Promise<StepResult> {
  const { ledger } = context;
  const { subject, funnelId, step, policy, catalogHash, evaluation, previous, holdout } = input;
  const { customerId, purchaseId, workflowId } = subject;

  const arm = await chooseArm(context, customerId, input.offer, input.experiment);
  const { offer } = arm;
  const prepared = await prepareOffer(context, { offer, policy, catalogHash, funnelId, step, subject });
  if (prepared.kind === 'not_eligible') return prepared;
  const { presentation, words, terms, presented } = prepared;
  const off = input.off ?? pausedBy(await ledger.pauses(), { offerId: offer.id, funnelId });
  if (off && !(await ledger.presentation(presentation.id))) return { kind: 'not_eligible', ...off };

  const at = context.now().toISOString();
  const place = { customerId, purchaseId, catalogHash: catalogHash ?? '', exposedAt: at };
  const held = holdout
    ? await holdouts(context, policy, holdout.funnel, {
        place,
        presentationId: presentation.id,
        askedFor: holdout.askedFor || offer.id === REQUESTED_PLAN,
      })
    : { exposures: [] };
  if (held.heldOutOf !== undefined) {
    const detail = `the customer is held out of ${held.heldOutOf}`;
    return { kind: 'held_out', reason: 'holdout', detail, exposures: held.exposures };
  }

  if (previous) await markPaid(ledger, previous);
  const opened = held.blocked
    ? ANOTHER_OFFER_OPEN
    : await ledger.openPresentation({
        presentation: { ...presentation, variant: arm.experiment?.variant },
        experiment: arm.experiment?.name,
        exposures: [...held.exposures, ...exposureTo(arm, place)],
        terms,
        words,
        workflowId,
        catalogHash,
        actionKind: offer.action.kind,
        subscriptionId: subject.subscription?.subscription_id,
        limits: limitsOf(context.catalog(), offer),
        at,
        evaluation,
        previous,
      });
  if (opened.opened) return { kind: 'presented', presented };
  return { kind: 'not_opened', reason: opened.reason, detail: opened.detail };
}
