/** The ways in which one offer may be taken: its options, and how many. Pure. */
import type { PaidAction, PaidOffer, OneClickLimit, Policy } from './offers.js';

/** One way to take an offer; without options there is one, which has no id. */
export interface OfferVariant {
  option?: string;
  label?: string;
  action: PaidAction;
}

export function variantsOf({ action, options }: Pick<PaidOffer, 'action' | 'options'>): OfferVariant[] {
  return options?.map(({ id, label, action }) => ({ option: id, label, action })) ?? [{ action }];
}

/** The same in another quantity. One that is not to be chosen stays as it is: what is carried over has to be carried. */
export function inQuantity(action: PaidAction, quantity: number): PaidAction {
  return action.quantityChoice === undefined ? action : { ...action, quantity };
}

/**
 * The quantity that is preselected: the catalog's own, never that of the first purchase. Seats follow the
 * subscription, within the bounds, and where the plan is the one they have it is one more than now.
 */
export function preselectedQuantity(
  action: PaidAction,
  subscription?: { product_id: string; quantity: number },
): number {
  const { quantityChoice: bounds } = action;
  const now = subscription?.quantity ?? 1;
  const wanted = action.quantity ?? now;
  if (!bounds) return wanted;
  const within = Math.min(Math.max(wanted, bounds.min), bounds.max);
  const unchanged =
    action.kind === 'change_plan' && subscription?.product_id === action.productId && within === now;
  return unchanged ? Math.min(within + 1, bounds.max) : within;
}

/** What one click may charge at most, in minor units; undefined where there is no limit. */
export function oneClickLimitIn(
  currency: string,
  offer: { oneClickLimit?: OneClickLimit },
  policy: Policy | undefined,
): number | undefined {
  const limit = offer.oneClickLimit ?? policy?.oneClickLimit;
  return limit && (limit[currency] ?? 0);
}
