/**
 * A plan change whose run was ended from outside while money may have been on its way. It is looked up at Dodo, and an
 * operator may decide; whichever comes first.
 */
import { condition, patched } from '@temporalio/workflow';
import type { FulfilmentResult, PriceChanged } from '../../src/domain/fulfilment.js';
import { attemptId, workflowId } from '../../src/domain/ids.js';
import { ledgerActivities, readActivities, readOutcome } from '../activities.js';
import { proofByVerdict } from '../fulfilment/reviews.js';
import { addonsOfChange, type Terms } from '../fulfilment/terms.js';
import { PATCHES } from '../patches.js';
import { DAY } from '../units.js';
import type { PurchaseRun } from './run.js';

interface LostPlanChange {
  terms: Terms;
  firstAttempt: number;
  /** How its run ended, should that run tell after all. */
  ended: () => FulfilmentResult | PriceChanged | undefined;
}

/** The longest interval between two looks: the review may take a long time, and the history must not grow for it. */
const LONGEST_LOOK = DAY;

/** Settles a lost plan change, by whoever knows first: its run after all, Dodo, or an operator. */
export async function reviewLost(
  run: PurchaseRun,
  { terms, firstAttempt, ended }: LostPlanChange,
): Promise<FulfilmentResult | PriceChanged> {
  const { shown } = terms;
  const { presentationId, step, subscriptionId = '' } = shown;
  const lookedUp = patched(PATCHES.planChangeLock);
  const lostAt = Date.now();
  const look = () => lookUp(run, terms, lostAt);
  const read = lookedUp ? await look() : undefined;
  if (read) return read;

  // Of this run, so that an operator's verdict comes here.
  const inDoubt = attemptId(run.workflowId, step, 1);
  const review = run.reviews.of(presentationId);
  review.begin();
  run.report(shown, 'needs_review');
  await ledgerActivities.recordState({ attemptId: inDoubt, presentationId, status: 'needs_review' });
  const decided = () => review.verdict() !== undefined || ended() !== undefined;
  if (!lookedUp) await condition(decided);
  for (
    let pause = 6 * run.input.timing.pollIntervalMs;
    !decided();
    pause = Math.min(pause * 2, LONGEST_LOOK)
  ) {
    if (await condition(decided, pause, { summary: 'waiting for Dodo, or an operator' })) break;
    const found = await look();
    if (found && !decided()) return found;
  }
  const after = ended();
  if (after) return after;

  const proof = proofByVerdict(review.verdict());
  if (proof.kind === 'failed') return { kind: 'failed' };
  const { payment } = proof;
  const paid = lookedUp
    ? attemptId(workflowId.planChange(subscriptionId), presentationId, firstAttempt)
    : inDoubt;
  return { kind: 'fulfilled', paidVia: 'attempt', newSubscription: false, attemptId: paid, payment };
}

/** Looks the change up at Dodo. Undefined while it may still go either way. */
async function lookUp(run: PurchaseRun, terms: Terms, lostAt: number): Promise<FulfilmentResult | undefined> {
  const { presentationId, customerId, productId, quantity, dueNow, subscriptionId = '' } = terms.shown;
  const found = await readOutcome(() =>
    readActivities.lookUpLostPlanChange({
      purchaseId: terms.purchaseId,
      presentationId,
      customerId,
      subscriptionId,
      productId,
      quantity,
      addons: addonsOfChange(terms),
      dueNow,
      since: terms.acceptedAt,
      lostAt,
      reconcileWindowMs: run.input.timing.reconcileWindowMs,
    }),
  );
  if (found === undefined || found.kind === 'open') return undefined;
  if (found.kind === 'failed') return found;
  return { ...found, ...(found.newSubscription && !found.told && { replaced: subscriptionId }) };
}
