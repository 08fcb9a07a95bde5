/**
 * `purchase/<purchaseId>` and `trigger/<eventId>`: one purchase or trigger from its first webhook to its last. Everything
 * that touches the world is an activity; this file is the process they are part of, from top to bottom.
 */
import { CancellationScope, condition, patched, workflowInfo } from '@temporalio/workflow';
import type { PurchaseInput, PurchaseResult } from '../src/contract/messages.js';
import { ledgerActivities, offerActivities } from './activities.js';
import { PATCHES } from './patches.js';
import { openPresentations } from './presentations/handlers.js';
import { presentAfterWait } from './purchase/present.js';
import { openRun, type PurchaseRun } from './purchase/run.js';
import { settle } from './purchase/settle.js';
import { presentSteps } from './purchase/steps.js';
import { waitUntil, withdrawnWhileWaiting } from './purchase/wait.js';
import { HOUR } from './units.js';

/** A checkout session lives for 24 h; its payment may be reported a little later. */
const SESSION_WINDOW = 25 * HOUR;
/**
 * A payment that is begun in the last hour of a session may take 48 h (mandates in India), and Dodo tries for 28 h to
 * report it. One that comes later yet has a run of its own.
 */
const CHECKOUT_WINDOW = SESSION_WINDOW + 76 * HOUR;

/**
 * Runs one purchase. Cancelling the run withdraws its open offer; what was accepted is carried out all the same, because
 * money may be on its way.
 */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  let cancelled = false;
  const { runId, originalExecutionRunId } = workflowInfo();
  // A reset run gets its clicks again before it has shown anything: they wait for the offer.
  const presentations = openPresentations({ expecting: runId !== originalExecutionRunId });
  CancellationScope.current().cancelRequested.catch(() => {
    cancelled = true;
    presentations.withdraw('the run was cancelled');
  });
  return CancellationScope.nonCancellable(async () => {
    const run = openRun(input, presentations, () => cancelled);
    const result = await runPurchase(run);
    await tellOfSecondPayments(run);
    return result;
  });
}

async function runPurchase(run: PurchaseRun): Promise<PurchaseResult> {
  run.enter({});
  if (run.input.trigger === 'purchase' && !(await isPaid(run))) {
    return settle(run, run.isCancelled() ? 'withdrawn' : 'abandoned');
  }

  run.enter({ state: 'evaluating' });
  run.presentations.expect(true);
  const evaluation = await evaluate(run);
  if (!evaluation) return settle(run, 'ineligible', { reason: 'pricing_unavailable' });
  if (evaluation.kind === 'ineligible') {
    return settle(run, 'ineligible', { reason: evaluation.reason, recorded: true });
  }
  const { snapshot } = evaluation;
  run.enter({ funnelId: snapshot.funnel.id, catalogHash: snapshot.catalogHash });

  if (evaluation.kind === 'presented') {
    return presentSteps(run, snapshot, { presented: evaluation.presented, hasWaited: false });
  }
  const { step, until, subject } = evaluation;
  if (!(await waitUntil(run, step, until))) {
    return settle(run, 'withdrawn', { timeline: withdrawnWhileWaiting(run, step) });
  }
  const offered = await presentAfterWait(run, snapshot, step, subject);
  if (!offered) return settle(run, 'ineligible', { reason: 'pricing_unavailable' });
  if (offered.kind === 'skipped') {
    return settle(run, 'ineligible', { reason: offered.reason, recorded: true });
  }
  return presentSteps(run, snapshot, { presented: offered.presented, hasWaited: true });
}

/** Waits for the payment. False when it did not come in time, or the run was cancelled. */
async function isPaid(run: PurchaseRun): Promise<boolean> {
  const isOver = () => run.inbox.trigger() !== undefined || run.isCancelled();
  // A run that its payment has started waits for nothing, and needs no marker in its history.
  const window = !isOver() && patched(PATCHES.registeredPurchase) ? CHECKOUT_WINDOW : SESSION_WINDOW;
  await condition(isOver, window, { summary: 'waiting for the purchase to be paid' });
  return run.inbox.trigger() !== undefined;
}

/** Has the payments recorded that came for this purchase after the one that counts. */
async function tellOfSecondPayments({ input, inbox }: PurchaseRun): Promise<void> {
  const payments = inbox.besideTrigger();
  if (payments.length === 0 || !patched(PATCHES.registeredPurchase)) return;
  for (const payment of payments)
    await ledgerActivities.recordSecondPurchasePayment({ purchaseId: input.purchaseId, payment });
}

/**
 * Chooses the funnel and puts its first offer before the customer. Undefined when Dodo or the ledger could not be reached
 * for as long as an offer would have made sense.
 */
function evaluate({ input, workflowId, inbox }: PurchaseRun) {
  const payment = inbox.trigger();
  return offerActivities
    .evaluate({
      purchaseId: input.purchaseId,
      workflowId,
      trigger: input.trigger,
      paymentId: payment?.paymentId,
      ...(payment && payment.paymentId !== input.purchaseId && { payment }),
      event: input.event,
      checkoutSessionId: input.checkoutSessionId,
    })
    .catch(() => undefined);
}
