import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COUNTRIES, CURRENCIES, currencyDigits } from '../../src/catalog/codes.js';
import { displayPrice, renderCopy } from '../../src/catalog/copy.js';
import { formatMoney } from '../../src/catalog/money.js';
import type { Price } from '../../src/domain/presentation.js';

const NBSP = '\u00a0';

describe('formatMoney', () => {
  test.each([
    [2900, 'USD', 'en', '$29.00'],
    [5, 'USD', 'en', '$0.05'],
    [0, 'USD', 'en', '$0.00'],
    [-3000, 'USD', 'en', '-$30.00'],
    [123456789, 'USD', 'en', '$1,234,567.89'],
    [2900, 'JPY', 'en', '¥2,900'],
    [2900, 'KWD', 'en', `KWD${NBSP}2.900`],
    [2900, 'IQD', 'en', `IQD${NBSP}2.900`],
    [290000, 'HUF', 'en', `HUF${NBSP}2,900.00`],
    [2900, 'EUR', 'de', `29,00${NBSP}€`],
    [1230000, 'INR', 'en-IN', '₹12,300.00'],
    [Number.MAX_SAFE_INTEGER, 'USD', 'en', '$90,071,992,547,409.91'],
  ])('%d of %s in %s is %s', (amount, currency, locale, expected) => {
    expect(formatMoney(amount, currency, locale)).toBe(expected);
  });

  test('a fractional amount is rejected', () => {
    expect(() => formatMoney(29.5, 'USD')).toThrow(/whole number of minor units, not 29.5/);
    expect(() => formatMoney(NaN, 'USD')).toThrow(RangeError);
  });

  const currency = fc.constantFrom(...CURRENCIES);

  test('every currency has exactly its own decimals, and no digit is lost', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), currency, (amount, code) => {
        const shown = formatMoney(amount, code);
        const digits = currencyDigits(code);
        const decimals = /\.(\d+)$/.exec(shown)?.[1] ?? '';
        expect(decimals).toHaveLength(digits);
        expect(BigInt(shown.replace(/\D/g, ''))).toBe(BigInt(Math.abs(amount)));
        expect(shown.startsWith('-')).toBe(amount < 0);
      }),
    );
  });

  test('different amounts never look the same', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), currency, (one, other, code) => {
        expect(formatMoney(one, code) === formatMoney(other, code)).toBe(one === other);
      }),
    );
  });
});

test('the runtime knows the name of every listed currency and country', () => {
  const currencies = new Intl.DisplayNames('en', { type: 'currency', fallback: 'none' });
  const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  expect([...CURRENCIES].filter((code) => currencies.of(code) === undefined)).toEqual([]);
  expect([...COUNTRIES].filter((code) => countries.of(code) === undefined)).toEqual([]);
  expect(COUNTRIES.size).toBe(249);
});

