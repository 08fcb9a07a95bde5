import { z } from 'zod';
import type { World } from './world.js';

/**
 * A business's settings, and switches for points on which Dodo's behaviour is undocumented or changing. Each default
 * is the reading the product must handle first; the others exist to be tested against.
 */
export const businessPolicySchema = z.strictObject({
  /**
   * `prorated_immediately` charges the whole new cycle less the unused part of the old one, or only the
   * difference for the rest of the current period.
   */
  proration: z.enum(['full_cycle_less_unused', 'remaining_difference']),
  /** Prorated and difference changes start a new billing period. Full ones always do, do_not_bill never does. */
  resetBillingDates: z.boolean(),
  /** `strict`: only full_immediately may take effect at the next billing date. */
  nextBillingDateModes: z.enum(['strict', 'lenient']),
  /** An accepted plan change is answered with an empty body instead of an object of nulls. */
  emptyChangePlanBody: z.boolean(),
  /** The capability behind `collect_via_payment_link`. */
  planChangeViaPaymentLink: z.boolean(),
  /** Default of `on_payment_failure`. */
  onPaymentFailure: z.enum(['prevent_change', 'apply_change']),
  /** Effect of a payment-method update on a declined, pending plan change. */
  pendingChangeOnMethodUpdate: z.enum(['clear', 'keep']),
  allowMultipleSubscriptions: z.boolean(),
  /** Days a subscription stays `past_due` before `on_hold`; 0 puts it on hold at once. */
  pastDueGraceDays: z.int().min(0).max(30),
  /** A confirmed session whose card is declined is answered 200, or 422; the payment fails either way. */
  declinedConfirm: z.enum(['accepted', 'rejected']),
  /** Charges stay `processing` this long before they end; 0 ends them within the call. */
  outcomeDelayMs: z.int().min(0),
  /** Outcome of refunds. `pending` ones stay open until they are settled through the control API. */
  refunds: z.enum(['succeed', 'pending', 'fail']),
  /** Refunds are answered `pending` and end this much later; 0 ends them within the call. */
  refundDelayMs: z.int().min(0),
  /** Treatment of the right key: `read_only` answers 403 to every POST, PATCH and DELETE, `rejected` 401 to every call. */
  apiKey: z.enum(['accepted', 'read_only', 'rejected']),
  /** How far the clock of the `Date` header is from this machine's, in milliseconds. */
  clockSkewMs: z.int(),
  /** Requests a minute that the rate-limit headers name. The sandbox counts, but refuses nothing. */
  requestsPerMinute: z.int().min(1),
  /** Payments carry `charge_type`, in reads, list rows and webhooks. Newer than SDK 2.52. */
  chargeType: z.boolean(),
  /** Rows of the payment list carry `checkout_session_id`. Newer than SDK 2.52. */
  sessionInPaymentList: z.boolean(),
  /**
   * After a decline on the payment link of a plan change, the subscription stays on its plan and the change may be
   * requested again for a new link, or the change stays pending until its link is paid, cancelled or expired.
   */
  declinedPlanChangeLink: z.enum(['stays_on_plan', 'stays_pending']),
});

export type BusinessPolicy = z.output<typeof businessPolicySchema>;

/** A change of some fields. The schema has no defaults, so that omitted fields keep their values. */
export const businessPolicyChangeSchema = businessPolicySchema.partial();

const DEFAULTS: BusinessPolicy = {
  proration: 'full_cycle_less_unused',
  resetBillingDates: true,
  nextBillingDateModes: 'strict',
  emptyChangePlanBody: false,
  planChangeViaPaymentLink: false,
  onPaymentFailure: 'apply_change',
  pendingChangeOnMethodUpdate: 'clear',
  allowMultipleSubscriptions: true,
  pastDueGraceDays: 0,
  declinedConfirm: 'accepted',
  outcomeDelayMs: 0,
  refunds: 'succeed',
  refundDelayMs: 0,
  apiKey: 'accepted',
  clockSkewMs: 0,
  requestsPerMinute: 240,
  chargeType: true,
  sessionInPaymentList: true,
  declinedPlanChangeLink: 'stays_on_plan',
};

const SETTING = 'business_policy';

export function businessPolicy(world: World): BusinessPolicy {
  return {
    ...DEFAULTS,
    ...(world.tables.settings.get(SETTING)?.value as Partial<BusinessPolicy> | undefined),
  };
}

/** Changes the given fields and keeps the others. */
export function setBusinessPolicy(world: World, change: Partial<BusinessPolicy>): BusinessPolicy {
  const value = businessPolicySchema.parse({ ...businessPolicy(world), ...change });
  world.tables.settings.put({ name: SETTING, value });
  return value;
}
