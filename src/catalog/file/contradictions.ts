/** Finds conditions that no purchase can meet, alone or together with the conditions around them. */
import { clauseWords, failure, OPERATORS } from '../../domain/rules/clause.js';
import { asList, asRecord } from './data.js';
import { factKind, type FactKind } from './facts.js';
import type { Clause, FactValue } from '../../domain/offers.js';
import { formatPath, type Finding, type Path } from './problems.js';
import { MAX_DEPTH, isGroup } from '../../domain/rules/when.js';

interface Placed {
  fact: string;
  clause: Clause;
  path: Path;
}

/**
 * Finds the contradictions in the conditions at `path`. Accepts data of any shape. A cart can hold several products;
 * a merchant's fact has one value.
 */
export function contradictions(when: unknown, path: Path, around: Placed[] = []): Finding[] {
  const { clauses, alternatives } = conjunction(when, path);
  const findings: Finding[] = [];
  const together = [...around];
  for (const placed of clauses) {
    const message = impossible(placed) ?? impossibleBeside(placed, together);
    if (message === undefined) together.push(placed);
    else findings.push({ path: placed.path, at: 'value', message: `can never hold: ${message}` });
  }
  return [...findings, ...alternatives.flatMap((entry) => contradictions(entry.when, entry.path, together))];
}

/** Returns the clauses that must hold together, with `all` groups unfolded, and the entries of `any` groups among them. */
function conjunction(
  when: unknown,
  path: Path,
): { clauses: Placed[]; alternatives: { when: unknown; path: Path }[] } {
  const clauses: Placed[] = [];
  const alternatives: { when: unknown; path: Path }[] = [];
  for (const [key, part] of Object.entries(asRecord(when))) {
    const at = [...path, key];
    if (!isGroup(key)) {
      clauses.push({ fact: key, clause: readClause(part, factKind(key)), path: at });
      continue;
    }
    // Deeper groups are reported as such; an alias may even contain itself.
    if (path.filter((step) => isGroup(String(step))).length >= MAX_DEPTH) continue;
    for (const [index, entry] of asList(part).entries()) {
      const place = { when: entry, path: [...at, index] };
      if (key === 'any') alternatives.push(place);
      else {
        const inner = conjunction(entry, place.path);
        clauses.push(...inner.clauses);
        alternatives.push(...inner.alternatives);
      }
    }
  }
  return { clauses, alternatives };
}

/** Reads a clause without the values of the wrong type, which are reported elsewhere. */
function readClause(part: unknown, kind: FactKind | undefined): Clause {
  const operators = typeof part === 'object' && !Array.isArray(part) ? asRecord(part) : { in: part };
  const bounds = OPERATORS.flatMap((operator) => {
    const bound = operators[operator];
    return typeof bound === 'number' && kind?.kind !== 'text' ? [[operator, bound] as const] : [];
  });
  const values = (given: unknown) => (Array.isArray(given) ? asList(given) : [given]).filter(isFactValue);
  return {
    ...(values(operators.in).length > 0 && { in: values(operators.in) }),
    ...(values(operators.not).length > 0 && { not: values(operators.not) }),
    ...Object.fromEntries(bounds),
  };
}

function isFactValue(value: unknown): value is FactValue {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Returns why no value can satisfy the clause, or undefined if one can. */
function impossible({ fact, clause }: Placed): string | undefined {
  const kind = factKind(fact);
  const { in: values, not } = clause;
  const allowed = values?.filter((value) => !not?.includes(value));
  if (values && allowed?.length === 0) return 'every value of in is excluded by not';
  if (allowed && !allowed.some((value) => failure(fact, clause, value) === undefined)) {
    return `no value of in is ${clauseWords({ ...clause, in: undefined, not: undefined })}`;
  }
  const gap = emptyRange(boundsOf([clause]), kind);
  if (gap) return `no number is both ${gap.low.text} and ${gap.high.text}`;
  const least = kind?.kind === 'number' ? kind.least : -Infinity;
  const below = boundsOf([clause]).find(
    ({ operator, value }) => (operator === 'lt' && value <= least) || (operator === 'lte' && value < least),
  );
  return below && `${fact} is never below ${String(least)}, so it is never ${below.text}`;
}

/** Returns why the clause and another one on the same fact exclude each other, or undefined if none does. */
function impossibleBeside({ fact, clause }: Placed, others: Placed[]): string | undefined {
  const kind = factKind(fact);
  const other = others.find((each) => each.fact === fact && exclude(each.clause, clause, fact, kind));
  return other && `${formatPath(other.path)} requires ${clauseWords(other.clause)}`;
}

function exclude(one: Clause, other: Clause, fact: string, kind: FactKind | undefined): boolean {
  if (kind?.several) {
    const barred = [...(one.not ?? []), ...(other.not ?? [])];
    return [one, other].some(({ in: values }) => values?.every((value) => barred.includes(value)) ?? false);
  }
  const values = one.in ?? other.in;
  if (values) {
    const fits = (value: FactValue) =>
      [one, other].every((clause) => failure(fact, clause, value) === undefined);
    return !values.some(fits);
  }
  return emptyRange(boundsOf([one, other]), kind) !== undefined;
}

interface Bound {
  operator: (typeof OPERATORS)[number];
  value: number;
  text: string;
}

function boundsOf(clauses: Clause[]): Bound[] {
  return clauses.flatMap((clause) =>
    OPERATORS.flatMap((operator) => {
      const value = clause[operator];
      return value === undefined ? [] : [{ operator, value, text: `${operator} ${String(value)}` }];
    }),
  );
}

/** Returns a lower and an upper bound with nothing between them, if there are such bounds. */
function emptyRange(bounds: Bound[], kind: FactKind | undefined): { low: Bound; high: Bound } | undefined {
  const whole = kind?.kind === 'number' && kind.whole;
  const highs = bounds.filter(({ operator }) => operator.startsWith('l'));
  for (const low of bounds.filter(({ operator }) => operator.startsWith('g'))) {
    const high = highs.find((each) => isEmpty(low, each, whole));
    if (high) return { low, high };
  }
  return undefined;
}

function isEmpty(low: Bound, high: Bound, whole: boolean): boolean {
  if (whole) {
    const first = low.operator === 'gt' ? Math.floor(low.value) + 1 : Math.ceil(low.value);
    const last = high.operator === 'lt' ? Math.ceil(high.value) - 1 : Math.floor(high.value);
    return first > last;
  }
  const touching = low.operator === 'gte' && high.operator === 'lte';
  return touching ? low.value > high.value : low.value >= high.value;
}
