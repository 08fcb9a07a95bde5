/** Prices as Dodo previews them. Every amount comes from Dodo; none is invented here. */
import { createHash } from 'node:crypto';
import { isSamePeriod, recurringDifference, type BillingPeriod } from '../domain/billing-period.js';
import type { Addon, PaidAction, PaidOffer } from '../domain/offers.js';
import type { BillingAddress } from '../domain/purchase.js';
import type { Price } from '../domain/presentation.js';
import type { Dodo } from './client.js';
import { ifFound } from './errors.js';
import type DodoPayments from 'dodopayments';

export type ChangePlanAction = Extract<PaidAction, { kind: 'change_plan' }>;
type ChargeAction = Exclude<PaidAction, { kind: 'change_plan' }>;

interface ProductSummary {
  name: string;
  /** Somebody can be subscribed to it. */
  isRecurring: boolean;
  /** Undefined for a one-time product. */
  every?: BillingPeriod;
}

/** How long a product's name and period are taken to be what they were. What is charged is previewed each time. */
const PRODUCT_AGE_MS = 5 * 60_000;
const MAX_PRODUCTS = 500;

interface KeptProduct {
  at: number;
  /** Also while it is being read, so that nobody reads it beside. */
  summary: Promise<ProductSummary | undefined>;
}

const products = new WeakMap<Dodo, Map<string, KeptProduct>>();

/**
 * Reads a product's name, falling back to its id when Dodo has none, and its billing period. Returns undefined when the
 * product does not exist. What was read within the last five minutes is not read again.
 *
 * @param locale the language of the name, as a code of Dodo's
 */
export async function readProduct(
  dodo: Dodo,
  productId: string,
  locale?: string | null,
): Promise<ProductSummary | undefined> {
  const known = productsAt(dodo);
  const key = productKey(productId, locale);
  const kept = known.get(key);
  const at = performance.now();
  if (kept && at - kept.at < PRODUCT_AGE_MS) return kept.summary;
  const reading: KeptProduct = { at, summary: retrieveProduct(dodo, productId, locale) };
  keep(known, key, reading);
  const forget = () => void (known.get(key) === reading && known.delete(key));
  return reading.summary.then(
    (summary) => {
      if (!summary) forget();
      return summary;
    },
    (error: unknown) => {
      forget();
      throw error;
    },
  );
}

function keep(known: Map<string, KeptProduct>, key: string, product: KeptProduct): void {
  if (known.size >= MAX_PRODUCTS) known.clear();
  known.set(key, product);
}

/** Keeps what a preview told of a product, in Dodo's base language, so that it need not be read for its name. */
function keepPreviewed(dodo: Dodo, productId: string, summary: ProductSummary): void {
  const known = productsAt(dodo);
  const key = productKey(productId);
  const kept = known.get(key);
  const at = performance.now();
  if (kept && at - kept.at < PRODUCT_AGE_MS) return;
  keep(known, key, { at, summary: Promise.resolve(summary) });
}

function productsAt(dodo: Dodo): Map<string, KeptProduct> {
  const known = products.get(dodo) ?? new Map<string, KeptProduct>();
  products.set(dodo, known);
  return known;
}

function productKey(productId: string, locale?: string | null): string {
  return JSON.stringify([productId, locale ?? null]);
}

async function retrieveProduct(
  dodo: Dodo,
  productId: string,
  locale: string | null | undefined,
): Promise<ProductSummary | undefined> {
  // The parameter is newer than the SDK's types. Dodo answers in its base language where there is no translation.
  const inLocale = locale == null ? undefined : { query: { locale } };
  const product = await ifFound(dodo.products.retrieve(productId, inLocale));
  return product && summaryOf(product, productId);
}

function summaryOf(product: DodoPayments.Product, productId: string): ProductSummary {
  const { price } = product;
  return {
    name: product.name || productId,
    // Whatever Dodo leaves unclear may be subscribed to.
    isRecurring: price.type !== 'one_time_price' || product.is_recurring,
    ...(price.type === 'recurring_price' && {
      every: { interval: price.payment_frequency_interval, count: price.payment_frequency_count },
    }),
  };
}

