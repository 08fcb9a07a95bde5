/**
 * `purchase/<purchaseId>` and `trigger/<eventId>`: one purchase or trigger from its first webhook to its last. Everything
 * that touches the world is an activity; this file is the process they are part of, from top to bottom.
 */
import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { PurchaseInput, PurchaseResult } from '../src/contract/messages.js';
import { offerActivities } from './activities.js';
import { openPresentations } from './presentations/handlers.js';
import { presentAfterWait } from './purchase/present.js';
import { openRun, type PurchaseRun } from './purchase/run.js';
import { settle } from './purchase/settle.js';
import { presentSteps } from './purchase/steps.js';
import { waitUntil, withdrawnWhileWaiting } from './purchase/wait.js';
import { HOUR } from './units.js';

/** A checkout session lives for 24 h; its payment may be reported a little later. */
const CHECKOUT_WINDOW = 25 * HOUR;

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
  return CancellationScope.nonCancellable(() => runPurchase(openRun(input, presentations, () => cancelled)));
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
  await condition(() => run.inbox.trigger() !== undefined || run.isCancelled(), CHECKOUT_WINDOW, {
    summary: 'waiting for the purchase to be paid',
  });
  return run.inbox.trigger() !== undefined;
}

/**
 * Chooses the funnel and puts its first offer before the customer. Undefined when Dodo or the ledger could not be reached
 * for as long as an offer would have made sense.
 */
function evaluate({ input, workflowId, inbox }: PurchaseRun) {
  return offerActivities
    .evaluate({
      purchaseId: input.purchaseId,
      workflowId,
      trigger: input.trigger,
      paymentId: inbox.trigger()?.paymentId,
      event: input.event,
      checkoutSessionId: input.checkoutSessionId,
    })
    .catch(() => undefined);
}
