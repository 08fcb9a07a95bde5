/** What is accepted and ends later: changes at the next billing date, and pauses, that nobody follows any more. */
import type { ScheduledChangeInput } from '../../../src/contract/messages.js';
import type { AttemptRecord } from '../../../src/domain/attempt.js';
import { subscriptionOfPlanChange, workflowId } from '../../../src/domain/ids.js';
import type { Addon } from '../../../src/domain/offers.js';
import type { PresentationRecord } from '../../../src/domain/presentation.js';
import type { TimedPause } from '../../../src/ledger/index.js';
import type { ActivityContext } from '../../context.js';
import type { Round } from './round.js';
import { isAnyRunning } from './runs-gone.js';

/** Follows a change at the next billing date again if its run is gone. */
export async function mendScheduled(
  context: ActivityContext,
  round: Round,
  { id: presentationId, purchaseId }: PresentationRecord,
): Promise<void> {
  const { ledger, runs } = context;
  if (await isAnyRunning(context, [workflowId.scheduledChange(presentationId)])) return;
  // Its run records the end before it ends.
  const presentation = await ledger.presentation(presentationId);
  if (presentation?.status !== 'scheduled') return;
  const input = await inputOf(context, presentation);
  if (input && (await runs.followScheduledChange(input)))
    await round.repaired('scheduled_change_followed', { purchaseId, presentationId });
}

/** Returns the input its run had; undefined where the ledger does not have it. */
async function inputOf(
  context: ActivityContext,
  presentation: PresentationRecord,
): Promise<Omit<ScheduledChangeInput, 'notify'> | undefined> {
  const { id: presentationId, purchaseId, product, quantity, quantityUnrecorded } = presentation;
  const attempt = (await context.ledger.attemptsOf(presentationId)).findLast(isChange);
  const subscriptionId = attempt && subscriptionOfPlanChange(attempt.workflowId);
  if (attempt === undefined || subscriptionId === undefined || quantityUnrecorded) return undefined;
  const addons = await addonsOf(context, presentation);
  return {
    presentationId,
    purchaseId,
    attemptId: attempt.attemptId,
    subscriptionId,
    productId: product.id,
    quantity,
    ...(addons && { addons }),
  };
}

function isChange({ kind, status }: AttemptRecord): boolean {
  return kind === 'change_plan' && status !== 'rejected' && status !== 'absent';
}

/** Returns the add-ons that the change sets, as of when the offer was made; undefined if they are carried over. */
async function addonsOf(
  { ledger }: ActivityContext,
  { catalogHash, offerId, option, product, terms }: PresentationRecord,
): Promise<Addon[] | undefined> {
  const catalog = catalogHash === undefined ? undefined : await ledger.catalogOf(catalogHash);
  const offer = catalog?.offers[offerId];
  const options = offer && 'options' in offer ? offer.options : undefined;
  const action =
    terms?.ways.find((way) => way.option === option)?.action ??
    options?.find(({ id }) => id === option)?.action ??
    offer?.action;
  return action?.kind === 'change_plan' && action.productId === product.id ? action.addons : undefined;
}

/** Has a pause of ours end in time again if its run is gone. */
export async function mendPause(
  context: ActivityContext,
  round: Round,
  { purchaseId, ...pause }: TimedPause,
): Promise<void> {
  const { presentationId, subscriptionId } = pause;
  if (await isAnyRunning(context, [workflowId.pause(subscriptionId)])) return;
  if (await context.runs.endPauseLater(pause))
    await round.repaired('pause_followed', { purchaseId, presentationId, subscriptionId });
}
