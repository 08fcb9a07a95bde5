/** The shape of one funnel in `offers.yaml`. */
import { z } from 'zod';
import { TRIGGER_TYPES } from '../../domain/words.js';
import { id, schedule, share, wait, wholeNumber } from './schema-values.js';
import { when } from './schema-when.js';

const target = z.string({ error: 'the id of a step of this funnel, or end' }).default('end');

export const onShape = { accept: target, decline: target, expire: target } as const;

export const variantShape = {
  id: id('the id of the variant'),
  offer: z.string({ error: 'the id of an offer' }),
  weight: wholeNumber('a whole number of at least 0', 0).default(1).meta({
    description: 'Its share among the variants; a variant with weight 0 gets no new customers.',
  }),
} as const;

const MAX_VARIANTS = 10;
const variantsWords = `a list of 2 to ${String(MAX_VARIANTS)} variants, each with id and offer`;

export const stepShape = {
  id: id('the id of the step'),
  offer: z.string({ error: 'the id of an offer' }).optional(),
  variants: z
    .array(z.strictObject(variantShape, { error: 'a variant with id and offer' }), { error: variantsWords })
    .min(2, { error: variantsWords })
    .max(MAX_VARIANTS, { error: variantsWords })
    .optional()
    .meta({
      description:
        'An experiment, instead of offer: each customer sees one of them, and always the same one.',
    }),
  experiment: id('the name of the experiment')
    .optional()
    .meta({ description: 'The name under which assignments are kept; <funnel>.<step> by default.' }),
  wait: wait.optional().meta({ description: 'How long to wait before showing this step.' }),
  on: z.strictObject(onShape, { error: 'what follows accept, decline and expire' }).prefault({}),
} as const;

export const funnelShape = {
  trigger: z.enum(TRIGGER_TYPES, { error: `one of ${TRIGGER_TYPES.join(', ')}` }),
  priority: z
    .number({ error: 'a whole number' })
    .int({ error: 'a whole number' })
    .default(0)
    .meta({ description: 'The highest is tried first; the order of the file breaks ties.' }),
  mode: z.enum(['live', 'shadow'], { error: 'live or shadow' }).default('live').meta({
    description:
      'In shadow, the funnel is evaluated and priced for live purchases, and shows nothing to anybody.',
  }),
  paused: z.boolean({ error: 'true or false' }).default(false),
  schedule: schedule.optional(),
  holdout: share
    .optional()
    .meta({ description: 'The share of eligible customers who are shown nothing, for comparison.' }),
  free_purchases: z.boolean({ error: 'true or false' }).default(false).meta({
    description: 'Also starts for purchases of which nothing is paid, such as free trials.',
  }),
  when: when.default({}).meta({ description: 'All keys must hold; a list matches any of its values.' }),
  steps: z
    .array(z.strictObject(stepShape, { error: 'a step with id and offer' }), { error: 'a list of steps' })
    .min(1, { error: 'a list with at least one step' })
    .meta({ description: 'The first one is shown first.' }),
} as const;
