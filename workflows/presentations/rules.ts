/** Which messages may decide a presentation. Pure: each rule returns why a message is refused, or undefined. */
import { refusal, type AcceptRequest, type ExtendRequest } from '../../src/contract/messages.js';
import { isAnotherChoice } from '../../src/domain/choice.js';
import { missingConsents } from '../../src/domain/receipt.js';
import { iso, type ActivePresentation, type Refused } from './active.js';
import { choiceIn } from './choices.js';

/**
 * Returns when the customer clicked, in milliseconds since the epoch: the time the caller gives, but never one in the
 * future, or else now.
 */
export function clickedAt(at: unknown, now: number): number {
  const given = typeof at === 'string' ? Date.parse(at) : NaN;
  return Number.isNaN(given) ? now : Math.min(given, now);
}

/** Refuses a decision that comes second or too late. The same decision again is let in, and answered like the first. */
export function againstDecision(
  presentation: ActivePresentation,
  wanted: 'accepted' | 'declined' | 'withdrawn',
  click: { at?: unknown; now: number },
): Refused | undefined {
  const won = presentation.decision?.kind;
  if (won === wanted) return undefined;
  if (won === 'withdrawn')
    return { code: refusal.presentationWithdrawn, message: 'The offer was withdrawn.' };
  if (won === 'expired') return expired(presentation);
  if (won !== undefined) {
    return { code: refusal.alreadyDecided, message: `The offer was already ${won}.`, won };
  }
  return clickedAt(click.at, click.now) > presentation.expiresAt ? expired(presentation) : undefined;
}

/**
 * Refuses an acceptance that comes too late, or for something other than what is shown.
 *
 * @param wasPriceBefore checks whether a price hash belonged to this presentation before the current one
 */
export function againstAccept(
  presentation: ActivePresentation,
  request: Partial<AcceptRequest>,
  now: number,
  wasPriceBefore: (priceHash: string) => boolean,
): Refused | undefined {
  const late = againstDecision(presentation, 'accepted', { at: request.at, now });
  if (late) return late;
  const { decision, choices, preselected, priceHash, requiredConsents } = presentation;
  const missing = decision === undefined ? missingConsents(requiredConsents, request.consents) : [];
  if (missing.length > 0) {
    const message = `The offer can only be accepted with these consents: ${missing.join(', ')}.`;
    return { code: refusal.consentRequired, message };
  }
  if (decision !== undefined && choices && isAnotherChoice(presentation, request)) {
    return {
      code: refusal.alreadyDecided,
      message: 'The offer was already accepted, with another choice.',
      won: 'accepted',
    };
  }
  if (decision === undefined) {
    // An accept without a choice refers to the choice shown first, and the presentation has come to stand for another.
    if (namesNothing(request) && preselected && isAnotherChoice(presentation, preselected)) {
      return { code: refusal.priceChanged, message: 'Another choice is shown now. Name it, or its price.' };
    }
    const choice = choiceIn(presentation, request);
    if (choice.kind === 'refused') return choice.refused;
    if (choice.kind === 'chosen') return undefined;
  }
  if (request.priceHash === undefined || request.priceHash === priceHash) return undefined;
  // A price that this offer has never had means that the acceptance under way is about to be refused for it. Refusing
  // the message before it is let in allows the same click to be made again once that price is open.
  return decision === undefined || !wasPriceBefore(request.priceHash)
    ? { code: refusal.priceChanged, message: 'The price has changed since it was shown.' }
    : undefined;
}

/** Refuses to extend an offer that is decided, or to a time that is not in the future. */
export function againstExtend(
  { decision }: ActivePresentation,
  { until }: ExtendRequest,
  now: number,
): Refused | undefined {
  if (decision) {
    return { code: refusal.alreadyDecided, message: `The offer was already ${decision.kind}.` };
  }
  return Date.parse(until) > now
    ? undefined
    : { code: refusal.invalid, message: 'until must be a time in the future.' };
}

function namesNothing({ priceHash, option, quantity }: Partial<AcceptRequest>): boolean {
  return priceHash === undefined && option === undefined && quantity === undefined;
}

function expired({ expiresAt }: ActivePresentation): Refused {
  return { code: refusal.presentationExpired, message: `The offer expired at ${iso(expiresAt)}.` };
}
