/**
 * A paid payment as its signed webhook told of it. The webhook has what evaluating a purchase needs, so that the payment
 * need not be read again moments later.
 */
import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { AnnouncedPayment } from '../ledger/index.js';
import { metadataOf, subscriptionsOf } from './payments.js';

/** What evaluating a purchase needs to know of its payment. */
export type PurchasePayment = Pick<
  DodoPayments.Payment,
  | 'payment_id'
  | 'status'
  | 'created_at'
  | 'total_amount'
  | 'currency'
  | 'billing'
  | 'metadata'
  | 'is_update_payment_method'
  | 'refund_status'
  | 'product_cart'
  | 'subscription_id'
  | 'payment_method'
  | 'payment_method_type'
> & {
  customer: Pick<DodoPayments.CustomerLimitedDetails, 'customer_id'>;
  /** Newer than the SDK's types. */
  subscription_ids?: string[] | null;
  charge_type?: unknown;
  tax_id?: unknown;
};

const KEPT = [
  'payment_id',
  'status',
  'created_at',
  'total_amount',
  'currency',
  'billing',
  'metadata',
  'is_update_payment_method',
  'refund_status',
  'refunds',
  'disputes',
  'product_cart',
  'subscription_id',
  'subscription_ids',
  'payment_method',
  'payment_method_type',
  'charge_type',
  'tax_id',
] as const;

/** Returns what is to be kept of the payment in a webhook; undefined if it does not say whose it is. */
export function announcementIn({ data }: Record<string, unknown>, now: Date): AnnouncedPayment | undefined {
  const named = z
    .object({ payment_id: z.string(), customer: z.object({ customer_id: z.string() }) })
    .safeParse(data);
  if (!named.success) return undefined;
  const { payment_id: paymentId, customer } = named.data;
  const given = data as Record<string, unknown>;
  const fields = KEPT.filter((field) => field in given).map((field) => [field, given[field]] as const);
  return {
    paymentId,
    customerId: customer.customer_id,
    // Names and addresses for e-mail stay at Dodo.
    details: { ...Object.fromEntries(fields), customer: { customer_id: customer.customer_id } },
    announcedAt: now.toISOString(),
  };
}

const addressPart = z.string().nullish();
const untouched = z.array(z.unknown()).length(0).nullish();

/** Whatever went back, or is disputed, has to be read as it is now. */
const payment = z.looseObject({
  payment_id: z.string(),
  status: z.literal('succeeded'),
  created_at: z.string(),
  total_amount: z.int(),
  currency: z.string(),
  customer: z.object({ customer_id: z.string() }),
  billing: z.object({
    country: z.string().min(1),
    street: addressPart,
    city: addressPart,
    state: addressPart,
    zipcode: addressPart,
  }),
  is_update_payment_method: z.boolean().nullish(),
  refund_status: z.null().optional(),
  refunds: untouched,
  disputes: untouched,
  product_cart: z.array(z.looseObject({ product_id: z.string(), quantity: z.int() })).nullish(),
  subscription_id: z.string().nullish(),
  subscription_ids: z.array(z.string()).nullish(),
  payment_method: z.string().nullish(),
  payment_method_type: z.string().nullish(),
});

/** How long an announcement is taken to be what Dodo would answer: a run begins within moments. */
const MAX_AGE_MS = 5 * 60_000;

/** Returns a payment as it was announced moments ago. Undefined if it has to be read, because something is not clear. */
export function purchaseAnnounced(
  announced: AnnouncedPayment | undefined,
  now: Date,
): PurchasePayment | undefined {
  if (!announced || now.getTime() - Date.parse(announced.announcedAt) > MAX_AGE_MS) return undefined;
  const parsed = payment.safeParse(announced.details);
  if (!parsed.success) return undefined;
  const found = { ...parsed.data, metadata: metadataOf({ metadata: parsed.data['metadata'] }) };
  const isWhole = (found.product_cart ?? []).length > 0 || subscriptionsOf(found).length > 0;
  // The fields were checked; which currencies and countries there are is Dodo's to say.
  return isWhole ? (found as unknown as PurchasePayment) : undefined;
}

/** Nobody takes longer over a payment page; whoever does is looked up. */
const JUST_MS = 10 * 60_000;

/**
 * Checks that a payment was made moments ago. Dodo takes no payment of a customer whom the merchant has blocked, so its
 * customer is not one.
 */
export function wasJustMade({ created_at }: Pick<PurchasePayment, 'created_at'>, now: Date): boolean {
  const age = now.getTime() - Date.parse(created_at);
  return age < JUST_MS;
}
