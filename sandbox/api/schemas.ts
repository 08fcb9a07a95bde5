import { z } from 'zod';
import type { CountryCode, Currency } from '../model.js';

const METADATA_PAIRS = 50;
const METADATA_VALUE_LENGTH = 500;
const METADATA_KEY = /^[A-Za-z0-9_-]{1,40}$/;

export const metadataSchema = z
  .record(
    z.string().regex(METADATA_KEY, 'keys have at most 40 letters, digits, _ and -'),
    z.union([
      z.string().max(METADATA_VALUE_LENGTH, `values have at most ${METADATA_VALUE_LENGTH} characters`),
      z.number(),
      z.boolean(),
    ]),
  )
  .refine(
    (metadata) => Object.keys(metadata).length <= METADATA_PAIRS,
    `Exceeds ${METADATA_PAIRS} key-value pairs`,
  );

export const currencySchema = z
  .string()
  .regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code such as USD')
  .transform((code) => code as Currency);

export const countrySchema = z
  .string()
  .regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 code such as US')
  .transform((code) => code as CountryCode);

/** Fields of Dodo's that change nothing here. What Dodo does not have is refused, as a mistake of the caller's. */
function unused<Name extends string>(...names: Name[]): Record<Name, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    Name,
    z.ZodOptional<z.ZodUnknown>
  >;
}

export const addressSchema = z.strictObject({
  country: countrySchema,
  street: z.string().nullish(),
  city: z.string().nullish(),
  state: z.string().nullish(),
  zipcode: z.string().nullish(),
});

const MAX_AMOUNT = 2_147_483_647;
export const amountSchema = z.int().min(0).max(MAX_AMOUNT);
export const emailSchema = z.string().regex(/^[^@\s]+@[^@\s]+$/, 'expected an email address');

const addonSchema = z.strictObject({ addon_id: z.string(), quantity: z.int().min(1) });

const cartItemSchema = z.strictObject({
  product_id: z.string(),
  quantity: z.int().min(1),
  amount: amountSchema.nullish(),
  addons: z.array(addonSchema).nullish(),
  ...unused('credit_entitlements'),
});

const customerRequestSchema = z.union([
  z.strictObject({ customer_id: z.string() }),
  z.strictObject({ email: emailSchema, name: z.string().nullish(), phone_number: z.string().nullish() }),
]);

const MAX_CART_ITEMS = 20;
const MAX_DISCOUNT_CODES = 20;
const discountCodesSchema = z.array(z.string()).max(MAX_DISCOUNT_CODES).nullish();
const urlSchema = z.url({ protocol: /^https?$/ });

export const checkoutBodySchema = z.strictObject({
  product_cart: z.array(cartItemSchema).max(MAX_CART_ITEMS),
  customer: customerRequestSchema.nullish(),
  billing_address: addressSchema.nullish(),
  billing_currency: currencySchema.nullish(),
  payment_method_id: z.string().nullish(),
  confirm: z.boolean().optional(),
  minimal_address: z.boolean().optional(),
  return_url: urlSchema.nullish(),
  cancel_url: urlSchema.nullish(),
  tax_id: z.string().nullish(),
  metadata: metadataSchema.nullish(),
  discount_code: z.string().nullish(),
  discount_codes: discountCodesSchema,
  force_3ds: z.boolean().nullish(),
  feature_flags: z
    .strictObject({
      always_create_new_customer: z.boolean().optional(),
      ...unused(
        'allow_currency_selection',
        'allow_customer_editing_business_name',
        'allow_customer_editing_city',
        'allow_customer_editing_country',
        'allow_customer_editing_email',
        'allow_customer_editing_name',
        'allow_customer_editing_state',
        'allow_customer_editing_street',
        'allow_customer_editing_tax_id',
        'allow_customer_editing_zipcode',
        'allow_discount_code',
        'allow_editing_addons',
        'allow_phone_number_collection',
        'allow_tax_id',
        'redirect_immediately',
        'require_cardholder_name',
        'require_phone_number',
        'require_tax_id',
        'single_page',
      ),
    })
    .nullish(),
  subscription_data: z
    .strictObject({
      trial_period_days: z.int().min(0).max(10_000).nullish(),
      on_demand: z
        .strictObject({
          mandate_only: z.boolean(),
          product_price: amountSchema.nullish(),
          ...unused('adaptive_currency_fees_inclusive', 'product_currency', 'product_description'),
        })
        .nullish(),
    })
    .nullish(),
  ...unused(
    'allowed_payment_method_types',
    'custom_fields',
    'customer_business_name',
    'customization',
    'mandate_min_amount_inr_paise',
    'product_collection_id',
    'short_link',
    'show_saved_payment_methods',
  ),
});
export type CheckoutBody = z.output<typeof checkoutBodySchema>;

