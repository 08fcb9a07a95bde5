/**
 * Prices that move a little by themselves, as exchange rates do. A click is never charged more than it was for. So that a
 * cent of exchange rate does not refuse click after click, the new price of a refused click says how much more the next
 * one may charge at most, where the merchant allows it: that click agrees to it.
 */
import type { Price } from './presentation.js';

/**
 * Returns the most that the next click may charge; undefined when the price has moved further than the tolerance, or in
 * another currency.
 *
 * @param tolerance 0.01 is a hundredth
 */
export function ceilingAfter(
  shown: Price | undefined,
  now: Price,
  tolerance: number | undefined,
): number | undefined {
  if (tolerance === undefined || shown?.currency !== now.currency) return undefined;
  if (now.dueNow <= shown.dueNow || now.dueNow > raised(shown.dueNow, tolerance)) return undefined;
  return raised(now.dueNow, tolerance);
}

/** Rounds down: less than what the tolerance allows, and never more. */
function raised(amount: number, tolerance: number): number {
  // Whole hundredths of a percent keep the product exact.
  return amount + Math.floor((amount * Math.round(tolerance * 10_000)) / 10_000);
}
