/** The variants of one offer: its options, and in which quantity. */
import { isPlan, type PlanAtDodo } from './plan.js';
import type { PaidAction, PaidOffer, OneClickLimit, Policy } from './offers.js';

/** One variant of an offer. An offer without options has one, which has no id. */
export interface OfferVariant {
  option?: string;
  label?: string;
  action: PaidAction;
}

/** Returns the variants of an offer, the preselected one first. */
export function variantsOf({ action, options }: Pick<PaidOffer, 'action' | 'options'>): OfferVariant[] {
  return options?.map(({ id, label, action }) => ({ option: id, label, action })) ?? [{ action }];
}

/** Returns the action in another quantity. If the quantity is not for the customer to choose, it stays as it is. */
export function inQuantity(action: PaidAction, quantity: number): PaidAction {
  return action.quantityChoice === undefined ? action : { ...action, quantity };
}

/**
 * Returns the preselected quantity: the catalog's own, never that of the first purchase. Seats follow the subscription,
 * within the bounds; if the offer is the plan the customer has, it is one more than now.
 */
export function preselectedQuantity(action: PaidAction, subscription?: PlanAtDodo): number {
  const { quantityChoice: bounds } = action;
  const now = subscription?.quantity ?? 1;
  const wanted = action.quantity ?? now;
  if (!bounds) return wanted;
  const within = Math.min(Math.max(wanted, bounds.min), bounds.max);
  const unchanged =
    action.kind === 'change_plan' && subscription && isPlan(subscription, { ...action, quantity: within });
  return unchanged ? Math.min(within + 1, bounds.max) : within;
}

/** Returns the most that one click may charge, in minor units; undefined if there is no limit. */
export function oneClickLimitIn(
  currency: string,
  offer: { oneClickLimit?: OneClickLimit },
  policy: Policy | undefined,
): number | undefined {
  const limit = offer.oneClickLimit ?? policy?.oneClickLimit;
  return limit && (limit[currency] ?? 0);
}
