/** The shape of conditions: facts and operators. */
import { z } from 'zod';
import { CUSTOM_FACT } from '../../domain/patterns.js';
import { FACT_NAMES } from '../../domain/words.js';

const FACT_PREFIX = 'facts.';

/** Whether a name is that of a merchant's own fact: `facts.` and what the API takes as a name. */
export function isCustomFact(name: string): boolean {
  return name.startsWith(FACT_PREFIX) && CUSTOM_FACT.regex.test(name.slice(FACT_PREFIX.length));
}

const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'text, a number, true or false' });
const scalars = z
  .array(scalar, { error: 'a list of values' })
  .min(1, { error: 'a list with at least one value, or nothing could ever match' });
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

/** What values each fact takes is checked in `check-when.ts`, which can name the fact. */
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

/** How deep groups may stand in groups is checked in `check-when.ts`. */
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
      any: group.meta({ description: 'At least one of these must hold, beside everything else.' }),
      all: group.meta({ description: 'Every one of these must hold, beside everything else.' }),
    },
    { error: 'conditions by fact, such as { amount: { gte: 1000 } }' },
  )
  // Names outside the list are refused with a suggestion in `check-when.ts`; editors learn the rule from `meta`.
  .catchall(clause)
  .meta({ id: 'when' });
