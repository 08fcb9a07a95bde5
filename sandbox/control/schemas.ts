import { z } from 'zod';
import {
  addressSchema,
  amountSchema,
  checkoutBodySchema,
  currencySchema,
  emailSchema,
  metadataSchema,
} from '../api/schemas.js';
import { DEFAULT_CVC, DEFAULT_EXPIRY, DEFAULT_TEST_CARD } from '../dodo/cards.js';
import { newId } from '../state/ids.js';

const INTERVALS = ['Day', 'Week', 'Month', 'Year'] as const;

const cardDetailsSchema = z.strictObject({
  number: z.string().default(DEFAULT_TEST_CARD),
  expiry_month: z.string().default(DEFAULT_EXPIRY.month),
  expiry_year: z.string().default(DEFAULT_EXPIRY.year),
  cvc: z.string().default(DEFAULT_CVC),
  holder: z.string().nullable().default(null),
  /** False when the method cannot be charged without the customer. */
  recurring_enabled: z.boolean().optional(),
  /** Currencies it can pay in; all when left out. */
  currencies: z.array(currencySchema).nullish(),
});

/** A card number, alone or with the other card details. */
export const cardSchema = z
  .union([z.string().transform((number) => cardDetailsSchema.parse({ number })), cardDetailsSchema])
  .prefault(DEFAULT_TEST_CARD);
export type CardInput = z.input<typeof cardSchema>;

export const productSchema = z.strictObject({
  product_id: z.string().default(() => newId('pdt')),
  name: z.string(),
  description: z.string().nullable().default(null),
  /** Minor units. */
  price: amountSchema,
  currency: currencySchema.default('USD'),
  /** Billing interval of a plan; a product without it is paid once. */
  every: z.strictObject({ count: z.int().min(1).default(1), interval: z.enum(INTERVALS) }).optional(),
  trial_period_days: z.int().min(0).default(0),
  tax_inclusive: z.boolean().default(false),
  pay_what_you_want: z.boolean().default(false),
  addons: z.array(z.string()).default([]),
  metadata: metadataSchema.default({}),
  /** Names in other languages, by code. */
  translations: z.record(z.string(), z.string()).default({}),
  /** The business's own brand when left out. */
  brand_id: z.string().optional(),
});
export type ProductInput = z.input<typeof productSchema>;

export const productChangeSchema = z.strictObject({
  name: z.string().optional(),
  price: amountSchema.optional(),
  archived: z.boolean().optional(),
  brand_id: z.string().optional(),
});
export type ProductChange = z.input<typeof productChangeSchema>;

export const addonInputSchema = z.strictObject({
  id: z.string().default(() => newId('adn')),
  name: z.string(),
  price: amountSchema,
  currency: currencySchema.default('USD'),
});
export type AddonInput = z.input<typeof addonInputSchema>;

const MAX_CODE = 16;
export const discountSchema = z.strictObject({
  code: z
    .string()
    .max(MAX_CODE)
    .transform((code) => code.toUpperCase()),
  type: z.enum(['percentage', 'flat']).default('percentage'),
  /** Basis points, for a percentage. A flat code takes its amounts from `currency_options`. */
  amount: z.int().min(0).max(10_000).default(0),
  name: z.string().nullable().default(null),
  restricted_to: z.array(z.string()).default([]),
  preserve_on_plan_change: z.boolean().default(false),
  subscription_cycles: z.int().min(1).nullable().default(null),
  usage_limit: z.int().min(1).nullable().default(null),
  per_customer_usage_limit: z.int().min(1).nullable().default(null),
  customer_eligibility: z.enum(['any', 'first_time', 'existing']).default('any'),
  starts_at: z.string().nullable().default(null),
  expires_at: z.string().nullable().default(null),
  currency_options: z
    .array(
      z.strictObject({
        currency: currencySchema,
        is_default: z.boolean().default(false),
        minimum_subtotal: amountSchema.default(0),
        max_amount_possible: amountSchema.nullable().default(null),
      }),
    )
    .default([]),
});
export type DiscountInput = z.input<typeof discountSchema>;

export const customerSchema = z.strictObject({
  email: emailSchema,
  name: z.string().default('Test Customer'),
  metadata: metadataSchema.default({}),
  /** Cards saved to the customer, in order. */
  cards: z.array(cardSchema).default([]),
});
export type CustomerInput = z.input<typeof customerSchema>;

