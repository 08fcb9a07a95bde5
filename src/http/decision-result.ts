/** The results of accepting and declining, and how they follow from a run's answer or a presentation's status. Pure. */
import type { DecisionReply } from '../contract/messages.js';
import { statusAt, type PresentationRecord } from '../domain/presentation.js';
import type { PresentationStatus } from '../domain/words.js';
import type { Answer } from '../temporal/runs.js';
import type { ProblemCode } from './problem.js';

/** A presentation to respond with. `status` is what the run just said, for when the ledger lags behind. */
export interface Standing {
  record: PresentationRecord;
  status?: PresentationStatus;
}

export type RefusalCode = Extract<
  ProblemCode,
  'already_decided' | 'price_changed' | 'presentation_expired' | 'presentation_withdrawn'
>;

/** The decision does not count; `standing` is the state that does. */
export interface Refused {
  kind: 'refused';
  code: RefusalCode;
  detail?: string;
  standing: Standing;
}

/** The decision is under way, and the client should ask again. */
interface InFlight {
  kind: 'in_flight';
  status: PresentationStatus;
  standing: Standing;
}

/** The run could not use the request. */
type Unusable = { kind: 'invalid'; detail: string } | { kind: 'not_found' };

export type AcceptResult =
  | { kind: 'paid'; standing: Standing }
  /** The charge failed for good. The record holds the other ways to pay. */
  | { kind: 'payment_failed'; standing: Standing }
  | InFlight
  | Refused
  | Unusable;

export type DeclineResult =
  | { kind: 'declined'; /** The offer that follows. */ next?: PresentationRecord }
  | InFlight
  | Refused
  | Unusable;

/** A run's answer to a decision that reached it. */
type Answered = Exclude<Answer<DecisionReply>, { kind: 'unanswered' }>;

/** Returns why a presentation cannot be decided now; undefined while it is open. */
export function closedReason(record: PresentationRecord, now: Date): Refused | undefined {
  const status = statusAt(record, now);
  return status === 'open' ? undefined : closedAs(record, status);
}

/** Returns the result of accepting a presentation that has this status since. */
export function acceptResult(
  record: PresentationRecord,
  status: PresentationStatus = record.status,
): AcceptResult {
  const standing = { record, status };
  switch (status) {
    case 'scheduled':
    case 'paid':
      return { kind: 'paid', standing };
    case 'fallback':
    case 'failed':
      return { kind: 'payment_failed', standing };
    case 'accepted':
    case 'charging':
    case 'reconciling':
    case 'requires_action':
    case 'needs_review':
      return { kind: 'in_flight', status, standing };
    case 'open':
      return {
        kind: 'refused',
        code: 'price_changed',
        // An open offer has a message only if it was opened again for another reason.
        detail:
          record.message ??
          'The price has changed since it was shown. Nothing was charged; please decide again.',
        standing,
      };
    case 'declined':
    case 'expired':
    case 'withdrawn':
      return closedAs(record, status);
  }
}

/** Returns the refusal of a decision on a presentation that is no longer open. */
export function closedAs(record: PresentationRecord, status: PresentationStatus): Refused {
  const standing = { record, status };
  switch (status) {
    case 'expired': {
      const detail = `The offer expired at ${record.expiresAt}.`;
      return { kind: 'refused', code: 'presentation_expired', detail, standing };
    }
    case 'withdrawn':
      return { kind: 'refused', code: 'presentation_withdrawn', standing };
    default: {
      const detail = `The offer has already been ${status === 'declined' ? 'declined' : 'accepted'}.`;
      return { kind: 'refused', code: 'already_decided', detail, standing };
    }
  }
}

/** Returns the refusal of an acceptance after one for another choice. */
export function acceptedOtherwise(record: PresentationRecord): Refused {
  return {
    kind: 'refused',
    code: 'already_decided',
    detail: 'The offer has already been accepted with another choice.',
    standing: { record },
  };
}

const KNOWN_REFUSALS = new Set<string>([
  'price_changed',
  'presentation_expired',
  'presentation_withdrawn',
  'already_decided',
]);

/** Returns why the run could not use the request; undefined if it could. */
export function unusableBy(answer: Answered): Unusable | undefined {
  if (answer.kind !== 'refused' || KNOWN_REFUSALS.has(answer.code)) return undefined;
  return answer.code === 'invalid_body' || answer.code === 'consent_required'
    ? { kind: 'invalid', detail: answer.message }
    : { kind: 'not_found' };
}

/** Returns the status of a presentation after its run has answered; the ledger's may lag behind. */
export function statusAfter(
  { status }: Pick<PresentationRecord, 'status'>,
  answer: Answered,
  whilePending: PresentationStatus,
): PresentationStatus {
  switch (answer.kind) {
    case 'done':
      return answer.value.status;
    case 'pending':
      return whilePending;
    case 'gone':
      // A run that ended without telling the ledger was terminated.
      return status === 'open' ? 'expired' : status;
    case 'refused':
      switch (answer.code) {
        case 'presentation_expired':
          return 'expired';
        case 'presentation_withdrawn':
          return 'withdrawn';
        case 'already_decided':
          return status === 'open' ? (answer.won ?? 'accepted') : status;
        default:
          // `price_changed`: open at another price, unless an earlier acceptance is under way.
          return status;
      }
  }
}
