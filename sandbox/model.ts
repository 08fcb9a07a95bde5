/** The rows the sandbox keeps. The `...View` functions in `dodo/` turn them into API responses. */
import type DodoPayments from 'dodopayments';

export type BillingAddress = DodoPayments.BillingAddress;
export type CountryCode = DodoPayments.CountryCode;
export type Currency = DodoPayments.Currency;
export type DiscountDetail = DodoPayments.DiscountDetail;
export type IntentStatus = DodoPayments.IntentStatus;
export type Metadata = DodoPayments.Metadata;
export type SubscriptionStatus = DodoPayments.SubscriptionStatus;
export type TimeInterval = DodoPayments.TimeInterval;

/** One of them is newer than SDK 2.52. */
export type ProrationMode =
  DodoPayments.SubscriptionChangePlanParams['proration_billing_mode'] | 'prorated_immediately_keep_cycle';

export interface CustomerRow {
  customer_id: string;
  created_at: string;
  email: string;
  name: string;
  phone_number: string | null;
  metadata: Metadata;
  /** Set while the customer is blocked; absent in books of earlier versions, as are the fields below. */
  blocked_at?: string | null;
  preferred_locale?: string | null;
}

/** A card's behaviour, known from its number. Numbers themselves are never kept. */
export type CardBehaviour =
  | { kind: 'approve' }
  | { kind: 'decline'; error_code: string }
  /** Pays while the customer is present, declines every charge made without them. */
  | { kind: 'decline_off_session'; error_code: string }
  /** Pays while the customer is present, asks for 3-D Secure at every charge made without them. */
  | { kind: 'authenticate_off_session' };

export interface Card {
  behaviour: CardBehaviour;
  network: string;
  type: 'CREDIT' | 'DEBIT';
  issuing_country: CountryCode;
  last4: string;
  /** Two digits. */
  expiry_month: string;
  /** Four digits. */
  expiry_year: string;
  holder: string | null;
  /** Equal for two entries of the same card. */
  fingerprint: string;
}

export interface MethodRow {
  payment_method_id: string;
  customer_id: string;
  card: Card;
  recurring_enabled: boolean;
  last_used_at: string | null;
  /** Currencies the method can pay in; null for all. */
  currencies: Currency[] | null;
}

export interface ProductRow {
  product_id: string;
  name: string;
  description: string | null;
  created_at: string;
  updated_at: string;
  price: DodoPayments.Price.OneTimePrice | DodoPayments.Price.RecurringPrice;
  tax_category: DodoPayments.TaxCategory;
  metadata: Metadata;
  addons: string[];
  /** The business's own brand when left out. */
  brand_id?: string;
  archived: boolean;
  /** Names in other languages, by code. */
  translations?: Record<string, string>;
}

export interface AddonRow {
  id: string;
  name: string;
  description: string | null;
  price: number;
  currency: Currency;
  tax_category: DodoPayments.TaxCategory;
  created_at: string;
  updated_at: string;
}

export type DiscountRow = Required<DodoPayments.Discount>;

/** A discount still attached to a subscription. `null` cycles are unlimited. */
export interface HeldDiscount {
  discount_id: string;
  cycles_remaining: number | null;
}

export interface CartItem {
  product_id: string;
  quantity: number;
  amount?: number | null;
  addons?: { addon_id: string; quantity: number }[] | null;
}

export interface CheckoutRow {
  session_id: string;
  created_at: string;
  expires_at: string;
  cart: CartItem[];
  currency: Currency;
  customer_id: string | null;
  email: string | null;
  name: string | null;
  billing: BillingAddress | null;
  metadata: Metadata;
  discount_codes: string[];
  return_url: string | null;
  cancel_url: string | null;
  tax_id?: string | null;
  force_3ds: boolean;
  always_create_new_customer: boolean;
  trial_period_days: number | null;
  on_demand: OnDemandTerms | null;
  payment_id: string | null;
}

export interface OnDemandTerms {
  mandate_only: boolean;
  product_price: number | null;
}

export interface PaymentLine {
  item_id: string;
  name: string;
  /** Tax included. */
  amount: number;
  tax: number;
  refunded: number;
}

/** The purpose of a payment, which decides what follows from its outcome. */
export type Purpose =
  | { kind: 'purchase' }
  | { kind: 'method_update'; subscription_id: string }
  /** `basis` is the charge before tax: it becomes the dues when the charge fails. */
  | { kind: 'renewal' | 'dues' | 'on_demand' | 'plan_change'; subscription_id: string; basis: number };

/** An outcome that arrives by itself at a time of the machine's clock. */
export interface PlannedOutcome {
  at: string;
  status: 'succeeded' | 'failed';
  error_code: string | null;
}

export interface PaymentRow {
  payment_id: string;
  customer_id: string;
  created_at: string;
  updated_at: string | null;
  status: IntentStatus;
  total_amount: number;
  tax: number;
  currency: Currency;
  metadata: Metadata;
  billing: BillingAddress;
  lines: PaymentLine[];
  product_cart: { product_id: string; quantity: number }[] | null;
  subscription_ids: string[];
  checkout_session_id: string | null;
  card: Card | null;
  payment_method_id: string | null;
  error_code: string | null;
  discounts: DiscountDetail[];
  retry_attempt: number;
  invoice_id: string;
  /** The page on which the customer pays, or passes 3-D Secure. */
  payment_link: string | null;
  link_expires_at: string | null;
  return_url: string | null;
  force_3ds: boolean;
  /** The customer pays on a page, and may try another card there after a decline. */
  retriable: boolean;
  purpose: Purpose;
  planned: PlannedOutcome | null;
}

