/**
 * The shape of `offers.yaml`: names, types and patterns, one field at a time. What concerns several fields at once
 * (references, cycles, contradictions) is checked in `check-offers.ts` and `check-funnels.ts`.
 *
 * Every `error` here completes "must be ..." and "is missing; expected ...".
 */
import { z } from 'zod';
import { DAY, DURATION_PATTERN, SECOND, parseDuration } from './duration.js';

export const ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;
export const ID_WORDS = 'lower-case letters, digits, _ and -, starting with a letter or digit, at most 64';

/** Facts of the merchant's own, sent with a trigger. */
export const CUSTOM_FACT_PATTERN = /^facts\.[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/** Facts the system knows of a purchase, its customer and the subscription concerned. */
export const FACT_NAMES = [
  'product_id',
  'amount',
  'currency',
  'country',
  'quantity',
  'tenure_days',
  'purchase_count',
  'plan',
  'subscription_status',
] as const;

const MIN_WINDOW_MS = 10 * SECOND;
const MAX_WINDOW_MS = 365 * DAY;
const MAX_PAUSE_MS = 3650 * DAY;

const TRIGGERS = [
  'purchase',
  'usage_milestone',
  'limit_approaching',
  'onboarding_completed',
  'upgrade_requested',
  'downgrade_requested',
  'cancel_requested',
] as const;

const id = (what: string) => {
  const error = `${what} (${ID_WORDS})`;
  return z.string({ error }).regex(ID_PATTERN, { error });
};

const dodoId = (what: string) => {
  const error = `the id of ${what} at Dodo Payments (letters, digits, _ and -)`;
  return z.string({ error }).regex(/^[A-Za-z0-9_-]{1,128}$/, { error });
};

const wholeNumber = (error: string, least: number) =>
  z.number({ error }).int({ error }).min(least, { error });

const words = (what: string, longest: number) => {
  const error = `text of 1 to ${String(longest)} characters for ${what}`;
  return z.string({ error }).regex(/\S/, { error }).max(longest, { error });
};

/** For an offer's quantity in a cart, or a subscription's. */
const quantity = wholeNumber('a whole number of at least 1', 1);

const windowWords = 'a duration from 10s to 365d such as 30s, 30m, 2h, 30d or 1d12h';
const window = z
  .string({ error: windowWords })
  .regex(DURATION_PATTERN, { error: windowWords, abort: true })
  .refine((text) => isBetween(parseDuration(text), MIN_WINDOW_MS, MAX_WINDOW_MS), { error: windowWords })
  .meta({ description: 'How long the customer may think about it: 10s to 365d.' });

const pauseWords = 'never, or a duration from 1s to 3650d such as 12h or 30d';
const afterDecline = z
  .string({ error: pauseWords })
  .regex(new RegExp(`^never$|${DURATION_PATTERN.source}`), { error: pauseWords, abort: true })
  .refine((text) => text === 'never' || isBetween(parseDuration(text), SECOND, MAX_PAUSE_MS), {
    error: pauseWords,
  })
  .meta({ description: 'When the offer may be shown again after a decline: never, or after a duration.' });

const purchaseAction = {
  product_id: dodoId('a product'),
  quantity: quantity.default(1),
};

export const addonShape = { addon_id: dodoId('an add-on'), quantity } as const;

export const actionShapes = {
  charge: { kind: z.literal('charge'), ...purchaseAction },
  payment: { kind: z.literal('payment'), ...purchaseAction },
  change_plan: {
    kind: z.literal('change_plan'),
    product_id: dodoId('a product'),
    proration_billing_mode: z
      .enum(['prorated_immediately', 'full_immediately', 'difference_immediately', 'do_not_bill'], {
        error: 'one of prorated_immediately, full_immediately, difference_immediately, do_not_bill',
      })
      .optional()
      .meta({
        description:
          'Default difference_immediately; at the next billing date Dodo Payments takes full_immediately only.',
      }),
    effective_at: z
      .enum(['immediately', 'next_billing_date'], { error: 'immediately or next_billing_date' })
      .default('immediately'),
    quantity: quantity.optional().meta({ description: 'Left out, the current quantity is kept.' }),
    addons: z
      .array(z.strictObject(addonShape, { error: 'an add-on with addon_id and quantity' }), {
        error: 'a list of add-ons, each with addon_id and quantity',
      })
      .optional()
      .meta({ description: 'Left out, the current add-ons are kept; an empty list removes them.' }),
  },
} as const;

const action = z.discriminatedUnion(
  'kind',
  [
    z
      .strictObject(actionShapes.charge)
      .meta({ description: 'One-click checkout on the saved payment method.' }),
    z
      .strictObject(actionShapes.payment)
      .meta({ description: 'One-time payment on the saved payment method.' }),
    z.strictObject(actionShapes.change_plan).meta({ description: "Change of the subscription's plan." }),
  ],
  { error: 'an action with a kind (charge, payment or change_plan) and its fields' },
);

export const copyShape = {
  headline: words('the headline', 200),
  body: words('the text below the headline', 2000).optional(),
  badge: words('the badge', 60).optional(),
  accept: words('the button that accepts', 120),
  decline: words('the button that declines', 120),
} as const;

export const offerShape = {
  type: z.enum(['upsell', 'downsell', 'cross_sell'], { error: 'upsell, downsell or cross_sell' }),
  action,
  window: window.default('30m'),
  if_no_payment_method: z.enum(['skip', 'checkout'], { error: 'skip or checkout' }).default('skip'),
  if_owned: z.enum(['skip', 'allow'], { error: 'skip or allow' }).default('skip'),
  after_decline: afterDecline.default('never'),
  discount_code: z
    .string({ error: 'a discount code' })
    .regex(/^[A-Za-z0-9_-]{3,64}$/, { error: 'a discount code of 3 to 64 letters, digits, _ and -' })
    .optional(),
  copy: z.strictObject(copyShape, { error: 'the words of the offer: headline, accept and decline at least' }),
} as const;

const target = z.string({ error: 'the id of a step of this funnel, or end' }).default('end');

export const onShape = { accept: target, decline: target, expire: target } as const;

export const stepShape = {
  id: id('the id of the step'),
  offer: z.string({ error: 'the id of an offer' }),
  on: z.strictObject(onShape, { error: 'what follows accept, decline and expire' }).prefault({}),
} as const;

const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'text, a number, true or false' });
const scalars = z
  .array(scalar, { error: 'a list of values' })
  .min(1, { error: 'a list with at least one value, or nothing could ever match' });
