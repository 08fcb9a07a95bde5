/** Operators' commands on a presentation: they ask the run and record its consent in the ledger. */
import { extension, type PresentationRecord } from '../domain/presentation.js';
import type { Answer } from '../temporal/runs.js';
import { DAY } from '../domain/duration.js';
import { invalidField } from './field-errors.js';
import type { ApiDeps } from './deps.js';
import { Problem, temporarilyUnavailable } from './problem.js';

/** An offer's longest window: prices and payment methods do not live for longer. */
const LONGEST_EXTENSION = 365 * DAY;

type CommandDeps = Pick<ApiDeps, 'runs' | 'ledger' | 'now'>;

/**
 * Withdraws an open offer.
 *
 * @throws Problem when the run refuses or does not answer
 */
export async function withdrawPresentation(
  { runs }: CommandDeps,
  record: PresentationRecord,
  reason: string,
): Promise<void> {
  agreed(await runs.withdraw(record.workflowId, record.id, reason), record);
}

/**
 * Changes when an open offer expires.
 *
 * @param until RFC 3339
 * @throws Problem when the run refuses or does not answer
 */
export async function extendPresentation(
  { runs, ledger, now }: CommandDeps,
  record: PresentationRecord,
  { until, reason }: { until: string; reason: string },
): Promise<void> {
  if (Date.parse(until) > now().getTime() + LONGEST_EXTENSION)
    throw invalidField('until', 'must be within a year from now');
  const { expiresAt } = agreed(await runs.extend(record.workflowId, record.id, until, reason), record);
  const { patch, timeline } = extension(record.id, { expiresAt, reason, at: now().toISOString() });
  await ledger.updatePresentation(record.id, patch, timeline);
}

/** Returns the result of a command that the run agreed to, and throws a Problem for every other answer. */
export function agreed<T>(answer: Answer<T>, { status }: PresentationRecord): T {
  switch (answer.kind) {
    case 'done':
      return answer.value;
    case 'refused':
      switch (answer.code) {
        case 'presentation_expired':
        case 'presentation_withdrawn':
        case 'invalid_body':
          throw new Problem(answer.code, { detail: answer.message });
        default:
          throw new Problem('already_decided', { detail: answer.message });
      }
    case 'gone':
      throw new Problem('already_decided', {
        detail: `The run of this presentation has ended; the presentation is ${status}.`,
      });
    case 'pending':
    case 'unanswered':
      throw temporarilyUnavailable('No worker answered in time. Please try again.');
  }
}
