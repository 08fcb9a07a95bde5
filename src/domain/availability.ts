/** Whether an offer or funnel is switched on at a moment. Pure. */
import type { Schedule } from './offers.js';

export interface Switched {
  paused?: boolean;
  schedule?: Schedule;
}

/** Why it is not shown now; undefined when it may be. */
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
