/** The shape of one offer in `offers.yaml`. */
import { z } from 'zod';
import { DISCOUNT_CODE } from '../../domain/patterns.js';
import { METADATA_PLACEHOLDERS } from '../../domain/metadata.js';
import { OFFER_TYPES, PRORATION_BILLING_MODES } from '../../domain/words.js';
import {
  afterDecline,
  cap,
  dodoId,
  id,
  oneClickLimit,
  quantity,
  quantityOrChoice,
  schedule,
  span,
  wholeNumber,
  window,
  words,
} from './schema-values.js';

export const addonShape = { addon_id: dodoId('an add-on'), quantity } as const;

const addons = z.array(z.strictObject(addonShape, { error: 'an add-on with addon_id and quantity' }), {
  error: 'a list of add-ons, each with addon_id and quantity',
});

const purchaseAction = {
  product_id: dodoId('a product'),
  quantity: quantityOrChoice
    .default(1)
    .meta({ description: 'A number, or bounds within which the customer chooses.' }),
};

export const actionShapes = {
  charge: {
    kind: z.literal('charge'),
    ...purchaseAction,
    addons: addons.optional().meta({ description: 'Bought with the product.' }),
  },
  payment: { kind: z.literal('payment'), ...purchaseAction },
  change_plan: {
    kind: z.literal('change_plan'),
    product_id: dodoId('a product'),
    proration_billing_mode: z
      .enum(PRORATION_BILLING_MODES, {
        error: `one of ${PRORATION_BILLING_MODES.join(', ')}`,
      })
      .optional()
      .meta({
        description:
          'difference_immediately by default; at the next billing date, Dodo Payments accepts only full_immediately.',
      }),
    effective_at: z
      .enum(['immediately', 'next_billing_date'], { error: 'immediately or next_billing_date' })
      .default('immediately'),
    quantity: quantityOrChoice
      .optional()
      .meta({ description: 'Seats: a number, or bounds. The current quantity is kept by default.' }),
    addons: addons
      .optional()
      .meta({ description: 'The current add-ons are kept by default; an empty list removes them.' }),
  },
  pause: {
    kind: z.literal('pause'),
    for: span.optional().meta({
      description:
        'The subscription resumes after this time; by default, it stays paused until it is resumed by hand.',
    }),
  },
  extend_trial: {
    kind: z.literal('extend_trial'),
    by: span.meta({ description: 'How far the first billing date is postponed.' }),
  },
} as const;

const paidActions = [
  z
    .strictObject(actionShapes.charge)
    .meta({ description: 'One-click checkout with the saved payment method.' }),
  z
    .strictObject(actionShapes.payment)
    .meta({ description: 'One-time payment with the saved payment method.' }),
  z.strictObject(actionShapes.change_plan).meta({ description: "Changes the subscription's plan." }),
] as const;

const paidAction = z.discriminatedUnion('kind', paidActions, {
  error: 'an action with a kind (charge, payment or change_plan) and its fields',
});

const action = z.discriminatedUnion(
  'kind',
  [
    ...paidActions,
    z.strictObject(actionShapes.pause).meta({ description: 'Retention offer: pauses the subscription.' }),
    z
      .strictObject(actionShapes.extend_trial)
      .meta({ description: 'Retention offer: extends the trial. Only for subscriptions in a trial.' }),
  ],
  { error: 'an action with a kind (charge, payment, change_plan, pause or extend_trial) and its fields' },
);

export const optionShape = {
  id: id('the id of the option'),
  label: words('the option as the customer sees it', 120),
  action: paidAction,
} as const;

const MAX_OPTIONS = 5;
const optionsWords = `a list of 2 to ${String(MAX_OPTIONS)} options, each with id, label and action`;

const MAX_CONSENTS = 5;
const consentsWords = `a list of at most ${String(MAX_CONSENTS)} consents, each with id and text`;

const consent = z.strictObject(
  {
    id: id('the id of the consent'),
    text: words('what the customer agrees to', 500),
    required: z
      .boolean({ error: 'true or false' })
      .default(true)
      .meta({ description: 'Whether the offer can only be accepted with it.' }),
  },
  { error: 'a consent with id and text' },
);

export const wordsShape = {
  headline: words('the headline', 200),
  body: words('the text below the headline', 2000).optional(),
  badge: words('the badge', 60).optional(),
  accept: words('the button that accepts', 120),
  decline: words('the button that declines', 120),
  consents: z
    .array(consent, { error: consentsWords })
    .max(MAX_CONSENTS, { error: consentsWords })
    .optional()
    .meta({ description: 'What the customer agrees to with the acceptance, each with a box to tick.' }),
} as const;

const localeWords = 'words by language, such as { de: { headline, accept, decline } }';

export const copyShape = {
  ...wordsShape,
  locale: z
    .string({ error: 'a language such as en or pt-BR' })
    .optional()
    .meta({ description: 'The language of these words, as a BCP 47 tag; en by default.' }),
  locales: z
    .record(z.string(), z.strictObject(wordsShape, { error: 'headline, accept and decline at least' }), {
      error: localeWords,
    })
    .optional()
    .meta({ description: 'The same words in other languages, by BCP 47 tag: de, pt-BR, ...' }),
} as const;

export const offerShape = {
  type: z.enum(OFFER_TYPES, { error: 'upsell, downsell or cross_sell' }),
  action: action.optional().meta({
    description: 'What happens when the customer accepts. Use options to offer several alternatives.',
  }),
  options: z
    .array(z.strictObject(optionShape, { error: 'an option with id, label and action' }), {
      error: optionsWords,
    })
    .min(2, { error: optionsWords })
    .max(MAX_OPTIONS, { error: optionsWords })
    .optional()
    .meta({ description: 'Alternatives within one offer, instead of action; the first one is preselected.' }),
  window: window.default('30m'),
  if_no_payment_method: z.enum(['skip', 'checkout'], { error: 'skip or checkout' }).default('skip'),
  if_owned: z.enum(['skip', 'allow'], { error: 'skip or allow' }).default('skip'),
  after_decline: afterDecline.default('never'),
  cooldown: span
    .optional()
    .meta({ description: 'The minimum time before the same customer is shown this offer again.' }),
  cap: cap.optional().meta({ description: 'How often one customer may be shown this offer.' }),
  redemptions: wholeNumber('a whole number of at least 1', 1)
    .optional()
    .meta({ description: 'How often the offer may be sold, across all customers.' }),
  one_click_limit: oneClickLimit.optional(),
  paused: z.boolean({ error: 'true or false' }).default(false),
  schedule: schedule.optional(),
  discount_code: z
    .string({ error: 'a discount code' })
    .regex(DISCOUNT_CODE.regex, { error: 'a discount code of 3 to 64 letters, digits, _ and -' })
    .optional(),
  metadata: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], { error: 'text, a number, true or false' }),
      { error: 'a map of names to text, numbers, true or false' },
    )
    .optional()
    .meta({
      description: `Sent to Dodo Payments with the charge. Text may name ids: ${METADATA_PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`,
    }),
  copy: z.strictObject(copyShape, { error: 'the words of the offer: headline, accept and decline at least' }),
} as const;
