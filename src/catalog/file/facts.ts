/** The facts a rule may use, and the values each of them accepts. */
import { COUNTRIES, CURRENCIES, SUBSCRIPTION_STATUSES, isCountry } from '../codes.js';
import { DODO_ID } from '../../domain/patterns.js';
import { FACT_NAMES, type FactName } from '../../domain/words.js';

interface TextFact {
  kind: 'text';
  /** Completes "must be ...". */
  expected: string;
  isKnown(value: string): boolean;
  known?: ReadonlySet<string>;
  /** True if the fact can have several values at once, such as the products of a cart. */
  several?: boolean;
}

interface NumberFact {
  kind: 'number';
  expected: string;
  /** True if the fact is always a whole number. */
  whole: boolean;
  least: number;
  several?: undefined;
}

export type FactKind = TextFact | NumberFact;

const productId = (what: string): TextFact => ({
  kind: 'text',
  expected: what,
  isKnown: (value) => DODO_ID.regex.test(value),
});

const days: NumberFact = { kind: 'number', expected: 'a number of days', whole: false, least: 0 };

const FACTS: Record<FactName, FactKind> = {
  product_id: { ...productId('the id of a product at Dodo Payments'), several: true },
  amount: { kind: 'number', expected: 'a whole number of minor units', whole: true, least: 0 },
  currency: {
    kind: 'text',
    expected: 'an ISO 4217 currency code that Dodo Payments supports, such as USD',
    isKnown: (value) => CURRENCIES.has(value),
    known: CURRENCIES,
  },
  country: {
    kind: 'text',
    expected: 'an ISO 3166 country code such as US',
    isKnown: isCountry,
    known: COUNTRIES,
  },
  quantity: { kind: 'number', expected: 'a whole number of at least 1', whole: true, least: 1 },
  payment_method_type: {
    kind: 'text',
    expected: 'a payment method type of Dodo Payments, such as card or apple_pay',
    isKnown: (value) => /^[a-z0-9_]{1,64}$/.test(value),
    several: true,
  },
  tenure_days: days,
  purchase_count: { kind: 'number', expected: 'a whole number of purchases', whole: true, least: 0 },
  plan: productId("the product id of the subscription's plan"),
  subscription_status: {
    kind: 'text',
    expected: `one of ${[...SUBSCRIPTION_STATUSES].join(', ')}`,
    isKnown: (value) => SUBSCRIPTION_STATUSES.has(value),
    known: SUBSCRIPTION_STATUSES,
  },
  subscription_age_days: days,
};

/** Returns the kind of a built-in fact, or undefined for a merchant's own. */
export function factKind(name: string): FactKind | undefined {
  return isFactName(name) ? FACTS[name] : undefined;
}

function isFactName(name: string): name is FactName {
  return (FACT_NAMES as readonly string[]).includes(name);
}
