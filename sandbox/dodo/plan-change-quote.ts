import type { PlanChangeBody } from '../api/schemas.js';
import { unprocessable } from '../errors.js';
import type { HeldDiscount, PlanChange, SubscriptionRow } from '../model.js';
import { pricedAddons, sellable } from '../money/cart.js';
import { appliesTo, redeemable } from '../money/discounts.js';
import type { Proration } from '../money/proration.js';
import { prorate, resetsDates } from '../money/proration.js';
import { taxed } from '../money/tax.js';
import { businessPolicy } from '../policy.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { frequency, recurringAmount } from './subscriptions.js';

/** The effect and price of a plan change, in minor units. */
export interface Quote {
  subscription: SubscriptionRow;
  change: PlanChange;
  scheduled: boolean;
  effectiveAt: string;
  proration: Proration;
  /** Charged now, before tax and after credit; never negative. */
  basis: number;
  tax: number;
  total: number;
}

/**
 * Prices a plan change.
 *
 * @throws ApiError 422 with Dodo's code when the subscription or the request does not allow it
 */
export function quotePlanChange(world: World, subscription: SubscriptionRow, body: PlanChangeBody): Quote {
  assertChangeable(subscription);
  const policy = businessPolicy(world);
  const scheduled = body.effective_at === 'next_billing_date';
  const mode = body.proration_billing_mode;
  if (scheduled && policy.nextBillingDateModes === 'strict' && mode !== 'full_immediately') {
    throw unprocessable(
      'INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE',
      'Only full_immediately proration mode is allowed with effective_at: next_billing_date',
    );
  }
  if (body.return_url != null && body.collect_via_payment_link !== true) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      'return_url is only allowed when collect_via_payment_link is true',
    );
  }
  const plan = newPlan(world, subscription, body);
  const proration = scheduled
    ? { net: 0, newFactor: 0, oldFactor: 0 }
    : prorate({
        mode,
        rule: policy.proration,
        oldAmount: recurringAmount(world, subscription),
        newAmount: recurringAmount(world, plan),
        periodAmount: subscription.period_amount,
        periodStart: new Date(subscription.previous_billing_date),
        periodEnd: new Date(subscription.next_billing_date),
        now: world.now(),
      });
  const credits = creditMovement(proration.net, subscription.credit_balance);
  const basis = Math.max(0, proration.net + Math.min(0, credits));
  const inclusive = frequency(world, plan.product_id).tax_inclusive === true;
  return {
    subscription,
    change: {
      ...plan,
      credits,
      resets_dates: scheduled || resetsDates(mode, policy.resetBillingDates),
      on_payment_failure: body.on_payment_failure ?? policy.onPaymentFailure,
    },
    scheduled,
    effectiveAt: scheduled ? subscription.next_billing_date : timestamp(world),
    proration,
    basis,
    ...taxed(basis, subscription.billing.country, inclusive),
  };
}

/** Returns the change of the credit: positive when a downgrade adds some, negative when the charge uses some. */
function creditMovement(net: number, balance: number): number {
  if (net < 0) return -net;
  const used = Math.min(net, balance);
  return used === 0 ? 0 : -used;
}

function assertChangeable(subscription: SubscriptionRow): void {
  if (subscription.on_demand) {
    throw unprocessable(
      'ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED',
      'Changing plans is not supported for on demand subscriptions',
    );
  }
  if (subscription.status !== 'active') {
    throw unprocessable(
      'INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED',
      'Changing plans is not supported for inactive subscriptions',
    );
  }
  if (subscription.cancel_at_next_billing_date) {
    throw unprocessable(
      'PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION',
      'Subscription scheduled for cancellation',
    );
  }
}

type NewPlan = Pick<PlanChange, 'product_id' | 'quantity' | 'addons' | 'unit_price' | 'discounts'>;

function newPlan(world: World, subscription: SubscriptionRow, body: PlanChangeBody): NewPlan {
  const product = sellable(world, body.product_id);
  if (product.price.type !== 'recurring_price') {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      `Product ${body.product_id} is not a subscription product`,
    );
  }
  if (product.price.currency !== subscription.currency) {
    throw unprocessable(
      'UNSUPPORTED_CURRENCY',
      `Product ${body.product_id} is not priced in ${subscription.currency}`,
    );
  }
  const addons = pricedAddons(world, product, body.addons ?? [], subscription.currency);
  return {
    product_id: product.product_id,
    quantity: body.quantity,
    unit_price: product.price.price,
    addons: addons.map(({ addon_id, quantity, unit_price }) => ({ addon_id, quantity, unit_price })),
    discounts: newDiscounts(world, subscription, body),
  };
}

/** Returns the discounts after the change: those given, or without any given, those preserved on a plan change. */
function newDiscounts(world: World, subscription: SubscriptionRow, body: PlanChangeBody): HeldDiscount[] {
  const codes = body.discount_codes ?? (body.discount_code != null ? [body.discount_code] : null);
  if (codes === null) {
    return subscription.discounts.filter(({ discount_id }) => {
      const discount = world.tables.discounts.get(discount_id);
      return discount?.preserve_on_plan_change === true && appliesTo(discount, body.product_id);
    });
  }
  return codes.map((code) => {
    const discount = redeemable(world, code, subscription.customer_id);
    if (!appliesTo(discount, body.product_id)) {
      throw unprocessable(
        'DISCOUNT_NOT_APPLICABLE_TO_NEW_PRODUCT',
        "Discount not applicable to the new plan's product",
      );
    }
    return { discount_id: discount.discount_id, cycles_remaining: discount.subscription_cycles };
  });
}
