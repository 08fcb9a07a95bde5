/** Checks whether the credit of a downgrade is still the one that was shown. */
import type { Price } from './presentation.js';

/** How long a credit that was shown is honoured although time has passed. */
const GRACE_MS = 10 * 60_000;

/**
 * Checks whether the customer would get less credit than was shown. The unused part of a period loses value by the day,
 * with large plans by the second. If that counted, the credit shown after a refusal would be out of date again at the next
 * click. So for ten minutes after the preview, a loss that time alone explains does not count. A larger loss, or a later
 * one, does.
 *
 * @param periodEnd the end of the period that is paid for
 */
export function isLessCredit(shown: Price, now: Price, periodEnd: string | undefined): boolean {
  // Credit in another currency is not the credit that was shown.
  if ((shown.credit ?? 0) > 0 && shown.creditCurrency !== now.creditCurrency) return true;
  const lost = (shown.credit ?? 0) - (now.credit ?? 0);
  return lost > 0 && lost > takenByTheClock(shown, now, periodEnd);
}

/** Returns the most that time alone can have taken off the credit. Minor units. */
function takenByTheClock(shown: Price, now: Price, periodEnd: string | undefined): number {
  const previewed = timeOf(shown.effectiveAt);
  const elapsed = timeOf(now.effectiveAt) - previewed;
  const left = timeOf(periodEnd) - previewed;
  if (!(elapsed >= 0 && elapsed <= GRACE_MS && left > elapsed)) return 0;
  // The unused part pays for the new plan at most, and gives the credit; at the end of the period nothing is left of it.
  const unused = (shown.credit ?? 0) + (shown.recurring?.amount ?? 0);
  return Math.ceil((unused * elapsed) / left);
}

/** Returns the milliseconds since the epoch; NaN, which fails every comparison, if there is no time. */
function timeOf(time: string | undefined): number {
  return Date.parse(time ?? '');
}