interface ChargeInput {
  action: { productId: string; quantity: number; addons?: Addon[] };
  customerId: string;
  billing: BillingAddress;
  currency: string | undefined;
  discountCode?: string;
}

/**
 * Previews the price, tax included, of buying something now.
 *
 * @param input.every the billing period of a recurring product
 */
export async function previewCharge(
  dodo: Dodo,
  { every, ...input }: ChargeInput & { every?: BillingPeriod },
): Promise<Price> {
  return chargePrice(await previewCheckout(dodo, input), every);
}

async function previewCheckout(
  dodo: Dodo,
  input: ChargeInput,
): Promise<DodoPayments.CheckoutSessionPreviewResponse> {
  const preview = await dodo.checkoutSessions.preview({
    product_cart: [cartItem(input.action)],
    customer: { customer_id: input.customerId },
    ...billedTo(input.billing),
    ...(input.currency !== undefined && { billing_currency: input.currency as DodoPayments.Currency }),
    ...(input.discountCode !== undefined && { discount_codes: [input.discountCode] }),
  });
  const { productId } = input.action;
  const { product_cart: lines } = preview as Partial<typeof preview>;
  const line = lines?.find(({ product_id }) => product_id === productId);
  // A line does not tell how often a subscription is billed.
  if (line?.name && !line.is_subscription)
    keepPreviewed(dodo, productId, { name: line.name, isRecurring: false });
  return preview;
}

function chargePrice(
  preview: DodoPayments.CheckoutSessionPreviewResponse,
  every: BillingPeriod | undefined,
): Price {
  const { current_breakup: now, recurring_breakup: later } = preview;
  return priced({
    currency: preview.currency,
    dueNow: now.total_amount,
    ...(now.tax != null && { tax: now.tax }),
    ...(later && every && { recurring: { amount: later.total_amount - (later.tax ?? 0), ...every } }),
    ...(preview.next_billing_date && { nextBillingAt: preview.next_billing_date }),
  });
}

function cartItem({ productId, quantity, addons = [] }: Omit<ChargeAction, 'kind'> & { addons?: Addon[] }) {
  return {
    product_id: productId,
    quantity,
    ...(addons.length > 0 && { addons: addonsForDodo(addons) }),
  };
}

export function addonsForDodo(addons: readonly Addon[]): { addon_id: string; quantity: number }[] {
  return addons.map(({ addonId, quantity }) => ({ addon_id: addonId, quantity }));
}

/**
 * Previews what the offer costs this customer now. Returns undefined when the subscription to change is missing, or the
 * billing address needed for tax.
 */
export async function currentPrice(
  dodo: Dodo,
  { action, discountCode }: Pick<PaidOffer, 'action' | 'discountCode'>,
  subject: {
    customerId: string;
    currency?: string;
    subscription?: DodoPayments.Subscription;
    billing?: BillingAddress;
  },
): Promise<Price | undefined> {
  if (action.kind === 'change_plan') {
    return subject.subscription && previewPlanChange(dodo, subject.subscription, action, discountCode);
  }
  const { billing, customerId, currency } = subject;
  if (!billing) return undefined;
  const preview = await previewCheckout(dodo, { action, customerId, billing, currency, discountCode });
  const product = preview.recurring_breakup ? await readProduct(dodo, action.productId) : undefined;
  return chargePrice(preview, product?.every);
}

