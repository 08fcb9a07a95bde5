import type DodoPayments from 'dodopayments';
import type { CountryCode } from '../model.js';
import { addInterval } from '../money/calendar.js';
import type { PricedCart, PricedLine } from '../money/cart.js';
import { sum } from '../money/cart.js';
import { taxRate } from '../money/tax.js';
import type { World } from '../world.js';

/** The preview's rates are whole numbers, in basis points as everywhere in the API. */
const BASIS_POINTS = 10_000;

function wholeTaxRate(country: string): number {
  return Math.round(taxRate(country) * BASIS_POINTS);
}

type Preview = DodoPayments.CheckoutSessionPreviewResponse;

/** Returns a priced cart as `POST /checkouts/preview` shows it. */
export function cartPreviewView(world: World, cart: PricedCart): Preview {
  const subscriptions = cart.lines.filter((line) => line.subscription);
  const several = subscriptions.length > 1;
  const dates = subscriptions.map((line) => firstRenewal(world, line)).sort();
  const [only] = subscriptions;
  return {
    billing_country: cart.country as CountryCode,
    currency: cart.currency,
    current_breakup: {
      subtotal: cart.subtotal,
      discount: cart.discount,
      tax: cart.tax,
      total_amount: cart.total,
    },
    recurring_breakup: subscriptions.length === 0 ? null : recurringBreakup(subscriptions),
    product_cart: cart.lines.map((line) => lineView(cart, line)),
    total_price: cart.total,
    total_tax: cart.tax,
    is_byop: false,
    payment_method_required: true,
    next_billing_date: dates[0] ?? null,
    trial_period_days: !several && only && only.trial_days > 0 ? only.trial_days : null,
    trial_amount: null,
    tax_id_business_name: null,
    tax_id_err_msg: null,
    tax_id_format_name: null,
    subscriptions: several ? subscriptions.map((line) => subscriptionQuote(world, line)) : null,
  } satisfies Preview;
}

function firstRenewal(world: World, { product, trial_days }: PricedLine): string {
  const now = world.now();
  if (trial_days > 0) return addInterval(now, trial_days, 'Day').toISOString();
  if (product.price.type !== 'recurring_price') return now.toISOString();
  const { payment_frequency_count, payment_frequency_interval } = product.price;
  return addInterval(now, payment_frequency_count, payment_frequency_interval).toISOString();
}

function recurringBreakup(lines: PricedLine[]): NonNullable<Preview['recurring_breakup']> {
  return {
    subtotal: sum(lines, (line) => line.recurring?.list ?? 0),
    discount: sum(lines, (line) => line.recurring?.discount ?? 0),
    tax: sum(lines, (line) => line.recurring?.tax ?? 0),
    total_amount: sum(lines, (line) => line.recurring?.total ?? 0),
  };
}

function subscriptionQuote(world: World, line: PricedLine): NonNullable<Preview['subscriptions']>[number] {
  return {
    product_id: line.product.product_id,
    amount_due_now: line.total,
    tax_due_now: line.tax,
    recurring_amount: line.recurring?.total ?? 0,
    recurring_tax: line.recurring?.tax ?? 0,
    next_billing_date: firstRenewal(world, line),
    trial_period_days: line.trial_days > 0 ? line.trial_days : null,
  };
}

function lineView(cart: PricedCart, line: PricedLine): Preview['product_cart'][number] {
  const { product, inclusive } = line;
  const discount = cart.discounts.find((one) => one.type === 'percentage');
  return {
    product_id: product.product_id,
    name: product.name,
    description: product.description,
    quantity: line.quantity,
    is_subscription: line.subscription,
    is_usage_based: false,
    og_price: line.unit_price,
    og_currency: cart.currency,
    currency: cart.currency,
    discounted_price: line.unit_price - Math.round(line.discount / line.quantity),
    discount_amount: discount?.amount ?? null,
    discount_cycle: discount?.subscription_cycles ?? null,
    tax: line.tax,
    tax_rate: wholeTaxRate(cart.country),
    tax_category: product.tax_category,
    tax_inclusive: inclusive,
    credit_entitlements: [],
    meters: [],
    addons: line.addons.map((addon) => ({
      addon_id: addon.addon_id,
      name: addon.name,
      description: null,
      quantity: addon.quantity,
      currency: cart.currency,
      og_currency: cart.currency,
      og_price: addon.unit_price,
      single_quantity_price: addon.unit_price,
      discounted_price: addon.unit_price,
      discount_amount: null,
      tax: null,
      tax_category: product.tax_category,
      tax_inclusive: inclusive,
      tax_rate: wholeTaxRate(cart.country),
    })),
  };
}
