/** Fills product, amounts and dates into the words of an offer. */
import type { Copy, Price, PriceDisplay } from '../domain/presentation.js';
import type { CopyTemplate } from '../domain/offers.js';
import { formatMoney } from './money.js';

/** The names a template may use in braces. */
export const PLACEHOLDERS = [
  'dueNow',
  'tax',
  'recurring',
  'difference',
  'credit',
  'effectiveAt',
  'nextBillingAt',
  'product',
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Matches anything in braces. The loader rejects names other than `PLACEHOLDERS`; text without braces stays as written. */
export const PLACEHOLDER_PATTERN = /\{([^{}]*)\}/g;

/**
 * Fills the placeholders of a template. An amount that the price lacks (a credit on an upgrade, a recurring price on a
 * one-time product) is shown as zero: "$0.00" is true, a gap is not. A missing date is shown as a dash, and so is the
 * difference between two plans that cannot be compared. The result is plain text: escape it before it goes into HTML.
 *
 * @param locale a BCP 47 language tag for amounts and dates; the words stay in the template's language
 * @throws RangeError if the locale is malformed
 */
export function renderCopy(template: CopyTemplate, price: Price, productName: string, locale = 'en'): Copy {
  const amounts = displayPrice(price, locale);
  const none = formatMoney(0, price.currency, locale);
  const values: Record<Placeholder, string> = {
    dueNow: amounts.dueNow,
    tax: amounts.tax ?? none,
    recurring: amounts.recurring ?? none,
    difference: amounts.difference ?? (price.recurring ? NOTHING : none),
    credit: amounts.credit ?? none,
    effectiveAt: amounts.effectiveAt ?? NOTHING,
    nextBillingAt: amounts.nextBillingAt ?? NOTHING,
    product: productName,
  };
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER_PATTERN, (whole, name: string) => (isPlaceholder(name) ? values[name] : whole));

  return {
    headline: fill(template.headline),
    ...(template.body === undefined ? {} : { body: fill(template.body) }),
    ...(template.badge === undefined ? {} : { badge: fill(template.badge) }),
    accept: fill(template.accept),
    decline: fill(template.decline),
    ...(template.consents && {
      consents: template.consents.map((consent) => ({ ...consent, text: fill(consent.text) })),
    }),
  };
}

export function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

const NOTHING = '-';

/**
 * Formats all amounts and dates of a price for one language, and omits those it lacks. Dates are in UTC.
 *
 * @throws RangeError if the locale is malformed
 */
export function displayPrice(price: Price, locale: string): PriceDisplay {
  const money = (amount: number | undefined, currency = price.currency) =>
    amount === undefined ? undefined : formatMoney(amount, currency, locale);
  const { recurring, difference, differencePer } = price;
  const later = recurring?.currency ?? price.currency;
  const shown = {
    tax: money(price.tax),
    recurring: recurring && formatRecurring(recurring, later, locale),
    difference:
      difference !== undefined && differencePer
        ? formatRecurring({ amount: difference, ...differencePer }, later, locale)
        : money(difference, later),
    credit: money(price.credit, price.creditCurrency),
    effectiveAt: formatDate(price.effectiveAt, locale),
    nextBillingAt: formatDate(price.nextBillingAt, locale),
  };
  return {
    dueNow: formatMoney(price.dueNow, price.currency, locale),
    ...Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined)),
  };
}

function formatDate(time: string | undefined, locale: string): string | undefined {
  if (time === undefined) return undefined;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(time));
}

/** Formats `$79.00 / month` or `$79.00 every 3 months`; in other languages `79,00 € / 3 Monate`. */
function formatRecurring(
  { amount, interval, count }: NonNullable<Price['recurring']>,
  currency: string,
  locale: string,
): string {
  const money = formatMoney(amount, currency, locale);
  const period = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: interval.toLowerCase(),
    unitDisplay: 'long',
  });
  if (count === 1) {
    const unit = period.formatToParts(1).find((part) => part.type === 'unit');
    return `${money} / ${unit?.value ?? interval.toLowerCase()}`;
  }
  const english = new Intl.Locale(locale).language === 'en';
  return english ? `${money} every ${period.format(count)}` : `${money} / ${period.format(count)}`;
}
