/** Matching of funnels against what is known about a purchase or trigger. Pure: no clock, no I/O. */
import type { TriggerType } from '../words.js';
import { clauseWords, failure } from './clause.js';
import type { Catalog, Clause, FactValue, Funnel, When } from '../offers.js';
import { partsOf, type Group } from './when.js';

/**
 * What is known when a funnel is matched, by fact name (`amount`, `facts.usage_percent`, ...). A fact that is missing
 * or `undefined` is unknown. A list stands for several values at once, such as the products of a cart.
 */
export type Facts = Record<string, FactValue | FactValue[] | undefined>;

export interface Explanation {
  /** Every clause holds, and every fact it needs is known. */
  holds: boolean;
  /** Facts the rule names that are not known, and that would have to be for it to hold. */
  unknown: string[];
  /** The first clause a known fact breaks, in words: `amount 900 is not gte 1000`. */
  failed?: string;
}

/** How one clause of a rule fared. */
export interface ClauseResult {
  /** `amount gte 1000` */
  clause: string;
  fact: string;
  /** Left out when it is not known. */
  value?: FactValue | FactValue[];
  holds: boolean | 'unknown';
  /** Where it stands, inside groups: `any[1]`, `any[0].all[2]`. */
  path?: string;
}

/**
 * Checks a funnel's `when` against the facts. All clauses and groups must hold; of an `any` group one entry, of an `all`
 * group every one. In a list fact, `in` and comparisons hold when any of its values satisfies them, `not` when none of
 * them is excluded. An unknown fact satisfies nothing, not even `not`: a rule that excludes a country is not met by a
 * customer whose country nobody knows. Beside an alternative that holds, what is unknown in the others does not matter.
 */
export function explain(when: When, facts: Facts): Explanation {
  const { clauses, groups } = partsOf(when);
  return allOf([
    ...clauses.map(([fact, clause]) => explainClause(fact, clause, facts[fact])),
    ...groups.map((group) => explainGroup(group, facts)),
  ]);
}

/** False only when known facts break the rule: facts that are still unknown may turn out either way. */
export function couldMatch(when: When, facts: Facts): boolean {
  return explain(when, facts).failed === undefined;
}

/** How each clause of a rule fares against the facts, those of its groups included, in the order of the rule. */
export function clauseResults(when: When, facts: Facts, path = ''): ClauseResult[] {
  const { clauses, groups } = partsOf(when);
  const own = clauses.map(([fact, clause]): ClauseResult => {
    const value = facts[fact];
    return {
      clause: `${fact} ${clauseWords(clause)}`,
      fact,
      ...(value !== undefined && { value }),
      holds: value === undefined ? 'unknown' : failure(fact, clause, value) === undefined,
      ...(path !== '' && { path }),
    };
  });
  const inner = groups.flatMap(({ kind, entries }) =>
    entries.flatMap((entry, index) =>
      clauseResults(entry, facts, `${path}${path === '' ? '' : '.'}${kind}[${String(index)}]`),
    ),
  );
  return [...own, ...inner];
}

/** The catalog's funnels for a trigger, in the order they are tried: highest priority first, then as in the file. */
export function funnelsInOrder(catalog: Catalog, trigger: TriggerType): Funnel[] {
  // Array.prototype.sort is stable, so equal priorities keep the order of the file.
  return catalog.funnels
    .filter((funnel) => funnel.trigger === trigger)
    .sort((one, other) => other.priority - one.priority);
}

function explainClause(fact: string, clause: Clause, value: Facts[string]): Explanation {
  if (value === undefined) return { holds: false, unknown: [fact] };
  const failed = failure(fact, clause, value);
  return failed === undefined ? { holds: true, unknown: [] } : { holds: false, unknown: [], failed };
}

function explainGroup({ kind, entries }: Group, facts: Facts): Explanation {
  const explained = entries.map((entry) => explain(entry, facts));
  if (kind === 'all') return allOf(explained);
  if (explained.some(({ holds }) => holds)) return { holds: true, unknown: [] };
  const open = explained.filter(({ failed }) => failed === undefined);
  if (open.length > 0) return { holds: false, unknown: distinct(open.flatMap(({ unknown }) => unknown)) };
  const failed = `no alternative holds: ${explained.map((each) => each.failed).join('; ')}`;
  return { holds: false, unknown: [], failed };
}

function allOf(parts: Explanation[]): Explanation {
  const unknown = distinct(parts.flatMap((part) => part.unknown));
  const failed = parts.find((part) => part.failed !== undefined)?.failed;
  const holds = failed === undefined && unknown.length === 0;
  return failed === undefined ? { holds, unknown } : { holds, unknown, failed };
}

function distinct(names: string[]): string[] {
  return [...new Set(names)];
}
