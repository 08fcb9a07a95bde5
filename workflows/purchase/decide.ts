/** One presentation from its opening to its end: wait for the decision, and carry out an acceptance. */
import type { FulfilmentResult, PriceChanged } from '../../src/domain/fulfilment.js';
import { stepOf } from '../../src/domain/funnel.js';
import type { FunnelSnapshot } from '../../src/domain/offers.js';
import type { Decision } from '../../src/domain/words.js';
import { chargeStrategy } from '../fulfilment/charge.js';
import { fulfil } from '../fulfilment/fulfil.js';
import { isRetention, type Terms } from '../fulfilment/terms.js';
import { changePlan } from '../plan-change.js';
import type { ActivePresentation, DecisionRecord } from '../presentations/active.js';
import { patched } from '@temporalio/workflow';
import type { ScheduledChangeInput } from '../../src/contract/messages.js';
import { PATCHES } from '../patches.js';
import { choiceOf, chosenAction } from '../presentations/choices.js';
import { retain } from '../retention.js';
import { followChange } from '../scheduled-change.js';
import { MINUTE } from '../units.js';
import { reviewLost } from './lost-plan-change.js';
import type { PurchaseRun } from './run.js';

/** The same in runs without `timing.sendWindowMs`, if the click came in the last moments of the offer's window. */
const SEND_GRACE = 15 * MINUTE;

export interface Decided {
  decision: Decision;
  /** Set if the offer was accepted. */
  result?: FulfilmentResult;
}

/** Waits for the decision and carries it out. An acceptance at a price that has changed opens the offer again. */
export async function decideAndFulfil(
  run: PurchaseRun,
  presentation: ActivePresentation,
  snapshot: FunnelSnapshot,
): Promise<Decided> {
  const { outbox, presentations } = run;
  const { presentationId } = presentation;
  for (let firstAttempt = 1; ;) {
    const decision = await presentations.decided(presentation);
    if (decision.kind !== 'accepted') {
      if (decision.kind !== 'withdrawn') outbox.send(`offer.${decision.kind}`, presentationId);
      return { decision: decision.kind };
    }
    const choice = choiceOf(presentation);
    outbox.send('offer.accepted', presentationId, {
      ...(choice && { choice: { ...choice, priceHash: presentation.priceHash } }),
    });
    run.enter({ state: 'fulfilling' });
    const result = await carryOut(run, presentation, snapshot, decision, firstAttempt);
    if (result.kind === 'price_changed') {
      firstAttempt = result.n + 1;
      presentations.reopen(presentation, result);
      run.enter({ state: 'offering' });
      continue;
    }
    run.cleanUp.note(result);
    const scheduled = scheduledBy(run, presentation, snapshot, result);
    if (scheduled && result.kind === 'fulfilled' && patched(PATCHES.scheduledChange)) {
      await followChange(scheduled);
      return { decision: 'accepted', result: { ...result, scheduled: true } };
    }
    if (result.kind === 'fulfilled') {
      const { paymentId, amount = presentation.dueNow, currency } = result.payment ?? {};
      const isOther = currency !== undefined && currency !== presentation.currency;
      const payment = { paymentId, amount, ...(isOther && { currency }) };
      if (!result.told) outbox.send('offer.fulfilled', presentationId, { status: 'paid', payment });
    } else {
      outbox.send('offer.failed', presentationId, { status: 'failed' });
    }
    return { decision: 'accepted', result };
  }
}

/** Returns the change that Dodo makes at the next billing date; undefined for every other result. */
function scheduledBy(
  { input }: PurchaseRun,
  presentation: ActivePresentation,
  snapshot: FunnelSnapshot,
  result: FulfilmentResult,
): ScheduledChangeInput | undefined {
  const { offer } = stepOf(snapshot, presentation.step, presentation.offerId);
  const { presentationId, subscriptionId, productId, quantity } = presentation;
  if (result.kind !== 'fulfilled' || result.newSubscription || result.told) return undefined;
  if (isRetention(offer.action) || subscriptionId === undefined) return undefined;
  const action = chosenAction({ ...offer, action: offer.action }, presentation);
  if (action.kind !== 'change_plan' || action.effectiveAt !== 'next_billing_date') return undefined;
  return {
    presentationId,
    purchaseId: input.purchaseId,
    attemptId: result.attemptId,
    subscriptionId,
    productId,
    quantity,
    ...(action.addons && { addons: action.addons }),
    notify: input.notify,
  };
}

/** Carries out an acceptance: keeps a subscription, changes its plan, or charges. */
function carryOut(
  run: PurchaseRun,
  presentation: ActivePresentation,
  snapshot: FunnelSnapshot,
  decision: DecisionRecord,
  firstAttempt: number,
): Promise<FulfilmentResult | PriceChanged> {
  const { offer } = stepOf(snapshot, presentation.step, presentation.offerId);
  const { action } = offer;
  const { timing } = run.input;
  const { sendWindowMs } = timing;
  const sendBefore = Math.max(presentation.expiresAt, Date.parse(decision.at) + SEND_GRACE);
  const accepted = {
    shown: presentation,
    purchaseId: run.input.purchaseId,
    paymentId: run.inbox.trigger()?.paymentId,
    acceptedAt: decision.at,
    runStartedAt: run.startedAt,
    consents: decision.consents,
    ...(decision.evidence !== undefined && { evidence: decision.evidence }),
    sendBefore: sendWindowMs === undefined ? sendBefore : Date.parse(decision.at) + sendWindowMs,
  };
  if (isRetention(action)) return retain({ ...accepted, action });
  const terms: Terms = { ...accepted, offer: { ...offer, action } };
  if (action.kind === 'change_plan') {
    return changePlan(terms, timing, firstAttempt, {
      onStarted: (ask) => run.onRetry(ask),
      onLost: (ended) => reviewLost(run, { terms, firstAttempt, ended }),
    });
  }
  return fulfil(chargeStrategy(terms, run.inbox), {
    timing,
    inbox: run.inbox,
    firstAttempt,
    checkoutOnly: presentation.mode === 'checkout',
    sendBefore,
    review: run.reviews.of(presentation.presentationId),
    // Another payment method is charged at the checkout; only a plan change is retried.
    retry: { wanted: () => false, taken: () => {} },
    report: (status) => run.report(presentation, status),
  });
}
