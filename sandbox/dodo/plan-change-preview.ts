import type DodoPayments from 'dodopayments';
import type { SubscriptionRow } from '../model.js';
import { taxRate } from '../money/tax.js';
import type { World } from '../world.js';
import { subscriptionView } from './subscription-views.js';
import { frequency, periodFromNow } from './subscriptions.js';
import type { Quote } from './plan-change-quote.js';

/** Returns the subscription as it would be after the change. */
function afterChange(world: World, { subscription, change, scheduled }: Quote): SubscriptionRow {
  const { product_id, quantity, addons, unit_price, discounts } = change;
  return {
    ...subscription,
    ...{ product_id, quantity, addons, unit_price, discounts },
    ...(change.resets_dates && !scheduled ? periodFromNow(world, product_id) : {}),
  };
}

export function previewView(world: World, quote: Quote): DodoPayments.SubscriptionPreviewChangePlanResponse {
  const { currency } = quote.subscription;
  return {
    immediate_charge: {
      effective_at: quote.effectiveAt,
      line_items: lineItems(world, quote),
      summary: {
        currency,
        total_amount: quote.total,
        tax: quote.tax,
        settlement_amount: quote.total,
        settlement_currency: currency,
        settlement_tax: quote.tax,
        customer_credits: quote.change.credits,
        // Newer than SDK 2.52.
        ...{ customer_credits_currency: currency },
      },
    },
    new_plan: subscriptionView(world, afterChange(world, quote)),
  } satisfies DodoPayments.SubscriptionPreviewChangePlanResponse;
}

type LineItems = DodoPayments.SubscriptionPreviewChangePlanResponse['immediate_charge']['line_items'];

/** Returns the new plan, and the old one with negative prices. */
function lineItems(world: World, { subscription, change, proration }: Quote): LineItems {
  return [
    ...planItems(world, subscription, change, proration.newFactor, 1),
    ...planItems(world, subscription, subscription, proration.oldFactor, -1),
  ];
}

function planItems(
  world: World,
  { subscription_id, currency, billing }: SubscriptionRow,
  plan: Pick<SubscriptionRow, 'product_id' | 'quantity' | 'unit_price' | 'addons'>,
  factor: number,
  sign: 1 | -1,
): LineItems {
  if (factor === 0) return [];
  const product = productName(world, plan.product_id);
  const common = {
    currency,
    proration_factor: factor,
    tax_inclusive: frequency(world, plan.product_id).tax_inclusive === true,
    tax_rate: taxRate(billing.country),
  };
  return [
    {
      type: 'subscription',
      id: subscription_id,
      product_id: plan.product_id,
      name: product,
      description: null,
      unit_price: sign * plan.unit_price,
      quantity: plan.quantity,
      tax: null,
      ...common,
    },
    ...plan.addons.map((addon) => ({
      type: 'addon' as const,
      id: addon.addon_id,
      name: world.tables.addons.get(addon.addon_id)?.name ?? addon.addon_id,
      description: null,
      tax_category: 'saas' as const,
      unit_price: sign * addon.unit_price,
      quantity: addon.quantity,
      tax: null,
      ...common,
    })),
  ];
}

function productName(world: World, productId: string): string {
  return world.tables.products.get(productId)?.name ?? productId;
}
