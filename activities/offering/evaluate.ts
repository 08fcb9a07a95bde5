/** From a purchase or trigger to the first offer, or to the reason why there is none. */
import { unavailable } from '../../src/domain/availability.js';
import { clauseResults, explain, type Facts } from '../../src/domain/rules/match.js';
import type { Catalog, FunnelSnapshot } from '../../src/domain/offers.js';
import type { LiveResult } from '../../src/domain/shadow.js';
import { stepExperiment } from '../../src/experiments/names.js';
import type { Exposure } from '../../src/ledger/index.js';
import type { ConsideredFunnel, EvaluationRecord } from '../../src/domain/purchase.js';
import type { ReasonCode, TriggerType } from '../../src/domain/words.js';
import type { TriggerEvent } from '../../src/contract/messages.js';
import type { PaymentEvent } from '../../src/domain/payment.js';
import { settleIneligible } from '../afterwards/settle.js';
import type { ActivityContext } from '../context.js';
import { metadataOf } from '../../src/dodo/payments.js';
import { merchantMetadata } from '../../src/domain/metadata.js';
import { classify, isKeyRejected } from '../../src/dodo/errors.js';
import { candidatesFor, snapshotOf, type Candidate } from './candidates.js';
import { customerFacts } from './facts.js';
import { tryNumber } from './lag.js';
import type { PresentationRef } from './presentation-ref.js';
import { keepReadings } from './readings.js';
import { recordSecondPayment } from './second-payment.js';
import { noteShadows } from './shadow-sightings.js';
import { showStep } from './show.js';
import { situationOfPurchase, situationOfTrigger, type Situation } from './situation.js';
import { subjectOf, type OfferSubject } from './subject.js';
import type { Waiting } from './wait.js';

export interface EvaluateInput {
  purchaseId: string;
  workflowId: string;
  trigger: TriggerType;
  /** For purchases. */
  paymentId?: string;
  /** For purchases that were registered: the payment as its webhook told of it. */
  payment?: PaymentEvent;
  checkoutSessionId?: string;
  /** For every other trigger. */
  event?: TriggerEvent;
}

/** The snapshot holds no words: see `words.ts`. */
export type Evaluation =
  /** Already recorded in the ledger. */
  | { kind: 'ineligible'; reason: ReasonCode }
  | { kind: 'presented'; snapshot: FunnelSnapshot; presented: PresentationRef }
  /** The first step is shown after a wait. */
  | Waiting;

/** Enough to see why a funnel did not match; hundreds of clauses would fill every purchase's record. */
const MAX_CLAUSES = 50;

/** After this many tries a refusal of Dodo counts as its last word: within seconds. */
const REFUSALS = 4;

/** Outcome of trying one funnel. */
type Tried =
  | { kind: 'taken'; evaluation: Evaluation }
  /** `last` when no other funnel may be tried after it. */
  | { kind: 'passed'; considered: ConsideredFunnel; last?: boolean; heldOut?: Exposure[] };

/** What has been found out so far; grows with each funnel that is tried. */
interface Progress {
  facts: Facts;
  considered: ConsideredFunnel[];
}

/** What an evaluation has left behind, for the funnels in shadow. */
interface Seen {
  progress?: Progress;
}

function liveResultOf(evaluation: Evaluation, considered: readonly ConsideredFunnel[]): LiveResult {
  if (evaluation.kind !== 'ineligible') return { decidedBy: evaluation.snapshot.funnel.id, shows: true };
  // Whoever is held out of a funnel is shown nothing, so the funnels after it are not tried.
  const isHeldOut = evaluation.reason === 'holdout';
  return { decidedBy: isHeldOut ? considered.at(-1)?.funnelId : undefined, shows: false };
}

