/** Whether the credit of a downgrade is still the one that was shown. */
import type { Price } from './presentation.js';

/** How long a credit that was shown stands against the clock. */
const GRACE_MS = 10 * 60_000;

/**
 * Whether the customer would get less credit than was shown. The unused part of a period is worth less by the
 * day, with large plans by the second: if that counted, the credit shown after a refusal would be out of date at
 * the next click again. So for ten minutes after its preview, what the clock alone can have taken does not count;
 * whatever took more than that, or later, does.
 *
 * @param periodEnd when the period that is paid for ends
 */
export function isLessCredit(shown: Price, now: Price, periodEnd: string | undefined): boolean {
  const lost = (shown.credit ?? 0) - (now.credit ?? 0);
  return lost > 0 && lost > takenByTheClock(shown, now, periodEnd);
}

/** At most. Minor units. */
function takenByTheClock(shown: Price, now: Price, periodEnd: string | undefined): number {
  const previewed = timeOf(shown.effectiveAt);
  const elapsed = timeOf(now.effectiveAt) - previewed;
  const left = timeOf(periodEnd) - previewed;
  if (!(elapsed >= 0 && elapsed <= GRACE_MS && left > elapsed)) return 0;
  // What is unused pays for the new plan at most, and gives the credit; at the end of the period none is left.
  const unused = (shown.credit ?? 0) + (shown.recurring?.amount ?? 0);
  return Math.ceil((unused * elapsed) / left);
}

/** NaN, with which nothing compares, when there is none. */
function timeOf(time: string | undefined): number {
  return Date.parse(time ?? '');
}
