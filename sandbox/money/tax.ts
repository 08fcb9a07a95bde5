/** Tax rates by billing country. Other countries pay no tax. */
const TAX_RATES: Record<string, number> = { DE: 0.19, GB: 0.2, IN: 0.18 };

export function taxRate(country: string): number {
  return TAX_RATES[country] ?? 0;
}

export interface Taxed {
  tax: number;
  /** Charged, tax included. */
  total: number;
}

/** Taxes an amount in minor units: on top of it, or included in it. */
export function taxed(amount: number, country: string, inclusive: boolean): Taxed {
  const rate = taxRate(country);
  if (inclusive) return { tax: amount - Math.round(amount / (1 + rate)), total: amount };
  const tax = Math.round(amount * rate);
  return { tax, total: amount + tax };
}
