/**
 * One purchase (or trigger) from its first webhook to its last: wait for the payment, evaluate, present,
 * fulfil, settle. Everything that touches the world is an activity; this file is the story they are told in.
 */
import {
  CancellationScope,
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { PresentResult, Presented } from '../activities/offering/present.js';
import type { FunnelSnapshot } from '../src/domain/offers.js';
import type { TimelineEntry } from '../src/domain/timeline.js';
import type { Decision, Outcome, ReasonCode } from '../src/domain/words.js';
import { offerActivities, ledgerActivities } from './activities.js';
import { chargeStrategy, type Terms } from './charge.js';
import { choiceOf } from './choices.js';
import { finalPatch, outcomeFor } from './closing.js';
import { describeRun } from './details.js';
import { fulfil, openReviews, type Fulfilled } from './fulfilment.js';
import { stepAfter, stepOf, type Step } from '../src/domain/funnel.js';
import { outcomeOf } from '../src/domain/outcome.js';
import { latePayment } from './late-payment.js';
import {
  fulfilmentProgress,
  runState,
  type FulfilmentProgress,
  type PurchaseInput,
  type PurchaseResult,
  type RunState,
} from '../src/contract/messages.js';
import { attemptId, workflowId as ids } from '../src/domain/ids.js';
import { openPresentations, type Presentations, type ActivePresentation } from './presentations.js';
import { openOutbox } from './outbox.js';
import { openPaymentInbox } from './payments.js';
import { type PaidAttempt } from '../src/domain/payment.js';
import { changePlan } from './plan-change.js';
import { isRetention, retain } from './retention.js';
import { searchAttributeKeys as keys } from '../src/contract/search-attributes.js';

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

/** A checkout session lives for 24 h; its payment may be reported a little later. */
const CHECKOUT_WINDOW = 25 * HOUR;
/** An acceptance in the last moments of a window may still be sent this long after the click. */
const SEND_GRACE = 15 * MINUTE;

/**
 * Cancelling a run withdraws its open offer. What was accepted is carried out all the same: money may be on its way.
 */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  let cancelled = false;
  const { runId, originalExecutionRunId } = workflowInfo();
  // A reset run is given its clicks again before it has shown anything: they wait for the offer.
  const desk = openPresentations({ expecting: runId !== originalExecutionRunId });
  CancellationScope.current().cancelRequested.catch(() => {
    cancelled = true;
    desk.withdraw('the run was cancelled');
  });
  return CancellationScope.nonCancellable(() => runPurchase(input, desk, () => cancelled));
}