export function evaluateActivities(context: ActivityContext) {
  const { ledger, now } = context;
  /** Hash of the catalog this process last made sure is stored. */
  let stored: string | undefined;

  /** Runs keep a catalog by its hash alone, so it must be stored before one of them does. */
  async function storeCatalog(catalog: Catalog): Promise<void> {
    if (stored === catalog.hash) return;
    await ledger.recordCatalog(catalog, now().toISOString());
    stored = catalog.hash;
  }

  /**
   * Chooses a funnel for a purchase or trigger and puts its first offer before the customer.
   *
   * Dodo: reads the subscription, saved methods, prices and what was paid for, and the payment and the customer where the
   * webhook does not tell enough. Moves no money.
   * Ledger: stores the catalog version, records the purchase, and either opens a presentation, begins a wait, or settles
   * the purchase as `ineligible`, each with how the funnels fared.
   * A registered purchase is evaluated for one payment only: another one is recorded and reviewed.
   * Funnels in shadow: records what they saw, once the live ones have decided.
   * Repeated: finds the presentation or wait this run made before and continues with it, whatever was switched off since.
   *
   * What Dodo definitely refuses is asked for a few times, in case it lags, and ends without an offer then.
   *
   * @throws ApplicationFailure named by the lag (retryable) while what Dodo says lags behind the webhook; otherwise when
   * Dodo or the ledger cannot be reached, or Dodo refuses our key. Temporal tries again
   */
  async function evaluate(input: EvaluateInput): Promise<Evaluation> {
    const catalog = context.catalog();
    const seen: Seen = {};
    const evaluation = await evaluateUnlessRefused(catalog, input, seen);
    // Without any progress, there was nothing to offer for.
    if (seen.progress) {
      const { facts, considered } = seen.progress;
      const live = liveResultOf(evaluation, considered);
      await noteShadows(context, {
        purchaseId: input.purchaseId,
        trigger: input.trigger,
        catalog,
        facts,
        live,
      });
    }
    return evaluation;
  }

  async function evaluateUnlessRefused(
    catalog: Catalog,
    input: EvaluateInput,
    seen: Seen,
  ): Promise<Evaluation> {
    try {
      const evaluation = await evaluateBy(catalog, input, seen);
      if (input.paymentId !== undefined) await ledger.forgetAnnounced(input.paymentId);
      return evaluation;
    } catch (error) {
      const failure = classify(error);
      if (failure.kind !== 'rejected' || isKeyRejected(failure) || tryNumber() < REFUSALS) throw error;
      const { purchaseId } = input;
      context.log.warn({ purchaseId, failure }, 'Dodo refused what an evaluation asked for');
      return end(input, 'pricing_unavailable', { catalogHash: catalog.hash, considered: [] });
    }
  }

  async function evaluateBy(catalog: Catalog, input: EvaluateInput, seen: Seen): Promise<Evaluation> {
    const { purchaseId, workflowId, trigger, paymentId } = input;
    await storeCatalog(catalog);
    const isRegistered = trigger === 'purchase' && paymentId !== undefined && purchaseId !== paymentId;
    if (isRegistered && !(await claim(input, paymentId)))
      return { kind: 'ineligible', reason: 'no_matching_funnel' };
    await ledger.recordPurchase({ purchaseId, workflowId, trigger, productIds: [], paymentId }, 'evaluating');
    const situation = input.event
      ? await situationOfTrigger(context, input, input.event)
      : await situationOfPurchase(context, input, paymentId);
    if ('reason' in situation)
      return end(input, situation.reason, { catalogHash: catalog.hash, considered: [] });
    await recordSituation(input, situation);

    const progress: Progress = { facts: { ...situation.facts }, considered: [] };
    seen.progress = progress;
    for (const candidate of await candidatesInOrder(catalog, input)) {
      const tried = await tryFunnel(input, catalog, candidate, situation.subject, progress);
      if (!tried) continue;
      if (tried.kind === 'taken') return tried.evaluation;
      progress.considered.push(tried.considered);
      if (tried.heldOut)
        return end(input, 'holdout', { catalogHash: catalog.hash, ...progress }, tried.heldOut);
      if (tried.last) break;
    }
    const decisive = progress.considered.find((one) => one.reason !== 'no_matching_funnel');
    return end(input, decisive?.reason ?? 'no_matching_funnel', { catalogHash: catalog.hash, ...progress });
  }

  /** Makes the payment the one that counts for a registered purchase. False if nothing is to be offered for it. */
  async function claim(
    { purchaseId, workflowId, payment }: EvaluateInput,
    paymentId: string,
  ): Promise<boolean> {
    const standing = await ledger.claimPurchase({ purchaseId, paymentId, workflowId });
    if (!standing) return true;
    if (standing.paidBy === paymentId) return !standing.withdrawn;
    const seen = payment ?? { paymentId, status: 'succeeded' };
    await recordSecondPayment(context, { purchaseId, payment: seen }, 'webhook');
    return false;
  }

  async function recordSituation(
    { purchaseId, workflowId, trigger, paymentId, checkoutSessionId }: EvaluateInput,
    { subject, productIds, payment }: Situation,
  ): Promise<void> {
    await ledger.recordPurchase(
      {
        purchaseId,
        workflowId,
        trigger,
        customerId: subject.customerId,
        paymentId,
        checkoutSessionId,
        subscriptionId: subject.subscription?.subscription_id,
        productIds,
        amount: payment?.total_amount,
        currency: subject.currency,
        billing: subject.billing,
        purchasedAt: payment?.created_at,
        metadata: payment && merchantMetadata(metadataOf(payment)),
      },
      'evaluating',
    );
  }

  /** Returns the candidates, first of all the one whose first step this run has already shown. */
  async function candidatesInOrder(
    catalog: Catalog,
    { purchaseId, workflowId, trigger, event }: EvaluateInput,
  ): Promise<(Candidate & { resumed: boolean })[]> {
    const shown = (await ledger.purchase(purchaseId))?.presentations.find(
      (one) => one.workflowId === workflowId,
    );
    const candidates = candidatesFor(catalog, trigger, event).map((candidate) => {
      const { id, steps } = candidate.funnel;
      const resumed = shown !== undefined && id === shown.funnelId && steps[0]?.id === shown.step;
      return { ...candidate, resumed };
    });
    // A funnel in shadow shows nothing but what it has shown already, when it was live.
    const others = candidates.filter(({ resumed, funnel }) => !resumed && funnel.mode !== 'shadow');
    return [...candidates.filter((one) => one.resumed), ...others];
  }

  /** Matches one funnel and shows its first step. Undefined when the funnel has no step to show. */
  async function tryFunnel(
    input: EvaluateInput,
    catalog: Catalog,
    candidate: Candidate & { resumed: boolean },
    everything: OfferSubject,
    { facts, considered }: Progress,
  ): Promise<Tried | undefined> {
    const { funnel, offers, resumed } = candidate;
    const subject = subjectOf(everything, funnel, facts);
    Object.assign(facts, await customerFacts(context, funnel, subject, facts));
    const about = { funnelId: funnel.id, clauses: clauseResults(funnel.when, facts).slice(0, MAX_CLAUSES) };
    const match = explain(funnel.when, facts);
    if (!resumed && !match.holds) {
      const detail = match.failed ?? `${match.unknown.join(', ')} not known`;
      return { kind: 'passed', considered: { ...about, reason: 'no_matching_funnel', detail } };
    }
    if (!resumed && facts.amount === 0 && !funnel.freePurchases) {
      const detail = 'nothing was paid, and the funnel does not say free_purchases';
      return { kind: 'passed', considered: { ...about, reason: 'no_matching_funnel', detail } };
    }
    const off = resumed ? undefined : unavailable(`funnel ${funnel.id}`, funnel, now());
    if (off) return { kind: 'passed', considered: { ...about, ...off } };

    const [step] = funnel.steps;
    const offer = step && offers[step.offer];
    if (!offer) return undefined;
    const evaluation = { catalogHash: catalog.hash, considered: [...considered, about], facts };
    const snapshot = snapshotOf(catalog, candidate);
    if (step.waitMs !== undefined) {
      return {
        kind: 'taken',
        evaluation: await beginWait(input, subject, snapshot, step.waitMs, evaluation),
      };
    }
    const shown = await showStep(context, {
      subject,
      funnelId: funnel.id,
      step: step.id,
      offer,
      experiment: stepExperiment(funnel.id, step, offers),
      policy: catalog.policy,
      catalogHash: catalog.hash,
      holdout: { funnel, askedFor: !catalog.funnels.includes(funnel) },
      evaluation,
    });
    if (shown.kind === 'presented') {
      keepReadings(context, subject);
      return { kind: 'taken', evaluation: { kind: 'presented', snapshot, presented: shown.presented } };
    }
    return {
      kind: 'passed',
      considered: { ...about, reason: shown.reason, detail: shown.detail },
      // A customer who is held out is shown nothing, so the next funnel is not tried either.
      ...(shown.kind === 'held_out' && { heldOut: shown.exposures }),
      // An open offer blocks every funnel; a limit of this offer does not.
      last: shown.kind === 'not_opened' && shown.reason === 'offer_already_open',
    };
  }

  /** The match holds for the time after the wait; everything else is checked again then. */
  async function beginWait(
    { purchaseId }: EvaluateInput,
    { customerId, currency, subscription }: OfferSubject,
    snapshot: FunnelSnapshot,
    waitMs: number,
    evaluation: EvaluationRecord,
  ): Promise<Waiting> {
    const { id: funnelId, steps } = snapshot.funnel;
    const step = steps[0]?.id ?? '';
    const at = now();
    const { until } = await ledger.beginWait({
      purchaseId,
      funnelId,
      step,
      until: new Date(at.getTime() + waitMs).toISOString(),
      at: at.toISOString(),
      evaluation,
    });
    const subject = { customerId, currency, subscriptionId: subscription?.subscription_id };
    return { kind: 'waiting', snapshot, step, until, subject };
  }

  /** Settles the purchase here, so that a run without an offer needs no second activity. */
  async function end(
    { purchaseId }: EvaluateInput,
    reason: ReasonCode,
    evaluation: EvaluationRecord,
    exposures?: Exposure[],
  ): Promise<Evaluation> {
    const at = now().toISOString();
    await settleIneligible(ledger, { purchaseId, reason, at, evaluation, exposures });
    return { kind: 'ineligible', reason };
  }

  return { evaluate };
}
