/** The attempts of runs, read from their histories. */
import type { AttemptInput, SendReply } from '../../../src/domain/attempt.js';
import type { Presented } from '../../../activities/offering/present.js';
import type { Choice } from '../../../src/domain/presentation.js';
import { workflowOfAttempt } from '../../../src/domain/ids.js';
import type { Evidence } from './evidence.js';
import type { ActivityEntry, RunHistory } from './run-history.js';

/** An activity that works on one attempt: it sends it, opens its checkout, or applies a save offer. */
export interface AttemptStep {
  run: RunHistory;
  activity: ActivityEntry;
  input: AttemptInput;
}

const ONE_CLICK = ['charge', 'changePlan'];
const WITH_FALLBACK = [...ONE_CLICK, 'openFallback', 'saveSubscription'];
/** Runs that a purchase starts for an acceptance. */
const CHILDREN = ['planChange', 'saveSubscription'];

/** Returns every activity that may lead to a payment. */
export function attemptSteps(runs: RunHistory[]): AttemptStep[] {
  return runs.flatMap((run) =>
    run.activities
      .filter(({ type }) => WITH_FALLBACK.includes(type))
      .map((activity) => ({ run, activity, input: activity.input as AttemptInput })),
  );
}

export function isOneClick({ activity }: AttemptStep): boolean {
  return ONE_CLICK.includes(activity.type);
}

/** Returns where the click behind a step must be: in the run itself, or in the purchase that started the plan change. */
export function clicksBefore(
  { run, activity }: AttemptStep,
  runs: RunHistory[],
): { run: RunHistory; before: number }[] {
  if (!CHILDREN.includes(run.type)) return [{ run, before: activity.eventId }];
  const { parent } = run;
  return runs
    .filter(({ workflowId }) => workflowId === parent?.workflowId)
    .flatMap((candidate) =>
      candidate.children
        .filter((child) => child.workflowId === run.workflowId)
        .map((child) => ({ run: candidate, before: child.eventId })),
    );
}

/** Says whether a history has the customer's click on a presentation before an event. */
export function acceptedBefore(
  { run, before }: { run: RunHistory; before: number },
  presentationId: string,
): boolean {
  const names = (args: unknown[]) => (args[0] as { presentationId?: string } | undefined)?.presentationId;
  const byUpdate = run.updates.some(
    ({ eventId, name, args }) => name === 'accept' && eventId < before && names(args) === presentationId,
  );
  const bySignal = run.signals.some(
    ({ eventId, name, args }) =>
      name === 'acceptOffer' &&
      eventId < before &&
      // Without an id, the signal means the open offer.
      (names(args) ?? presentationId) === presentationId,
  );
  return byUpdate || bySignal;
}

/**
 * Returns every price at which a presentation was shown for the choice of an attempt: from previews, the list of options,
 * and recorded quotes. Minor units.
 */
export function pricesShown(
  { runs, ledger }: Evidence,
  { presentationId, choice }: AttemptInput,
): Set<number> {
  const isFor = (other: Choice) =>
    choice === undefined || (other.option === choice.option && other.quantity === choice.quantity);
  const prices = new Set<number>();
  for (const { activities } of runs) {
    for (const { type, input, end } of activities) {
      if (!end?.ok) continue;
      if (type === 'evaluate' || type === 'present') {
        const { presented } = end.value as { presented?: Presented };
        if (presented?.presentationId !== presentationId) continue;
        if (isFor(presented)) prices.add(presented.dueNow);
        for (const { id: option, quantity, dueNow } of presented.choices?.options ?? []) {
          if (choice && isFor({ option, quantity })) prices.add(dueNow);
        }
      } else if (ONE_CLICK.includes(type)) {
        const reply = end.value as SendReply;
        const attempt = input as AttemptInput;
        if (reply.kind !== 'price_changed' || attempt.presentationId !== presentationId) continue;
        if (choice === undefined || (attempt.choice && isFor(attempt.choice))) prices.add(reply.price.dueNow);
      }
    }
  }
  for (const quote of ledger.quotes ?? []) {
    if (quote.presentationId === presentationId && choice && isFor(quote)) prices.add(quote.price.dueNow);
  }
  return prices;
}

/** Says whether a run still works on one of these attempts. */
export function isCarried(runs: RunHistory[], attemptIds: Iterable<string>): boolean {
  const running = new Set(
    runs.filter(({ status }) => status === 'RUNNING').map(({ workflowId }) => workflowId),
  );
  for (const id of attemptIds) {
    const owner = workflowOfAttempt(id);
    if (owner !== undefined && running.has(owner)) return true;
  }
  return false;
}
