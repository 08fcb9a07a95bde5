/** Closes a purchase whose run is dead or stuck: the run is ended, its customer is freed, its money stays under review. */
import { endingOf, outcomeOfEndings } from '../domain/closing.js';
import { triggerPurchaseId, workflowId } from '../domain/ids.js';
import type { PurchaseView } from '../domain/purchase.js';
import { reviewsOfEnding } from '../domain/review.js';
import type { ApiDeps } from './deps.js';
import { Problem, temporarilyUnavailable } from './problem.js';

type CloseDeps = Pick<ApiDeps, 'ledger' | 'runs' | 'now' | 'log'>;

/**
 * Closes a purchase or trigger. Repeating it changes nothing.
 *
 * @param id of a purchase, or of the event of a trigger; of the two, the one that is not settled yet
 * @param by the id of the operator's key
 * @returns what the ledger has of it then; undefined when only Temporal knew it
 * @throws Problem `purchase_not_found`, or `temporarily_unavailable` when Temporal cannot be reached
 */
export async function closePurchase(
  deps: CloseDeps,
  id: string,
  { reason, by }: { reason: string; by: string },
): Promise<PurchaseView | undefined> {
  const { ledger, now } = deps;
  const known = await closableOf(deps, id);
  const purchaseId = known?.purchase.purchaseId ?? id;
  if (!known && !(await isKnownToTemporal(deps, id)))
    throw new Problem('purchase_not_found', { detail: 'No purchase or trigger has this id.' });
  await ledger.note(purchaseId, [{ at: now().toISOString(), type: 'close_ordered', detail: { reason, by } }]);
  const runs = known ? [known.purchase.workflowId] : runsNamed(purchaseId);
  for (const run of [...runs, ...(await planChangesOf(deps, known))]) await endRun(deps, run, reason, by);
  await settleRows(deps, purchaseId);
  return ledger.purchase(purchaseId);
}

/** Finds what an id names: a purchase and a trigger may both have it. */
async function closableOf(
  { ledger }: Pick<CloseDeps, 'ledger'>,
  id: string,
): Promise<PurchaseView | undefined> {
  const purchase = await ledger.purchase(id);
  if (purchase && purchase.status !== 'settled') return purchase;
  const trigger = await ledger.purchase(triggerPurchaseId(id));
  return trigger && (!purchase || trigger.status !== 'settled') ? trigger : purchase;
}

/** The runs that an id may name when the ledger has not heard of it. */
const runsNamed = (purchaseId: string) => [workflowId.purchase(purchaseId), workflowId.trigger(purchaseId)];

async function isKnownToTemporal({ runs }: CloseDeps, purchaseId: string): Promise<boolean> {
  for (const run of runsNamed(purchaseId)) if ((await runs.status(run)) !== 'unknown') return true;
  return false;
}

/** The plan-change runs that this purchase has started; one of the same subscription may be another purchase's. */
async function planChangesOf(
  { ledger, runs }: CloseDeps,
  known: PurchaseView | undefined,
): Promise<string[]> {
  if (!known) return [];
  const { purchase, presentations } = known;
  const attempts = await Promise.all(presentations.map(({ id }) => ledger.attemptsOf(id)));
  const others = new Set(attempts.flat().map((attempt) => attempt.workflowId));
  // One that has just begun has no attempt yet.
  for (const id of [purchase.subscriptionId, ...presentations.map(({ terms }) => terms?.subscriptionId)])
    if (id !== undefined) others.add(workflowId.planChange(id));
  others.delete(purchase.workflowId);
  const children: string[] = [];
  for (const run of others) if ((await runs.parentOf(run)) === purchase.workflowId) children.push(run);
  return children;
}

async function endRun({ runs, log }: CloseDeps, run: string, reason: string, by: string): Promise<void> {
  const how = await runs.end(run, `closed by an operator (${by}): ${reason}`).catch((error: unknown) => {
    throw temporarilyUnavailable('Temporal could not be reached, so nothing was settled.', error);
  });
  log.warn({ run, how, reason, by }, 'a run was closed by an operator');
}

/** Settles whatever the run has left. What it has settled itself stays. */
async function settleRows({ ledger, now, runs }: CloseDeps, purchaseId: string): Promise<void> {
  const left = await ledger.purchase(purchaseId);
  if (!left) return;
  const at = now();
  const endings = await Promise.all(
    left.presentations.map(async (presentation) => ({
      presentation,
      ending: endingOf(presentation, await ledger.attemptsOf(presentation.id), at),
    })),
  );
  const outcome = outcomeOfEndings(
    endings.map(({ ending }) => ending),
    left.status !== 'awaiting_payment',
  );
  // Before they are settled: a repetition would find nothing left to tell of.
  for (const { presentation, ending } of endings)
    if (ending.kind === 'ended') await runs.tellOfClosing({ presentationId: presentation.id, purchaseId });
  await ledger.closeRun({
    purchaseId,
    outcome,
    at: at.toISOString(),
    presentations: endings.flatMap(({ presentation, ending }) =>
      ending.kind === 'settled'
        ? []
        : [{ id: presentation.id, patch: ending.patch, reviews: reviewsOfEnding(presentation, ending, at) }],
    ),
    timeline: [{ at: at.toISOString(), type: 'closed', detail: { outcome } }],
  });
}
