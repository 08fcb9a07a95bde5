/** Checks whether an offer or funnel is switched on at a given time. */
import type { Schedule } from './offers.js';

/** What switches an offer or funnel on and off. */
export interface Switched {
  paused?: boolean;
  schedule?: Schedule;
}

/** Returns why an offer or funnel is not shown now; undefined if it may be. */
export function unavailable(
  what: string,
  { paused, schedule }: Switched,
  now: Date,
): { reason: 'paused' | 'outside_schedule'; detail: string } | undefined {
  if (paused) return { reason: 'paused', detail: `${what} is paused` };
  const { from, until } = schedule ?? {};
  const reason = 'outside_schedule';
  if (from !== undefined && now.getTime() < Date.parse(from)) {
    return { reason, detail: `${what} is shown from ${from} on; it was ${now.toISOString()}` };
  }
  if (until !== undefined && now.getTime() >= Date.parse(until)) {
    return { reason, detail: `${what} was shown until ${until}; it was ${now.toISOString()}` };
  }
  return undefined;
}
