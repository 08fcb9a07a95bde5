/** One condition on one fact: checks it, and puts it into words. */
import type { Clause, FactValue } from '../offers.js';

const COMPARISONS = {
  gt: (value: number, bound: number) => value > bound,
  gte: (value: number, bound: number) => value >= bound,
  lt: (value: number, bound: number) => value < bound,
  lte: (value: number, bound: number) => value <= bound,
} as const;

/** The comparisons a condition may make. */
export const OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;

/**
 * Returns why a known value breaks a clause, in words: `amount 900 is not gte 1000`; undefined if it satisfies it. In a
 * list, one value has to satisfy `in` and the comparisons, and none may be excluded by `not`.
 */
export function failure(fact: string, clause: Clause, value: FactValue | FactValue[]): string | undefined {
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
  // One value of the list has to satisfy the whole range; otherwise a cart of 1 and 9 would lie between 4 and 6.
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

/** Puts a clause into words: `in US, CA and not XX`, `gte 1000 and lt 5000`. */
export function clauseWords(clause: Clause): string {
  const parts = [
    ...(clause.in ? [`in ${some(clause.in)}`] : []),
    ...(clause.not ? [`not ${some(clause.not)}`] : []),
    ...OPERATORS.flatMap((each) => (clause[each] === undefined ? [] : [`${each} ${clause[each]}`])),
  ];
  return parts.join(' and ');
}

const MAX_VALUES = 10;

function some(values: FactValue[]): string {
  const more = values.length - MAX_VALUES;
  return values.slice(0, MAX_VALUES).map(show).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Formats a fact's value, or a list of them. */
export function show(value: FactValue | FactValue[]): string {
  return Array.isArray(value) ? `[${value.map(show).join(', ')}]` : String(value);
}
