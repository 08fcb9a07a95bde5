/** Conditions: which facts there are, which values each takes, and whether a clause can hold at all. */
import { COUNTRIES, CURRENCIES, SUBSCRIPTION_STATUSES, isCountry } from './codes.js';
import { asList, asRecord } from './data.js';
import type { Finding, Path } from './problems.js';
import { showValue } from './problems.js';
import { CUSTOM_FACT_PATTERN, FACT_NAMES } from './schema-when.js';
import { closest, didYouMean } from './suggest.js';

type FactName = (typeof FACT_NAMES)[number];

interface TextFact {
  kind: 'text';
  /** Completes "must be ...". */
  expected: string;
  isKnown(value: string): boolean;
  known?: ReadonlySet<string>;
}

interface NumberFact {
  kind: 'number';
  expected: string;
  /** Whether the fact is always a whole number. */
  whole: boolean;
  least: number;
}

const productId = (what: string): TextFact => ({
  kind: 'text',
  expected: what,
  isKnown: (value) => /^[A-Za-z0-9_-]{1,128}$/.test(value),
});

const FACTS: Record<FactName, TextFact | NumberFact> = {
  product_id: productId('the id of a product at Dodo Payments'),
  amount: { kind: 'number', expected: 'a whole number of minor units', whole: true, least: 0 },
  currency: {
    kind: 'text',
    expected: 'an ISO 4217 currency code Dodo Payments takes, such as USD',
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
  tenure_days: { kind: 'number', expected: 'a number of days', whole: false, least: 0 },
  purchase_count: { kind: 'number', expected: 'a whole number of purchases', whole: true, least: 0 },
  plan: productId("the product id of the subscription's plan"),
  subscription_status: {
    kind: 'text',
    expected: `one of ${[...SUBSCRIPTION_STATUSES].join(', ')}`,
    isKnown: (value) => SUBSCRIPTION_STATUSES.has(value),
    known: SUBSCRIPTION_STATUSES,
  },
};

const COMPARISONS = ['gt', 'gte', 'lt', 'lte'] as const;

/** Checks the conditions at `path`. Values of the wrong YAML kind are the schema's to report. */
export function checkWhen(when: unknown, path: Path): Finding[] {
  return Object.entries(asRecord(when)).flatMap(([fact, clause]) => {
    const at = [...path, fact];
    if (isFactName(fact)) return checkClause(fact, FACTS[fact], clause, at);
    if (CUSTOM_FACT_PATTERN.test(fact)) return checkClause(fact, undefined, clause, at);
    return [{ path: at, at: 'key' as const, message: unknownFact(fact) }];
  });
}

function isFactName(fact: string): fact is FactName {
  return (FACT_NAMES as readonly string[]).includes(fact);
}

function unknownFact(fact: string): string {
  const name = JSON.stringify(fact);
  const suggestion = didYouMean(fact, FACT_NAMES);
  if (suggestion !== '') return `there is no fact ${name}${suggestion}`;
  return `there is no fact ${name}; expected ${FACT_NAMES.join(', ')} or facts.<name>`;
}

function checkClause(
  name: string,
  fact: TextFact | NumberFact | undefined,
  clause: unknown,
  path: Path,
): Finding[] {
  if (typeof clause !== 'object' || Array.isArray(clause)) return checkValues(fact, clause, path);
  if (clause === null) return [];
  const operators = asRecord(clause);
  if (Object.keys(operators).length === 0) {
    return [{ path, at: 'value', message: 'must have an operator: not, gt, gte, lt or lte' }];
  }
  const findings = checkValues(fact, operators.not, [...path, 'not']);
  if (fact?.kind === 'text') {
    for (const operator of COMPARISONS) {
      if (operators[operator] === undefined) continue;
      const message = `compares numbers, and ${name} is text; use a list of values, or not`;
      findings.push({ path: [...path, operator], at: 'key', message });
    }
    return findings;
  }
  const contradiction = contradictionIn(name, operators, fact);
  if (contradiction !== undefined) findings.push({ path, at: 'value', message: contradiction });
  return findings;
}

/** One value or a list of them. */
function checkValues(fact: TextFact | NumberFact | undefined, values: unknown, path: Path): Finding[] {
  if (fact === undefined || values === undefined) return [];
  if (Array.isArray(values)) {
    return asList(values).flatMap((value, index) => checkValue(fact, value, [...path, index]));
  }
  return checkValue(fact, values, path);
}

function checkValue(fact: TextFact | NumberFact, value: unknown, path: Path): Finding[] {
  if (typeof value === 'object') return [];
  const fits =
    fact.kind === 'text'
      ? typeof value === 'string' && fact.isKnown(value)
      : typeof value === 'number' && value >= fact.least && (!fact.whole || Number.isInteger(value));
  if (fits) return [];
  const hint = typeof value === 'string' && fact.kind === 'text' ? codeHint(value, fact) : '';
  return [{ path, at: 'value', message: `must be ${fact.expected}, not ${showValue(value)}${hint}` }];
}

function codeHint(value: string, { known }: TextFact): string {
  // A slip in a code of two or three letters is as close to a dozen others: only its case is worth a guess.
  const upper = value.toUpperCase();
  if (known?.has(upper)) return `; did you mean "${upper}"?`;
  const candidate = value.length > 3 ? closest(value, known ?? []) : undefined;
  return candidate === undefined ? '' : `; did you mean "${candidate}"?`;
}

/** Why no value could satisfy the operators together, if that is so. */
function contradictionIn(
  name: string,
  operators: Record<string, unknown>,
  fact: NumberFact | undefined,
): string | undefined {
  const bounds = COMPARISONS.flatMap((operator) => {
    const value = operators[operator];
    return typeof value === 'number' ? [{ operator, value, text: `${operator} ${String(value)}` }] : [];
  });
  const lower = bounds.filter(({ operator }) => operator === 'gt' || operator === 'gte');
  const upper = bounds.filter(({ operator }) => operator === 'lt' || operator === 'lte');
  for (const low of lower) {
    for (const high of upper) {
      if (!isEmptyRange(low, high, fact?.whole ?? false)) continue;
      return `can never hold: nothing is both ${low.text} and ${high.text}`;
    }
  }
  const least = fact?.least ?? -Infinity;
  const below = upper.find(({ operator, value }) => (operator === 'lt' ? value <= least : value < least));
  return below && `can never hold: ${name} is never below ${String(least)}, and so never ${below.text}`;
}

interface Bound {
  operator: (typeof COMPARISONS)[number];
  value: number;
}

function isEmptyRange(low: Bound, high: Bound, whole: boolean): boolean {
  if (whole) {
    const first = low.operator === 'gt' ? Math.floor(low.value) + 1 : Math.ceil(low.value);
    const last = high.operator === 'lt' ? Math.ceil(high.value) - 1 : Math.floor(high.value);
    return first > last;
  }
  const touching = low.operator === 'gte' && high.operator === 'lte';
  return touching ? low.value > high.value : low.value >= high.value;
}
