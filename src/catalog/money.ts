/** Formats money for people. */
import { currencyDigits } from './codes.js';

const formats = new Map<string, Intl.NumberFormat>();

/**
 * Formats an amount in minor units, with exactly the decimals of its ISO 4217 currency: `formatMoney(2900, 'USD')` is
 * `$29.00`, `formatMoney(2900, 'JPY')` is `¥2,900`, `formatMoney(2900, 'KWD')` is `KWD 2.900` (with a no-break space).
 *
 * @param amountMinor a whole number of minor units; negative for money returned
 * @param currency an ISO 4217 code
 * @param locale a BCP 47 language tag
 * @throws RangeError if the amount is not a safe integer, or the currency or locale is malformed
 */
export function formatMoney(amountMinor: number, currency: string, locale = 'en'): string {
  if (!Number.isSafeInteger(amountMinor)) {
    throw new RangeError(
      `An amount of money must be a whole number of minor units, not ${String(amountMinor)}.`,
    );
  }
  const digits = currencyDigits(currency);
  const units = Math.abs(amountMinor)
    .toString()
    .padStart(digits + 1, '0');
  const point = units.length - digits;
  // A decimal string instead of a division stays exact up to the largest safe integer.
  const decimal = `${amountMinor < 0 ? '-' : ''}${units.slice(0, point)}.${units.slice(point) || '0'}`;
  return format(locale, currency, digits).format(decimal as Intl.StringNumericLiteral);
}

function format(locale: string, currency: string, digits: number): Intl.NumberFormat {
  const key = `${locale}/${currency}`;
  let known = formats.get(key);
  if (!known) {
    // Digits are explicit because the runtime's own table follows everyday usage, not ISO 4217 (IQD: 0, not 3).
    known = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(key, known);
  }
  return known;
}