export const paymentBodySchema = z.strictObject({
  billing: addressSchema,
  customer: customerRequestSchema,
  product_cart: z
    .array(
      z.strictObject({ product_id: z.string(), quantity: z.int().min(1), amount: amountSchema.nullish() }),
    )
    .min(1)
    .max(100),
  billing_currency: currencySchema.nullish(),
  payment_method_id: z.string().nullish(),
  payment_link: z.boolean().nullish(),
  return_url: urlSchema.nullish(),
  metadata: metadataSchema.nullish(),
  discount_code: z.string().nullish(),
  discount_codes: discountCodesSchema,
  force_3ds: z.boolean().nullish(),
  ...unused(
    'adaptive_currency_fees_inclusive',
    'allowed_payment_method_types',
    'customer_business_name',
    'redirect_immediately',
    'require_phone_number',
    'short_link',
    'show_saved_payment_methods',
    'tax_id',
  ),
});
export type PaymentBody = z.output<typeof paymentBodySchema>;

export const planChangeBodySchema = z.strictObject({
  product_id: z.string(),
  quantity: z.int().min(1),
  proration_billing_mode: z.enum([
    'prorated_immediately',
    'full_immediately',
    'difference_immediately',
    // Newer than SDK 2.52.
    'prorated_immediately_keep_cycle',
    'do_not_bill',
  ]),
  effective_at: z.enum(['immediately', 'next_billing_date']).optional(),
  on_payment_failure: z.enum(['prevent_change', 'apply_change']).nullish(),
  addons: z.array(addonSchema).nullish(),
  discount_code: z.string().nullish(),
  discount_codes: discountCodesSchema,
  metadata: metadataSchema.nullish(),
  cancel_scheduled_change_plan: z.boolean().nullish(),
  collect_via_payment_link: z.boolean().nullish(),
  cancel_older_payment_link: z.boolean().nullish(),
  return_url: urlSchema.nullish(),
  ...unused('adaptive_currency_fees_inclusive'),
});
export type PlanChangeBody = z.output<typeof planChangeBodySchema>;

export const subscriptionPatchSchema = z.strictObject({
  status: z.enum(['cancelled', 'paused', 'active']).nullish(),
  pause: z.boolean().nullish(),
  cancel_at_next_billing_date: z.boolean().nullish(),
  cancellation_comment: z.string().nullish(),
  cancellation_feedback: z
    .enum([
      'too_expensive',
      'missing_features',
      'switched_service',
      'unused',
      'customer_service',
      'low_quality',
      'too_complex',
      'other',
    ])
    .nullish(),
  next_billing_date: z.iso.datetime({ offset: true }).nullish(),
  metadata: metadataSchema.nullish(),
  billing: addressSchema.nullish(),
  ...unused(
    'cancel_reason',
    'credit_entitlement_cart',
    'customer_business_name',
    'customer_name',
    'disable_on_demand',
    'subscription_period_count',
    'subscription_period_interval',
    'tax_id',
  ),
});
export type SubscriptionPatch = z.output<typeof subscriptionPatchSchema>;

export const methodUpdateSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('new'),
    return_url: urlSchema.nullish(),
    ...unused('allowed_payment_method_types'),
  }),
  z.strictObject({ type: z.literal('existing'), payment_method_id: z.string() }),
]);

export const onDemandChargeSchema = z.strictObject({
  product_price: amountSchema,
  product_currency: currencySchema.nullish(),
  product_description: z.string().nullish(),
  metadata: metadataSchema.nullish(),
  ...unused('adaptive_currency_fees_inclusive', 'customer_balance_config'),
});

const MAX_REASON = 3000;
export const refundBodySchema = z.strictObject({
  payment_id: z.string(),
  items: z
    .array(
      z.strictObject({
        item_id: z.string(),
        amount: amountSchema.nullish(),
        tax_inclusive: z.boolean().optional(),
      }),
    )
    .nullish(),
  reason: z.string().max(MAX_REASON).nullish(),
  metadata: metadataSchema.nullish(),
});

export const portalQuerySchema = z.strictObject({
  return_url: urlSchema.optional(),
  send_email: z.enum(['true', 'false']).optional(),
});
