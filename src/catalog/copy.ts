/** The words of an offer with product and amounts filled in. */
import type { Copy, Price } from '../model.js';
import type { CopyTemplate } from './model.js';
import { formatMoney } from './money.js';

export { formatMoney };

/** What a template may name in braces. */
export const PLACEHOLDERS = ['dueNow', 'recurring', 'difference', 'credit', 'product'] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Anything in braces. The loader refuses names outside `PLACEHOLDERS`, so the rest stays as written. */
export const PLACEHOLDER_PATTERN = /\{([^{}]*)\}/g;

/**
 * Fills `{dueNow}`, `{recurring}`, `{difference}`, `{credit}` and `{product}`. An amount this price does not have
 * (a credit on an upgrade, a recurring price on a one-time product) is zero money: "$0.00" is true, a gap is not.
 * The result is plain text: escape it where it becomes HTML.
 *
 * @param locale a BCP 47 language tag for the amounts; the words are the catalog's
 * @throws RangeError when the locale is malformed
 */
export function renderCopy(template: CopyTemplate, price: Price, productName: string, locale = 'en'): Copy {
  const money = (amount: number): string => formatMoney(amount, price.currency, locale);
  const values: Record<Placeholder, () => string> = {
    dueNow: () => money(price.dueNow),
    recurring: () => formatRecurring(price, locale),
    difference: () => money(price.difference ?? 0),
    credit: () => money(price.credit ?? 0),
    product: () => productName,
  };
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER_PATTERN, (whole, name: string) =>
      isPlaceholder(name) ? values[name]() : whole,
    );

  return {
    headline: fill(template.headline),
    ...(template.body === undefined ? {} : { body: fill(template.body) }),
    ...(template.badge === undefined ? {} : { badge: fill(template.badge) }),
    accept: fill(template.accept),
    decline: fill(template.decline),
  };
}

export function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

/** `$79.00 / month`, `$79.00 every 3 months`; in other languages `79,00 € / 3 Monate`. */
function formatRecurring(price: Price, locale: string): string {
  if (!price.recurring) return formatMoney(0, price.currency, locale);
  const { amount, interval, count } = price.recurring;
  const money = formatMoney(amount, price.currency, locale);
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