async function runPurchase(
  input: PurchaseInput,
  desk: Presentations,
  cancelled: () => boolean,
): Promise<PurchaseResult> {
  const { workflowId, startTime } = workflowInfo();
  const inbox = openPaymentInbox();
  const reviews = openReviews((id) => desk.find(id)?.status === 'needs_review');
  const outbox = openOutbox(input);
  const run: RunState = { purchaseId: input.purchaseId, state: 'awaiting_payment' };
  let presentations = 0;
  const counted = new Set<string>();
  const fellBack = new Set<string>();
  let clearing = Promise.resolve();
  let askAgain = () => {};
  const alsoPaid: PaidAttempt[] = [];

  setHandler(runState, () => ({ ...run, status: desk.current()?.status }), {
    description: 'Where this run stands.',
  });
  setHandler(fulfilmentProgress, (progress: FulfilmentProgress | null | undefined) => {
    const shown = progress && desk.find(progress.presentationId);
    if (!shown) return;
    report(shown, progress.status);
    shown.retry = progress.mayRetry ? () => retry(shown) : undefined;
  });

  function retry(shown: ActivePresentation): void {
    shown.retry = undefined;
    shown.answered = false;
    shown.status = 'charging';
    askAgain();
  }

  function enter(change: Partial<RunState>): void {
    Object.assign(run, change);
    describeRun(run, desk.current());
  }

  /** A state worth telling: the customer gets an answer as soon as there is more to say than "charging". */
  function report(shown: ActivePresentation, status: ActivePresentation['status']): void {
    if (shown.status === status) return;
    shown.status = status;
    if (status !== 'charging' && status !== 'accepted') shown.answered = true;
    if (EXCEPTIONAL.has(status)) upsertSearchAttributes([{ key: keys.OfferState, value: status }]);
    if (status === 'fallback' && !fellBack.has(shown.presentationId)) {
      fellBack.add(shown.presentationId);
      outbox.send('offer.fallback', shown.presentationId);
    }
    describeRun(run, shown);
  }

  /** What was paid beside the payments that counted. */
  function unexpected(): PaidAttempt[] {
    return [...inbox.paid(), ...alsoPaid].filter(({ attemptId }) => !counted.has(attemptId));
  }

  /** Somebody paid what was paid already, or given up: a run of its own gives it back, or makes it count. */
  async function handOverLate({ paymentId, attemptId }: PaidAttempt): Promise<void> {
    counted.add(attemptId);
    try {
      await startChild(latePayment, {
        workflowId: ids.latePayment(paymentId),
        args: [{ paymentId, attemptId, notify: input.notify }],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${paymentId} was paid beside what counted`,
      });
    } catch (failure) {
      if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
    }
  }

  /** What follows a step once its outcome is recorded and told. */
  async function clearUp(shown: ActivePresentation, fulfilled: Fulfilled | undefined): Promise<void> {
    if (fulfilled?.kind === 'paid' && fulfilled.replaced !== undefined) {
      const { presentationId } = shown;
      await ledgerActivities.cancelReplacedSubscription({
        subscriptionId: fulfilled.replaced,
        presentationId,
      });
    }
    // One may come in while another is handed over.
    for (let [late] = unexpected(); late; [late] = unexpected()) await handOverLate(late);
  }

  /** The plan change was ended from outside while money may have been on its way: only an operator can tell. */
  async function reviewLost(shown: ActivePresentation): Promise<Fulfilled> {
    const { presentationId, step } = shown;
    const lost = attemptId(workflowId, step, 1);
    const review = reviews.of(presentationId);
    review.begin();
    report(shown, 'needs_review');
    await ledgerActivities.recordState({ attemptId: lost, presentationId, status: 'needs_review' });
    await condition(() => review.verdict() !== undefined);
    const verdict = review.verdict();
    if (!verdict?.paid) return { kind: 'failed' };
    const payment =
      verdict.paymentId === undefined ? undefined : { paymentId: verdict.paymentId, status: 'succeeded' };
    return { kind: 'paid', through: 'attempt', anew: false, attemptId: lost, payment };
  }

  async function finish(
    outcome: Outcome,
    ended: {
      shown?: ActivePresentation;
      fulfilled?: Fulfilled;
      reason?: ReasonCode;
      recorded?: boolean;
      timeline?: TimelineEntry[];
    } = {},
  ): Promise<PurchaseResult> {
    const { shown, fulfilled, reason } = ended;
    desk.expect(false);
    if (!ended.recorded) {
      await ledgerActivities.settle({
        purchaseId: input.purchaseId,
        outcome,
        reason,
        at: now(),
        presentation: shown && finalPatch(shown, fulfilled),
        timeline: ended.timeline,
      });
    }
    if (shown) shown.answered = true;
    upsertSearchAttributes([
      { key: keys.OfferState, value: 'settled' },
      { key: keys.Outcome, value: outcome },
      ...(shown ? offerAttributes(shown, run) : input.guess ? NO_OFFER_ATTRIBUTES : []),
    ]);
    enter({ state: 'settled', outcome, reason });
    await outbox.flushed();
    await condition(allHandlersFinished);
    await clearing;
    if (shown) await clearUp(shown, fulfilled);
    return { outcome, reason, presentations };
  }

  // 1. Wait for the payment.
  enter({});
  if (input.trigger === 'purchase') {
    await condition(() => inbox.trigger() !== undefined || cancelled(), CHECKOUT_WINDOW, {
      summary: 'waiting for the purchase to be paid',
    });
    if (!inbox.trigger()) return finish(cancelled() ? 'withdrawn' : 'abandoned');
  }

  // 2. Evaluate, and put the first offer before the customer.
  enter({ state: 'evaluating' });
  desk.expect(true);
  const evaluation = await offerActivities
    .evaluate({
      purchaseId: input.purchaseId,
      workflowId,
      trigger: input.trigger,
      paymentId: inbox.trigger()?.paymentId,
      event: input.event,
      checkoutSessionId: input.checkoutSessionId,
    })
    // Dodo or the ledger could not be reached for as long as an offer would have made sense.
    .catch(() => undefined);
  if (!evaluation) return finish('ineligible', { reason: 'pricing_unavailable' });
  if (evaluation.kind === 'ineligible')
    return finish('ineligible', { reason: evaluation.reason, recorded: true });

  const { snapshot } = evaluation;
  enter({ funnelId: snapshot.funnel.id, catalogHash: snapshot.catalogHash });
  let presented: Presented;
  let outcome: Outcome | undefined;
  let hasWaited = evaluation.kind === 'waiting';
  if (evaluation.kind === 'presented') presented = evaluation.presented;
  else {
    const { step, until, subject } = evaluation;
    if (!(await waited(step, until))) return finish('withdrawn', { timeline: withdrawnWhileWaiting(step) });
    const offered = await offerActivities
      .present({
        ...stepInput(stepOf(snapshot, step)),
        ...subject,
        first: true,
        holdout: snapshot.funnel.holdout,
      })
      .catch(() => undefined);
    if (!offered) return finish('ineligible', { reason: 'pricing_unavailable' });
    if (offered.kind === 'skipped') return finish('ineligible', { reason: offered.reason, recorded: true });
    ({ presented } = offered);
  }

  // 3. Present, decide, fulfil; then the step that the decision leads to.
  for (;;) {
    presentations += 1;
    const shown: ActivePresentation = desk.show(presented);
    if (hasWaited || (presentations === 1 && !guessedRight(input, shown, snapshot))) {
      upsertSearchAttributes([
        ...(hasWaited ? [{ key: keys.OfferState, value: 'open' }] : []),
        ...offerAttributes(shown, run),
      ]);
    }
    outbox.send('offer.presented', shown.presentationId);
    enter({
      state: 'offering',
      presentationId: shown.presentationId,
      offerId: shown.offerId,
      expiresAt: new Date(shown.expiresAt).toISOString(),
    });

    const { decision, fulfilled } = await decideAndFulfil(shown, snapshot);
    outcome = outcomeOf(outcome, outcomeFor(decision, fulfilled));
    const next =
      fulfilled?.kind === 'paid' || !fulfilled ? stepAfter(snapshot, shown.step, decision) : undefined;
    if (!next) return finish(outcome, { shown, fulfilled });

    const step = next.step.id;
    hasWaited = next.step.waitMs !== undefined;
    if (next.step.waitMs !== undefined) {
      const { until } = await ledgerActivities.startWait({
        purchaseId: input.purchaseId,
        funnelId: snapshot.funnel.id,
        step,
        until: new Date(Date.now() + next.step.waitMs).toISOString(),
        previous: finalPatch(shown, fulfilled),
      });
      // Whoever decided has the answer now: what follows comes later.
      shown.answered = true;
      clearing = clearing.then(() => clearUp(shown, fulfilled));
      if (!(await waited(step, until))) {
        return finish(outcomeOf(outcome, 'withdrawn'), { shown, timeline: withdrawnWhileWaiting(step) });
      }
    }
    desk.expect(true);
    const { customerId, subscriptionId, currency } = shown;
    const offered = await offerActivities
      .present({
        ...stepInput(next),
        customerId,
        subscriptionId,
        currency,
        previous: hasWaited ? undefined : finalPatch(shown, fulfilled),
      })
      .catch(() => undefined);
    if (offered?.kind !== 'presented') {
      const timeline = skipped(step, offered);
      return finish(outcome, hasWaited ? { shown, timeline } : { shown, fulfilled, timeline });
    }
    // Beside the next offer, which does not wait for it.
    if (!hasWaited) clearing = clearing.then(() => clearUp(shown, fulfilled));
    presented = offered.presented;
    shown.nextPresentationId = presented.presentationId;
    shown.answered = true;
  }

  function stepInput({ step, offer }: Step) {
    const { catalogHash, funnel, policy } = snapshot;
    return {
      purchaseId: input.purchaseId,
      workflowId,
      funnelId: funnel.id,
      catalogHash,
      step: step.id,
      offer,
      policy,
      variants: step.variants && { step, offers: snapshot.offers },
    };
  }

  /** Sleeps until a step has its time. False when nothing may be offered any more, which ends the wait at once. */
  async function waited(step: string, until: string): Promise<boolean> {
    desk.expect(false);
    enter({ state: 'waiting', waiting: { step, until } });
    upsertSearchAttributes([{ key: keys.OfferState, value: 'waiting' }]);
    const isOver = () => desk.over() !== undefined;
    for (let left = remaining(until); left > 0 && !isOver(); left = remaining(until)) {
      await condition(() => isOver() || unexpected().length > 0, left, {
        summary: `step ${step} is offered after this wait`,
      });
      for (let [late] = unexpected(); late; [late] = unexpected()) await handOverLate(late);
    }
    desk.expect(!isOver());
    enter({ state: 'evaluating', waiting: undefined });
    return !isOver();
  }

  function withdrawnWhileWaiting(step: string): TimelineEntry[] {
    return [{ at: now(), type: 'withdrawn', detail: { step, reason: desk.over() ?? '' } }];
  }

  function sell(terms: Terms, firstAttempt: number): Promise<Fulfilled> {
    const { shown } = terms;
    if (terms.offer.action.kind === 'change_plan') {
      return changePlan(
        terms,
        input.timing,
        firstAttempt,
        (retry) => (askAgain = retry),
        () => reviewLost(shown),
      );
    }
    return fulfil(chargeStrategy(terms, inbox), {
      timing: input.timing,
      inbox,
      firstAttempt,
      checkoutOnly: shown.mode === 'checkout',
      sendBefore: terms.sendBefore,
      review: reviews.of(shown.presentationId),
      // Another method of the customer's is charged at the checkout; only a plan change is asked for again.
      retry: { wanted: () => false, taken: () => {} },
      report: (status) => report(shown, status),
    });
  }

  async function decideAndFulfil(
    shown: ActivePresentation,
    funnel: FunnelSnapshot,
  ): Promise<{ decision: Decision; fulfilled?: Fulfilled }> {
    for (let firstAttempt = 1; ;) {
      const decision = await desk.decided(shown);
      if (decision.kind !== 'accepted') {
        if (decision.kind !== 'withdrawn') outbox.send(`offer.${decision.kind}`, shown.presentationId);
        return { decision: decision.kind };
      }
      const choice = choiceOf(shown);
      outbox.send('offer.accepted', shown.presentationId, {
        ...(choice && { choice: { ...choice, priceHash: shown.priceHash } }),
      });
      enter({ state: 'fulfilling' });
      const { offer } = stepOf(funnel, shown.step, shown.offerId);
      const { action } = offer;
      const agreed = {
        shown,
        purchaseId: input.purchaseId,
        paymentId: inbox.trigger()?.paymentId,
        acceptedAt: decision.at,
        runStartedAt: startTime.toISOString(),
        consents: decision.consents,
        sendBefore: Math.max(shown.expiresAt, Date.parse(decision.at) + SEND_GRACE),
      };
      const fulfilled = isRetention(action)
        ? await retain({ ...agreed, action })
        : await sell({ ...agreed, offer: { ...offer, action } }, firstAttempt);
      if (fulfilled.kind === 'paid') counted.add(fulfilled.attemptId);
      if (fulfilled.kind !== 'price_changed') alsoPaid.push(...(fulfilled.alsoPaid ?? []));
      if (fulfilled.kind !== 'price_changed') {
        const { presentationId, dueNow } = shown;
        if (fulfilled.kind === 'paid') {
          const { paymentId, amount = dueNow } = fulfilled.payment ?? {};
          outbox.send('offer.fulfilled', presentationId, { status: 'paid', payment: { paymentId, amount } });
        } else outbox.send('offer.failed', presentationId, { status: 'failed' });
        return { decision: 'accepted', fulfilled };
      }
      firstAttempt = fulfilled.n + 1;
      desk.reopen(shown, fulfilled.price);
      enter({ state: 'offering' });
    }
  }
}

/** States operators look for. The ordinary way costs one upsert, at its end. */
const EXCEPTIONAL = new Set<ActivePresentation['status']>([
  'reconciling',
  'needs_review',
  'requires_action',
  'fallback',
]);

/** The guess made at the start was wrong: nothing was offered. */
const NO_OFFER_ATTRIBUTES = [
  { key: keys.OfferId, value: null },
  { key: keys.OfferExpiresAt, value: null },
  { key: keys.FunnelId, value: null },
  { key: keys.CatalogVersion, value: null },
];

/** Why a later step was not shown. */
function skipped(step: string, offered: PresentResult | undefined): TimelineEntry[] {
  const { reason, detail } =
    offered?.kind === 'skipped' ? offered : { reason: 'pricing_unavailable', detail: undefined };
  return [
    { at: now(), type: 'step_skipped', detail: { step, reason, ...(detail !== undefined && { detail }) } },
  ];
}

/** Milliseconds until a time. */
function remaining(until: string): number {
  return Date.parse(until) - Date.now();
}

function now(): string {
  return new Date(Date.now()).toISOString();
}

function guessedRight(
  { guess }: PurchaseInput,
  shown: ActivePresentation,
  snapshot: FunnelSnapshot,
): boolean {
  if (guess?.funnelId !== snapshot.funnel.id || guess.offerId !== shown.offerId) return false;
  // Runs that began before versions were searched by have none in their guess.
  return guess.catalogHash === undefined || guess.catalogHash === snapshot.catalogHash;
}

function offerAttributes(shown: ActivePresentation, { funnelId, catalogHash }: RunState) {
  return [
    { key: keys.OfferId, value: shown.offerId },
    { key: keys.OfferExpiresAt, value: new Date(shown.expiresAt) },
    ...(funnelId === undefined ? [] : [{ key: keys.FunnelId, value: funnelId }]),
    ...(catalogHash === undefined ? [] : [{ key: keys.CatalogVersion, value: catalogHash }]),
  ];
}
