/** The shape of conditions: facts and operators. */
import { z } from 'zod';
import { CUSTOM_FACT } from '../../domain/patterns.js';
import { FACT_NAMES } from '../../domain/words.js';

const FACT_PREFIX = 'facts.';

/** Returns true for the name of a merchant's own fact: `facts.` followed by a name that the API accepts. */
export function isCustomFact(name: string): boolean {
  return name.startsWith(FACT_PREFIX) && CUSTOM_FACT.regex.test(name.slice(FACT_PREFIX.length));
}

const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'text, a number, true or false' });
const scalars = z
  .array(scalar, { error: 'a list of values' })
  .min(1, { error: 'a list with at least one value; an empty list never matches' });
const bound = z.number({ error: 'a number' }).optional();

const oneOrMore = z.union([scalar, scalars], { error: 'a value or a list of values' }).optional();

export const operatorsShape = {
  in: oneOrMore,
  not: oneOrMore,
  gt: bound,
  gte: bound,
  lt: bound,
  lte: bound,
} as const;

/** `check-when.ts` checks the values of each fact, because it can name the fact. */
const clauseWords = 'a value, a list of values, or operators (in, not, gt, gte, lt, lte) such as { gte: 10 }';
export const clause = z
  .union([scalar, scalars, z.strictObject(operatorsShape, { error: clauseWords })], { error: clauseWords })
  .meta({ id: 'clause' });

export type ClauseFile = z.output<typeof clause>;

export interface WhenFile {
  any?: WhenFile[];
  all?: WhenFile[];
  [fact: string]: ClauseFile | WhenFile[] | undefined;
}

const groupWords = 'a list of groups of conditions, such as [{ amount: { gte: 1000 } }, { country: US }]';

/** `check-when.ts` checks how deep groups are nested. */
const group = z
  .array(
    z.lazy(() => when),
    { error: groupWords },
  )
  .min(1, { error: 'a list with at least one group of conditions' })
  .optional();

export const when: z.ZodType<WhenFile, WhenFile> = z
  .object(
    {
      ...Object.fromEntries(FACT_NAMES.map((fact) => [fact, clause.optional()])),
      any: group.meta({ description: 'At least one of these must hold, in addition to everything else.' }),
      all: group.meta({ description: 'All of these must hold, in addition to everything else.' }),
    },
    { error: 'conditions by fact, such as { amount: { gte: 1000 } }' },
  )
  // `check-when.ts` rejects other names with a suggestion; editors get the rule from `catalogJsonSchema`.
  .catchall(clause)
  .meta({ id: 'when' });
