/** Answers as Dodo gives them, complete and with their nulls, typed by the SDK. */
import type DodoPayments from 'dodopayments';

const CUSTOMER = {
  customer_id: 'cus_1',
  email: 'ada@example.com',
  name: 'Ada',
  phone_number: null,
  metadata: {},
} satisfies DodoPayments.CustomerLimitedDetails;

/** Fields that single payments and list rows have in common. */
const COMMON = {
  payment_id: 'pay_1',
  brand_id: 'bus_1',
  created_at: '2026-11-23T12:00:00.000Z',
  currency: 'USD',
  customer: CUSTOMER,
  digital_products_delivered: false,
  is_multi_subscription: false,
  metadata: {},
  payment_provider: 'stripe',
  subscription_ids: [],
  total_amount: 4900,
  status: 'succeeded',
  subscription_id: null,
  payment_method: 'card',
  payment_method_type: 'credit',
  card_last_four: '4242',
  card_network: 'VISA',
  invoice_id: null,
  invoice_url: null,
  refund_status: null,
} satisfies Partial<DodoPayments.Payment> & Partial<DodoPayments.PaymentListResponse>;

/** Builds a paid one-time purchase, as `payments.retrieve` and webhooks show it. */
export function aPayment(fields: Partial<DodoPayments.Payment> = {}): DodoPayments.Payment {
  return {
    ...COMMON,
    business_id: 'bus_1',
    billing: { country: 'US', street: '1 Main St', city: 'New York', state: 'NY', zipcode: '10001' },
    updated_at: null,
    tax: null,
    settlement_amount: 4900,
    settlement_currency: 'USD',
    settlement_tax: null,
    checkout_session_id: 'cks_1',
    product_cart: [{ product_id: 'prod_starter_course', quantity: 1 }],
    payment_method_id: 'pm_1',
    payment_link: null,
    card_holder_name: null,
    card_issuing_country: null,
    card_type: null,
    error_code: null,
    error_message: null,
    discounts: null,
    discount_id: null,
    is_update_payment_method: false,
    retry_attempt: 0,
    custom_field_responses: null,
    refunds: [],
    disputes: [],
    ...fields,
  } satisfies DodoPayments.Payment;
}

/** Builds one row of `payments.list`. */
export function aListedPayment(
  fields: Partial<DodoPayments.PaymentListResponse> = {},
): DodoPayments.PaymentListResponse {
  return {
    ...COMMON,
    has_license_key: false,
    dispute_status: null,
    ...fields,
  } satisfies DodoPayments.PaymentListResponse;
}

/** Builds a monthly subscription in good standing. */
export function aSubscription(fields: Partial<DodoPayments.Subscription> = {}): DodoPayments.Subscription {
  return {
    subscription_id: 'sub_1',
    status: 'active',
    addons: [],
    billing: { country: 'US', street: null, city: null, state: null, zipcode: '10001' },
    brand_id: 'bus_1',
    cancel_at_next_billing_date: false,
    cancellation_comment: null,
    cancellation_feedback: null,
    cancelled_at: null,
    created_at: '2026-11-23T12:00:00.000Z',
    credit_entitlement_cart: [],
    currency: 'USD',
    custom_field_responses: null,
    customer: CUSTOMER,
    customer_business_name: null,
    discount_cycles_remaining: null,
    discount_id: null,
    discounts: null,
    expires_at: null,
    has_payment_method: true,
    metadata: {},
    meter_credit_entitlement_cart: [],
    meters: [],
    next_billing_date: '2026-12-23T12:00:00.000Z',
    on_demand: false,
    paused_at: null,
    payment_frequency_count: 1,
    payment_frequency_interval: 'Month',
    payment_method_id: 'pm_1',
    previous_billing_date: '2026-11-23T12:00:00.000Z',
    product_id: 'prod_basic_plan',
    quantity: 1,
    recurring_pre_tax_amount: 2900,
    scheduled_change: null,
    subscription_period_count: 10,
    subscription_period_interval: 'Year',
    tax_id: null,
    tax_inclusive: false,
    trial_amount: null,
    trial_period_days: 0,
    ...fields,
  } satisfies DodoPayments.Subscription;
}

/** Builds a one-time product. */
export function aProduct(fields: Partial<DodoPayments.Product> = {}): DodoPayments.Product {
  return {
    product_id: 'prod_team_license',
    name: 'Team license',
    description: null,
    brand_id: 'bus_1',
    business_id: 'bus_1',
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    credit_entitlements: [],
    entitlements: [],
    is_recurring: false,
    license_key_enabled: false,
    metadata: {},
    price: {
      type: 'one_time_price',
      price: 39_900,
      currency: 'USD',
      discount: 0,
      purchasing_power_parity: false,
      tax_inclusive: null,
      pay_what_you_want: false,
      suggested_price: null,
    },
    tax_category: 'saas',
    addons: null,
    image: null,
    ...fields,
  } satisfies DodoPayments.Product;
}

/** Builds the preview of a cart with a one-time product. */
export function aCartPreview(
  fields: Partial<DodoPayments.CheckoutSessionPreviewResponse> = {},
): DodoPayments.CheckoutSessionPreviewResponse {
  return {
    billing_country: 'US',
    currency: 'USD',
    current_breakup: { subtotal: 39_900, discount: 0, tax: null, total_amount: 39_900 },
    recurring_breakup: null,
    is_byop: false,
    payment_method_required: true,
    product_cart: [],
    total_price: 39_900,
    total_tax: null,
    next_billing_date: null,
    subscriptions: null,
    tax_id_business_name: null,
    tax_id_err_msg: null,
    tax_id_format_name: null,
    trial_amount: null,
    trial_period_days: null,
    ...fields,
  } satisfies DodoPayments.CheckoutSessionPreviewResponse;
}

/** Builds the preview of an upgrade; `summary` and `plan` override parts of it. */
export function aPlanChangePreview(
  summary: Partial<DodoPayments.SubscriptionPreviewChangePlanResponse['immediate_charge']['summary']> = {},
  plan: Partial<DodoPayments.Subscription> = {},
): DodoPayments.SubscriptionPreviewChangePlanResponse {
  return {
    immediate_charge: {
      effective_at: '2026-11-23T12:00:00.000Z',
      line_items: [],
      summary: {
        currency: 'USD',
        customer_credits: 0,
        settlement_amount: 5000,
        settlement_currency: 'USD',
        settlement_tax: null,
        total_amount: 5000,
        tax: null,
        ...summary,
      },
    },
    new_plan: aSubscription({ product_id: 'prod_pro_plan', recurring_pre_tax_amount: 7900, ...plan }),
  } satisfies DodoPayments.SubscriptionPreviewChangePlanResponse;
}