/** Previews the price of changing a subscription's plan. */
export async function previewPlanChange(
  dodo: Dodo,
  subscription: DodoPayments.Subscription,
  action: ChangePlanAction,
  discountCode?: string,
): Promise<Price> {
  const preview = await dodo.subscriptions.previewChangePlan(
    subscription.subscription_id,
    planChangeBody(subscription, action, discountCode),
  );
  const { immediate_charge: charge, new_plan: plan } = preview;
  const { line_items: lines } = charge as Partial<typeof charge>;
  const line = lines?.find((one) => one.type === 'subscription' && one.product_id === action.productId);
  if (line?.name)
    keepPreviewed(dodo, action.productId, { name: line.name, isRecurring: true, every: periodOf(plan) });
  const { currency, customer_credits: credit } = charge.summary;
  return priced({
    currency,
    dueNow: action.effectiveAt === 'immediately' ? charge.summary.total_amount : 0,
    ...(charge.summary.tax != null && action.effectiveAt === 'immediately' && { tax: charge.summary.tax }),
    recurring: {
      amount: plan.recurring_pre_tax_amount,
      ...periodOf(plan),
      ...(plan.currency !== currency && { currency: plan.currency }),
    },
    ...differenceBetween(subscription, plan),
    ...(credit > 0 && { credit, ...creditCurrency(charge.summary) }),
    effectiveAt: charge.effective_at,
    nextBillingAt: plan.next_billing_date,
  });
}

type Plan = Pick<
  DodoPayments.Subscription,
  'recurring_pre_tax_amount' | 'currency' | 'payment_frequency_interval' | 'payment_frequency_count'
>;

function periodOf(plan: Plan): BillingPeriod {
  return { interval: plan.payment_frequency_interval, count: plan.payment_frequency_count };
}

/** Returns what the new plan costs more, if the two can be compared. */
function differenceBetween(current: Plan, next: Plan): Pick<Price, 'difference' | 'differencePer'> {
  const [before, after] = [current, next].map((plan) => ({
    amount: plan.recurring_pre_tax_amount,
    currency: plan.currency,
    ...periodOf(plan),
  }));
  const difference = before && after && recurringDifference(before, after);
  if (!difference) return {};
  const { amount, interval, count } = difference;
  return {
    difference: amount,
    ...(!isSamePeriod(periodOf(current), periodOf(next)) && { differencePer: { interval, count } }),
  };
}

/** Credit is in a currency of its own where Dodo says so: the field is newer than the SDK's types. */
function creditCurrency({
  currency,
  customer_credits_currency: own,
}: {
  currency: string;
  customer_credits_currency?: unknown;
}): Pick<Price, 'creditCurrency'> {
  return typeof own === 'string' && own !== currency ? { creditCurrency: own } : {};
}

/**
 * Builds the body that previews a plan change and then makes it. Names the subscription's add-ons, because Dodo removes
 * those that are left out.
 */
export function planChangeBody(
  subscription: DodoPayments.Subscription,
  action: ChangePlanAction,
  discountCode?: string,
): DodoPayments.SubscriptionPreviewChangePlanParams {
  return {
    product_id: action.productId,
    quantity: action.quantity ?? subscription.quantity,
    // Of the modes, one is newer than the SDK's types.
    proration_billing_mode:
      action.prorationBillingMode as DodoPayments.SubscriptionPreviewChangePlanParams['proration_billing_mode'],
    effective_at: action.effectiveAt,
    // Dodo's default would grant the plan even if the card is declined.
    on_payment_failure: 'prevent_change',
    addons: action.addons
      ? addonsForDodo(action.addons)
      : (subscription.addons ?? []).map(({ addon_id, quantity }) => ({ addon_id, quantity })),
    ...(discountCode !== undefined && { discount_codes: [discountCode] }),
  };
}

/** Returns the billing fields of a checkout. */
export function billedTo(billing: BillingAddress) {
  const { taxId } = billing;
  return { billing_address: addressForDodo(billing), ...(taxId !== undefined && { tax_id: taxId }) };
}

export function addressForDodo(billing: BillingAddress): DodoPayments.BillingAddress {
  const { country, taxId: _, ...rest } = billing;
  return { ...rest, country: country as DodoPayments.BillingAddress['country'] };
}

/** Adds the hash of the amounts the customer agrees to. Dates are left out because they move with the clock. */
export function priced(price: Omit<Price, 'hash'>): Price {
  const { currency, dueNow, recurring, credit, creditCurrency } = price;
  const agreed = [
    currency,
    dueNow,
    recurring ?? null,
    credit ?? 0,
    ...(creditCurrency ? [creditCurrency] : []),
  ];
  return { ...price, hash: createHash('sha256').update(JSON.stringify(agreed)).digest('hex').slice(0, 16) };
}