export const customerChangeSchema = z.strictObject({
  blocked: z.boolean().optional(),
  /** A language code. */
  preferred_locale: z.string().nullable().optional(),
});
export type CustomerChange = z.input<typeof customerChangeSchema>;

export const methodChangeSchema = z.strictObject({
  expiry_month: z.string().optional(),
  expiry_year: z.string().optional(),
  recurring_enabled: z.boolean().optional(),
  currencies: z.array(currencySchema).nullish(),
});
export type MethodChange = z.input<typeof methodChangeSchema>;

export const chargeAnswerSchema = z.strictObject({
  /** Left to the card when absent. */
  status: z.enum(['succeeded', 'failed', 'processing', 'requires_customer_action']).nullable().default(null),
  error_code: z.string().nullable().default(null),
  /** Charged instead of the previewed amount, minor units. */
  amount: amountSchema.nullable().default(null),
  /** Charged instead of the previewed currency. */
  currency: currencySchema.nullable().default(null),
  /** False: a payment that requires the customer's action has no link. */
  payment_link: z.boolean().default(true),
  payment_method_id: z.string().nullable().default(null),
  /** Number of charges it applies to. */
  times: z.int().min(1).default(1),
  /** For `processing`: the outcome that follows by itself. */
  settle: z
    .strictObject({
      after_ms: z.int().min(0),
      status: z.enum(['succeeded', 'failed']),
      error_code: z.string().nullable().default(null),
    })
    .nullable()
    .default(null),
});
export type ChargeAnswer = z.input<typeof chargeAnswerSchema>;

const DEFAULT_BILLING = { country: 'US' as const, zipcode: '10001' };
const DEFAULT_EMAIL = 'customer@example.com';

const payer = {
  email: emailSchema.optional(),
  name: z.string().optional(),
  billing: addressSchema.optional(),
  card: cardSchema,
};

export const payCheckoutSchema = z.strictObject(payer);
export type PayCheckoutInput = z.input<typeof payCheckoutSchema>;

export const purchaseSchema = z
  .strictObject({
    ...payer,
    customer_id: z.string().optional(),
    product_id: z.string().optional(),
    quantity: z.int().min(1).default(1),
    product_cart: checkoutBodySchema.shape.product_cart.optional(),
    metadata: metadataSchema.optional(),
    discount_codes: z.array(z.string()).optional(),
    return_url: z.string().optional(),
    tax_id: z.string().optional(),
    force_3ds: z.boolean().optional(),
    subscription_data: checkoutBodySchema.shape.subscription_data,
  })
  .refine(
    (input) => (input.product_id === undefined) !== (input.product_cart === undefined),
    'give either product_id or product_cart',
  );
export type PurchaseInput = z.input<typeof purchaseSchema>;

export const PAYER_DEFAULTS = { email: DEFAULT_EMAIL, name: 'Test Customer', billing: DEFAULT_BILLING };

export const settlementSchema = z.strictObject({
  status: z.enum(['succeeded', 'failed', 'cancelled']),
  error_code: z.string().default('GENERIC_DECLINE'),
});
export type Settlement = z.input<typeof settlementSchema>;

export const secondPaymentSchema = z.strictObject({
  /** `same`: the payment belongs to the first payment's checkout session. */
  session: z.enum(['same', 'none']).default('same'),
  card: cardSchema,
  /** Minor units; the first payment's amount when left out. */
  amount: amountSchema.optional(),
  currency: currencySchema.optional(),
});
export type SecondPayment = z.input<typeof secondPaymentSchema>;

export const refundSettlementSchema = z.strictObject({ status: z.enum(['succeeded', 'failed']) });

export const disputeSchema = z.strictObject({
  payment_id: z.string(),
  amount: amountSchema.optional(),
  stage: z.enum(['pre_dispute', 'dispute', 'pre_arbitration']).optional(),
  reason: z.string().optional(),
});

export const disputeMoveSchema = z.strictObject({
  end: z.enum(['expired', 'accepted', 'cancelled', 'challenged', 'won', 'lost']),
});

export const eventSchema = z.strictObject({
  type: z.string(),
  data: z.unknown(),
  timestamp: z.string().optional(),
});
export type EventInput = z.input<typeof eventSchema>;
