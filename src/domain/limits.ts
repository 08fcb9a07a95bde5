/** How often a customer may be shown offers. Pure. */
import type { Cap } from './offers.js';
import type { Decision } from './words.js';

export interface Limits {
  /** `never` again, or milliseconds until the offer may be shown again. */
  afterDecline?: 'never' | number;
  /** The least time between two showings of this offer to one customer. */
  cooldownMs?: number;
  /** Showings of this offer to one customer. */
  cap?: Cap;
  /** How often this offer is sold or may still be, over all customers. */
  redemptions?: number;
  /** Over all offers. The cooldown counts showings by other runs only: a run's next step need not wait for its last. */
  policy?: { cap?: Cap; cooldownMs?: number };
}

export interface LimitReached {
  reason: 'capped' | 'cooldown' | 'declined_before';
  /** In words, for operators. */
  detail: string;
}

/** Who would be shown what, by which run, and when. */
export interface Showing {
  customerId: string;
  offerId: string;
  workflowId: string;
  at: string;
}

/** One earlier showing to the customer. */
export interface PastShowing {
  offerId: string;
  workflowId: string;
  presentedAt: string;
  decision: Decision | null;
  decidedAt: string | null;
}

/** The part that needs no more than what this customer has been shown. Pure. */
export function reachedBy(
  shown: readonly PastShowing[],
  { offerId, workflowId, at }: Showing,
  limits: Limits,
): LimitReached | undefined {
  const now = Date.parse(at);
  const ofOffer = shown.filter((one) => one.offerId === offerId);
  const byOthers = shown.filter((one) => one.workflowId !== workflowId);
  return (
    declined(ofOffer, limits.afterDecline, now) ??
    tooSoon(ofOffer, limits.cooldownMs, now, 'this offer was shown') ??
    tooOften(ofOffer, limits.cap, now, 'this offer was shown') ??
    tooSoon(byOthers, limits.policy?.cooldownMs, now, 'policy: an offer was shown') ??
    tooOften(shown, limits.policy?.cap, now, 'policy: offers were shown')
  );
}

export function declined(
  shown: readonly PastShowing[],
  afterDecline: Limits['afterDecline'],
  now: number,
): LimitReached | undefined {
  const times = shown.flatMap(({ decision, decidedAt }) =>
    decision === 'declined' && decidedAt !== null ? [Date.parse(decidedAt)] : [],
  );
  if (times.length === 0 || afterDecline === undefined) return undefined;
  const last = Math.max(...times);
  const detail = `declined at ${iso(last)}`;
  if (afterDecline === 'never') return { reason: 'declined_before', detail };
  if (now >= last + afterDecline) return undefined;
  return { reason: 'cooldown', detail: `${detail}; may be shown again from ${iso(last + afterDecline)}` };
}

function tooSoon(
  shown: readonly PastShowing[],
  cooldownMs: number | undefined,
  now: number,
  what: string,
): LimitReached | undefined {
  if (cooldownMs === undefined || shown.length === 0) return undefined;
  const last = Math.max(...times(shown));
  if (now >= last + cooldownMs) return undefined;
  const detail = `${what} at ${iso(last)}; the next may be from ${iso(last + cooldownMs)}`;
  return { reason: 'cooldown', detail };
}

function tooOften(
  shown: readonly PastShowing[],
  cap: Cap | undefined,
  now: number,
  what: string,
): LimitReached | undefined {
  if (!cap) return undefined;
  const since = cap.withinMs === undefined ? -Infinity : now - cap.withinMs;
  const counted = times(shown)
    .filter((time) => time > since)
    .sort((one, other) => one - other);
  if (counted.length < cap.times) return undefined;
  const [oldest = now] = counted.slice(-cap.times);
  const period = cap.withinMs === undefined ? '' : ` since ${iso(since)}`;
  const again = cap.withinMs === undefined ? '' : `; the next may be from ${iso(oldest + cap.withinMs)}`;
  return { reason: 'capped', detail: `${what} ${counted.length} times${period}, of ${cap.times}${again}` };
}

export function times(shown: readonly PastShowing[]): number[] {
  return shown.map(({ presentedAt }) => Date.parse(presentedAt));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