const bound = z.number({ error: 'a number' }).optional();

export const operatorsShape = {
  not: z.union([scalar, scalars], { error: 'a value or a list of values' }).optional(),
  gt: bound,
  gte: bound,
  lt: bound,
  lte: bound,
} as const;

/** What values each fact takes is checked in `check-when.ts`, which can name the fact. */
const clauseWords = 'a value, a list of values, or operators (not, gt, gte, lt, lte) such as { gte: 10 }';
const clause = z
  .union([scalar, scalars, z.strictObject(operatorsShape, { error: clauseWords })], { error: clauseWords })
  .meta({ id: 'clause' });

const when = z
  .object(Object.fromEntries(FACT_NAMES.map((fact) => [fact, clause.optional()])), {
    error: 'conditions by fact, such as { amount: { gte: 1000 } }',
  })
  // Names outside the list are refused with a suggestion in `check-when.ts`; editors learn the rule from `meta`.
  .catchall(clause);

export const funnelShape = {
  trigger: z.enum(TRIGGERS, { error: `one of ${TRIGGERS.join(', ')}` }),
  priority: z
    .number({ error: 'a whole number' })
    .int({ error: 'a whole number' })
    .default(0)
    .meta({ description: 'The highest goes first; the order of the file breaks ties.' }),
  when: when.default({}).meta({ description: 'All keys must hold; a list means any of its values.' }),
  steps: z
    .array(z.strictObject(stepShape, { error: 'a step with id and offer' }), { error: 'a list of steps' })
    .min(1, { error: 'a list with at least one step' })
    .meta({ description: 'The first one is shown first.' }),
} as const;

export const catalogShape = {
  version: z.literal(1, { error: '1' }),
  offers: z.record(z.string(), z.strictObject(offerShape, { error: 'an offer with type, action and copy' }), {
    error: 'a map of offers by id',
  }),
  funnels: z.record(z.string(), z.strictObject(funnelShape, { error: 'a funnel with trigger and steps' }), {
    error: 'a map of funnels by id',
  }),
} as const;

/** `offers.yaml` as parsed, before references are checked: keys in snake_case, durations as text. */
export const catalogFileSchema = z.strictObject(catalogShape, {
  error: 'a map with version, offers and funnels',
});

export type CatalogFile = z.output<typeof catalogFileSchema>;
export type OfferFile = CatalogFile['offers'][string];
export type FunnelFile = CatalogFile['funnels'][string];
export type ClauseFile = z.output<typeof clause>;

/** The JSON Schema (draft 2020-12) of `offers.yaml`, for editors. It cannot express references between entries. */
export function catalogJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(catalogFileSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === catalogShape.offers || zodSchema === catalogShape.funnels) {
        jsonSchema.propertyNames = { type: 'string', pattern: ID_PATTERN.source };
      }
      if (zodSchema === when) {
        jsonSchema.patternProperties = {
          [CUSTOM_FACT_PATTERN.source]: jsonSchema.additionalProperties ?? {},
        };
        jsonSchema.additionalProperties = false;
      }
    },
  });
  return { ...schema, title: 'Offers and funnels for post-purchase upsells' };
}

function isBetween(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
