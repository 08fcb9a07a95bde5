/** Matches funnels against what is known about a purchase or trigger. */
import type { TriggerType } from '../words.js';
import { clauseWords, failure } from './clause.js';
import type { Catalog, Clause, FactValue, Funnel, When } from '../offers.js';
import { partsOf, type Group } from './when.js';

/**
 * The facts known when a funnel is matched, by name (`amount`, `facts.usage_percent`, ...). A fact that is missing or
 * `undefined` is unknown. A list stands for several values at once, such as the products of a cart.
 */
export type Facts = Record<string, FactValue | FactValue[] | undefined>;

/** The result of checking a rule, and why it does not hold. */
export interface Explanation {
  /** Every clause holds, and every fact it needs is known. */
  holds: boolean;
  /** Unknown facts that have to be known for the rule to hold. */
  unknown: string[];
  /** The first clause that a known fact breaks, in words: `amount 900 is not gte 1000`. */
  failed?: string;
}

/** The result of one clause of a rule. */
export interface ClauseResult {
  /** `amount gte 1000` */
  clause: string;
  fact: string;
  /** Left out if it is not known. */
  value?: FactValue | FactValue[];
  holds: boolean | 'unknown';
  /** Its place inside groups: `any[1]`, `any[0].all[2]`. */
  path?: string;
}

/**
 * Checks a funnel's `when` against the facts. All clauses and groups must hold: one entry of an `any` group, every entry of
 * an `all` group. For a list, `in` and the comparisons hold if any of its values satisfies them, and `not` if none of them
 * is excluded. An unknown fact satisfies nothing, not even `not`: a rule that excludes a country does not hold for a
 * customer whose country is unknown. Only what every customer satisfies, such as `tenure_days gte 0`, need not be known.
 * If one alternative holds, unknown facts in the others do not matter.
 */
export function explain(when: When, facts: Facts): Explanation {
  const { clauses, groups } = partsOf(when);
  return allOf([
    ...clauses.map(([fact, clause]) => explainClause(fact, clause, facts[fact])),
    ...groups.map((group) => explainGroup(group, facts)),
  ]);
}

/** Checks whether a rule may still hold. Only known facts can break it: unknown ones may turn out either way. */
export function couldMatch(when: When, facts: Facts): boolean {
  return explain(when, facts).failed === undefined;
}

/** Returns the result of each clause of a rule, including those in its groups, in the order of the rule. */
export function clauseResults(when: When, facts: Facts, path = ''): ClauseResult[] {
  const { clauses, groups } = partsOf(when);
  const own = clauses.map(([fact, clause]): ClauseResult => {
    const value = facts[fact];
    return {
      clause: `${fact} ${clauseWords(clause)}`,
      fact,
      ...(value !== undefined && { value }),
      holds:
        value === undefined
          ? holdsForAnyone(fact, clause) || 'unknown'
          : failure(fact, clause, value) === undefined,
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

/** Returns the live funnels of a catalog for a trigger in the order they are tried. */
export function funnelsInOrder(catalog: Catalog, trigger: TriggerType): Funnel[] {
  return allFunnelsInOrder(catalog, trigger).filter(({ mode }) => mode !== 'shadow');
}

/** Returns the funnels of a catalog for a trigger that are in shadow, in the order they would be tried. */
export function shadowFunnels(catalog: Catalog, trigger: TriggerType): Funnel[] {
  return allFunnelsInOrder(catalog, trigger).filter(({ mode }) => mode === 'shadow');
}

/** Returns live funnels and those in shadow: by priority, highest first, then as in the file. */
export function allFunnelsInOrder(catalog: Catalog, trigger: TriggerType): Funnel[] {
  // Array.prototype.sort is stable, so equal priorities keep the order of the file.
  return catalog.funnels
    .filter((funnel) => funnel.trigger === trigger)
    .sort((one, other) => other.priority - one.priority);
}

function explainClause(fact: string, clause: Clause, value: Facts[string]): Explanation {
  if (value === undefined) {
    return holdsForAnyone(fact, clause) ? { holds: true, unknown: [] } : { holds: false, unknown: [fact] };
  }
  const failed = failure(fact, clause, value);
  return failed === undefined ? { holds: true, unknown: [] } : { holds: false, unknown: [], failed };
}

/** Facts of every customer that are at least 0, and cost a request. */
const COUNTS = ['tenure_days', 'purchase_count'];

function holdsForAnyone(fact: string, clause: Clause): boolean {
  const isBoundedAbove = clause.in || clause.not || clause.lt !== undefined || clause.lte !== undefined;
  return COUNTS.includes(fact) && !isBoundedAbove && failure(fact, clause, 0) === undefined;
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