describe('renderCopy', () => {
  const price: Price = {
    currency: 'USD',
    dueNow: 5000,
    recurring: { amount: 7900, interval: 'Month', count: 1 },
    difference: 5000,
    hash: 'h',
  };
  const template = { headline: 'x', accept: 'y', decline: 'n' };
  const headline = (text: string, changed: Partial<Price> = {}, locale?: string): string =>
    renderCopy({ ...template, headline: text }, { ...price, ...changed }, 'Pro', locale).headline;

  test('fills every placeholder in every field', () => {
    expect(
      renderCopy(
        {
          headline: 'Go {product}',
          body: '{dueNow} now, {recurring} later, {difference} more',
          badge: '{product}!',
          accept: 'Upgrade for {dueNow}',
          decline: 'No {product}',
        },
        price,
        'Pro',
      ),
    ).toEqual({
      headline: 'Go Pro',
      body: '$50.00 now, $79.00 / month later, $50.00 more',
      badge: 'Pro!',
      accept: 'Upgrade for $50.00',
      decline: 'No Pro',
    });
  });

  test('omits what the template omits', () => {
    expect(renderCopy(template, price, 'Pro')).toEqual(template);
  });

  test('an amount that the price lacks is shown as zero', () => {
    const bare = { recurring: undefined, difference: undefined };
    expect(headline('{recurring} {difference} {credit}', bare)).toBe('$0.00 $0.00 $0.00');
  });

  test('a difference that cannot be told is a dash, not zero', () => {
    expect(headline('{difference}', { difference: undefined })).toBe('-');
  });

  test('a difference between periods of different length names its own', () => {
    const yearly = { difference: -6000, differencePer: { interval: 'Year', count: 1 } } as const;
    expect(headline('{difference}', yearly)).toBe('-$60.00 / year');
  });

  test('recurring price, difference and credit are shown in their own currencies', () => {
    const recurring = { amount: 7900, interval: 'Month', count: 1, currency: 'GBP' } as const;
    const mixed = { recurring, credit: 700, creditCurrency: 'EUR' };
    expect(headline('{dueNow} {recurring} {difference} {credit}', mixed)).toBe(
      '$50.00 £79.00 / month £50.00 €7.00',
    );
  });

  test.each([
    ['Month', 3, 'en', '$79.00 every 3 months'],
    ['Year', 1, 'en', '$79.00 / year'],
    ['Week', 2, 'en-GB', 'US$79.00 every 2 weeks'],
    ['Day', 1, 'en', '$79.00 / day'],
    ['Month', 1, 'de', `79,00${NBSP}$ / Monat`],
    ['Month', 3, 'de', `79,00${NBSP}$ / 3 Monate`],
  ] as const)('a price per %s and %d in %s is %s', (interval, count, locale, expected) => {
    expect(headline('{recurring}', { recurring: { amount: 7900, interval, count } }, locale)).toBe(expected);
  });

  test('a downgrade shows its credit and a negative difference', () => {
    expect(headline('{credit} back, {difference}', { credit: 1500, difference: -3000 })).toBe(
      '$15.00 back, -$30.00',
    );
  });

  test('a product name is never read as a placeholder or pattern', () => {
    const rendered = renderCopy({ ...template, headline: '{product} {dueNow}' }, price, "{credit} $& $'");
    expect(rendered.headline).toBe("{credit} $& $' $50.00");
  });
});

describe('displayPrice', () => {
  const full: Price = {
    currency: 'EUR',
    dueNow: 2999,
    tax: 479,
    recurring: { amount: 4900, interval: 'Month', count: 1 },
    difference: 2000,
    effectiveAt: '2026-12-01T23:30:00Z',
    nextBillingAt: '2027-01-01T00:30:00Z',
    hash: 'h',
  };

  test('formats every amount and date of a price in the given language', () => {
    expect(displayPrice(full, 'en')).toEqual({
      dueNow: '€29.99',
      tax: '€4.79',
      recurring: '€49.00 / month',
      difference: '€20.00',
      effectiveAt: 'December 1, 2026',
      nextBillingAt: 'January 1, 2027',
    });
    expect(displayPrice(full, 'de')).toMatchObject({
      dueNow: `29,99${NBSP}€`,
      recurring: `49,00${NBSP}€ / Monat`,
      nextBillingAt: '1. Januar 2027',
    });
  });

  test.each([
    ['JPY', 'ja', '￥2,999'],
    ['KRW', 'ko', '₩2,999'],
    ['KWD', 'en', `KWD${NBSP}2.999`],
    ['TND', 'de', `2,999${NBSP}TND`],
    ['CLP', 'es-CL', '$2.999'],
  ])('formats the decimals of %s in %s', (currency, locale, dueNow) => {
    expect(displayPrice({ currency, dueNow: 2999, hash: 'h' }, locale)).toEqual({ dueNow });
  });

  test('uses the same amounts and dates as the copy', () => {
    const template = {
      headline: '{dueNow} incl. {tax}, from {effectiveAt}',
      accept: '{nextBillingAt}',
      decline: 'n',
    };
    const { headline, accept } = renderCopy(template, full, 'Pro', 'en');
    expect(headline).toBe('€29.99 incl. €4.79, from December 1, 2026');
    expect(accept).toBe('January 1, 2027');
    expect(renderCopy(template, { currency: 'EUR', dueNow: 1, hash: 'h' }, 'Pro').accept).toBe('-');
  });
});
