/** Matching of funnels against what is known about a purchase or trigger. Pure: no clock, no I/O. */
import type { TriggerType } from '../model.js';
import type { Catalog, Clause, FactValue, Funnel, When } from './model.js';

/**
 * What is known when a funnel is matched, by fact name (`amount`, `facts.usage_percent`, ...). A fact that is missing
 * or `undefined` is unknown. A list stands for several values at once, such as the products of a cart.
 */
export type Facts = Record<string, FactValue | FactValue[] | undefined>;

export interface Explanation {
  /** Every clause holds, and every fact it needs is known. */
  holds: boolean;
  /** Facts the rule names that are not known. */
  unknown: string[];
  /** The first clause a known fact breaks, in words: `amount 900 is not gte 1000`. */
  failed?: string;
}

/**
 * Checks a funnel's `when` against the facts. All clauses must hold. In a list fact, `in` and comparisons hold when
 * any of its values satisfies them, `not` when none of them is excluded. An unknown fact satisfies nothing, not even
 * `not`: a rule that excludes a country is not met by a customer whose country nobody knows.
 */
export function explain(when: When, facts: Facts): Explanation {
  const unknown: string[] = [];
  let failed: string | undefined;
  for (const [fact, clause] of Object.entries(when)) {
    const value = facts[fact];
    if (value === undefined) unknown.push(fact);
    else failed ??= failure(fact, clause, value);
  }
  const holds = failed === undefined && unknown.length === 0;
  return failed === undefined ? { holds, unknown } : { holds, unknown, failed };
}

/** False only when a known fact breaks the rule: facts that are still unknown may turn out either way. */
export function couldMatch(when: When, facts: Facts): boolean {
  return explain(when, facts).failed === undefined;
}

/** The catalog's funnels for a trigger, in the order they are tried: highest priority first, then as in the file. */
export function funnelsInOrder(catalog: Catalog, trigger: TriggerType): Funnel[] {
  // Array.prototype.sort is stable, so equal priorities keep the order of the file.
  return catalog.funnels
    .filter((funnel) => funnel.trigger === trigger)
    .sort((one, other) => other.priority - one.priority);
}

const COMPARISONS = {
  gt: (value: number, bound: number) => value > bound,
  gte: (value: number, bound: number) => value >= bound,
  lt: (value: number, bound: number) => value < bound,
  lte: (value: number, bound: number) => value <= bound,
} as const;

const OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;

function failure(fact: string, clause: Clause, value: FactValue | FactValue[]): string | undefined {
  const values = Array.isArray(value) ? value : [value];
  const shown = `${fact} ${show(value)}`;
  if (clause.in && !values.some((each) => clause.in?.includes(each))) {
    return clause.in.length === 1
      ? `${shown} is not ${show(clause.in[0] ?? '')}`
      : `${shown} is not one of ${clause.in.map(show).join(', ')}`;
  }
  if (clause.not && values.some((each) => clause.not?.includes(each))) {
    return `${shown} is excluded by not ${clause.not.map(show).join(', ')}`;
  }
  const broken = values.map((each) => brokenComparison(clause, each));
  // One value of the list has to satisfy the whole range, or a cart of 1 and 9 would lie between 4 and 6.
  if (values.length > 0 && broken.includes(undefined)) return undefined;
  const operator = broken[0] ?? OPERATORS.find((each) => clause[each] !== undefined);
  if (operator === undefined) return undefined;
  if (values.some((each) => typeof each !== 'number')) return `${shown} is not a number`;
  return `${shown} is not ${operator} ${String(clause[operator])}`;
}

function brokenComparison(clause: Clause, value: FactValue): keyof typeof COMPARISONS | undefined {
  return OPERATORS.find((operator) => {
    const bound = clause[operator];
    if (bound === undefined) return false;
    return typeof value !== 'number' || !COMPARISONS[operator](value, bound);
  });
}

function show(value: FactValue | FactValue[]): string {
  return Array.isArray(value) ? `[${value.map(show).join(', ')}]` : String(value);
}
