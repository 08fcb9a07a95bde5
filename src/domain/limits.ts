/** How often a customer may be shown offers. */
import type { Cap } from './offers.js';
import type { Decision } from './words.js';

/** The limits that apply when an offer is to be shown. */
export interface Limits {
  /** `never` again, or the milliseconds until the offer may be shown again. */
  afterDecline?: 'never' | number;
  /** The minimum time between two showings of this offer to one customer. */
  cooldownMs?: number;
  /** The maximum number of showings of this offer to one customer. */
  cap?: Cap;
  /** The maximum number of sales of this offer to all customers, those that may still come about included. */
  redemptions?: number;
  /** For all offers together. The cooldown counts showings by other runs only: the steps of one run follow at once. */
  policy?: { cap?: Cap; cooldownMs?: number };
}

/** The limit that keeps an offer from being shown. */
export interface LimitReached {
  reason: 'capped' | 'cooldown' | 'declined_before';
  /** In words, for operators. */
  detail: string;
}

/** An offer that is to be shown: to whom, by which run, and when. */
export interface Showing {
  customerId: string;
  offerId: string;
  workflowId: string;
  at: string;
  /** A run whose showings do not count. */
  without?: string;
}

/** One earlier showing to the customer. */
export interface PastShowing {
  offerId: string;
  workflowId: string;
  presentedAt: string;
  decision: Decision | null;
  decidedAt: string | null;
}

/** Returns the first limit that is reached, as far as this customer's earlier showings tell. */
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

/** Returns the limit that an earlier decline of this offer sets. `now` in milliseconds since the epoch. */
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

/** Returns when offers were shown, in milliseconds since the epoch. */
export function times(shown: readonly PastShowing[]): number[] {
  return shown.map(({ presentedAt }) => Date.parse(presentedAt));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