export interface PlanChange {
  product_id: string;
  quantity: number;
  addons: { addon_id: string; quantity: number; unit_price: number }[];
  unit_price: number;
  discounts: HeldDiscount[];
  resets_dates: boolean;
  /** Added to the subscription's credit; taken from it when negative. */
  credits: number;
  on_payment_failure: 'prevent_change' | 'apply_change';
}

export interface PendingChange {
  payment_id: string;
  change: PlanChange;
  /** The charge was declined, and the change is waiting for a payment. */
  failed: boolean;
  /** For a payment link: the change is dropped if the link is not used by then. */
  expires_at: string | null;
}

export interface ScheduledChange {
  id: string;
  created_at: string;
  effective_at: string;
  metadata: Metadata | null;
  change: PlanChange;
}

export interface SubscriptionRow {
  subscription_id: string;
  customer_id: string;
  created_at: string;
  status: SubscriptionStatus;
  product_id: string;
  quantity: number;
  unit_price: number;
  addons: { addon_id: string; quantity: number; unit_price: number }[];
  currency: Currency;
  billing: BillingAddress;
  tax_id?: string | null;
  metadata: Metadata;
  discounts: HeldDiscount[];
  previous_billing_date: string;
  next_billing_date: string;
  expires_at: string | null;
  trial_period_days: number;
  on_demand: boolean;
  payment_method_id: string | null;
  cancel_at_next_billing_date: boolean;
  cancelled_at: string | null;
  cancellation_comment: string | null;
  cancellation_feedback: DodoPayments.CancellationFeedback | null;
  paused_at: string | null;
  past_due_ends_at: string | null;
  /** Price of the current period before tax, the base of the credit for its unused part. */
  period_amount: number;
  /** Owed to the customer after downgrades, before tax; used up by later charges. */
  credit_balance: number;
  /** Unpaid since a charge failed, before tax. */
  dues: number;
  pending_change: PendingChange | null;
  scheduled_change: ScheduledChange | null;
}

export interface RefundRow {
  refund_id: string;
  payment_id: string;
  customer_id: string;
  created_at: string;
  amount: number;
  currency: Currency;
  is_partial: boolean;
  reason: string | null;
  status: DodoPayments.RefundStatus;
  metadata: Metadata;
  lines: { item_id: string; amount: number }[];
  /** The outcome that arrives by itself; absent in books written by earlier versions. */
  planned?: PlannedOutcome | null;
}

export interface DisputeRow {
  dispute_id: string;
  payment_id: string;
  customer_id: string;
  created_at: string;
  amount: number;
  currency: Currency;
  stage: DodoPayments.DisputeStage;
  status: DodoPayments.DisputeStatus;
  reason: string | null;
}

/** One movement of money. Never changed or removed: their sum is what the merchant received. */
export interface MovementRow {
  id: string;
  at: string;
  kind: 'charge' | 'refund' | 'chargeback';
  customer_id: string;
  payment_id: string;
  /** Minor units; negative when money leaves the merchant. */
  amount: number;
  currency: Currency;
}

/** Decides a customer's next charges, whatever the card says. */
export interface ChargeAnswerRow {
  id: string;
  customer_id: string;
  /** Only charges of this method; null for any card. */
  payment_method_id: string | null;
  remaining: number;
  /** Null leaves the outcome to the card. */
  status: 'succeeded' | 'failed' | 'processing' | 'requires_customer_action' | null;
  error_code: string | null;
  /** Charged instead of the previewed amount, minor units; null for the previewed one. */
  amount: number | null;
  /** Charged instead of the previewed currency; null for the previewed one. */
  currency: Currency | null;
  /** For `requires_customer_action`: whether the payment has a link to the bank's page. */
  payment_link: boolean;
  /** For `processing`: the outcome that follows by itself. */
  settle: { after_ms: number; status: 'succeeded' | 'failed'; error_code: string | null } | null;
}

export interface PortalSessionRow {
  token: string;
  customer_id: string;
  return_url: string | null;
  expires_at: string;
}

export type EventSubject =
  | { kind: 'Payment' | 'Subscription' | 'Refund' | 'Dispute'; id: string }
  /** Sent unchanged: for events the sandbox does not create itself. */
  | { kind: 'raw'; data: unknown };

export interface DeliveryAttempt {
  at: string;
  /** Status of the response; null without one. */
  status: number | null;
  error: string | null;
  duration_ms: number;
  /** Sent in addition to the regular attempts: a duplicate or a redelivery. */
  extra: boolean;
}

export interface DeliveryRow {
  /** The `webhook-id`, the same in every attempt. */
  id: string;
  type: string;
  /** When the event happened. */
  timestamp: string;
  subject: EventSubject;
  status: 'pending' | 'delivered' | 'failed' | 'dropped' | 'no_endpoint';
  next_attempt_at: string | null;
  attempts: DeliveryAttempt[];
}

export interface RequestRow {
  id: string;
  at: string;
  method: string;
  path: string;
  query: Record<string, unknown>;
  body: unknown;
  /** `X-Stainless-Retry-Count`: how often the client had retried before this request. */
  retry_count: number | null;
  /** Status of the response; null when the connection was dropped instead. */
  status: number | null;
  fault: string | null;
}
