/** The parts of a rule: conditions on facts, and groups of further rules. */
import type { Clause, When } from '../offers.js';

/** The kinds of groups. */
export const GROUPS = ['any', 'all'] as const;

/** The maximum number of groups around a condition. */
export const MAX_DEPTH = 3;

/** A group of further rules. */
export interface Group {
  kind: (typeof GROUPS)[number];
  entries: When[];
}

/** Checks whether a key of a rule names a group. */
export function isGroup(key: string): key is Group['kind'] {
  return (GROUPS as readonly string[]).includes(key);
}

/** Returns the conditions of a rule itself, and its groups. All of them must hold. */
export function partsOf(when: When): { clauses: [fact: string, clause: Clause][]; groups: Group[] } {
  const clauses: [string, Clause][] = [];
  const groups: Group[] = [];
  for (const [key, part] of Object.entries(when)) {
    if (part === undefined) continue;
    if (!Array.isArray(part)) clauses.push([key, part]);
    else if (isGroup(key)) groups.push({ kind: key, entries: part });
  }
  return { clauses, groups };
}

/** Returns every fact that a rule names, including those in its groups. */
export function factsIn(when: When): Set<string> {
  const { clauses, groups } = partsOf(when);
  return new Set([
    ...clauses.map(([fact]) => fact),
    ...groups.flatMap(({ entries }) => entries.flatMap((entry) => [...factsIn(entry)])),
  ]);
}

const PRODUCT_FACTS = ['product_id', 'plan'];

/** Returns the products that a rule names, in its groups too. */
export function productsNamedIn(when: When): string[] {
  return Object.entries(when).flatMap(([fact, part]) => {
    if (part === undefined) return [];
    if (Array.isArray(part)) return part.flatMap(productsNamedIn);
    if (!PRODUCT_FACTS.includes(fact)) return [];
    return [...(part.in ?? []), ...(part.not ?? [])].map(String);
  });
}
