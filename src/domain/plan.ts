/** The plan of a subscription: its product, its quantity and its add-ons. */
import type { Addon } from './offers.js';

/** A plan as Dodo shows it, of a subscription or of a change that is scheduled for it. */
export interface PlanAtDodo {
  product_id: string;
  quantity: number;
  addons?: readonly { addon_id: string; quantity: number }[] | null;
}

/** The plan a customer accepted. Without `addons`, the subscription keeps those it has. */
export interface WantedPlan {
  productId: string;
  quantity: number;
  addons?: readonly Addon[];
}

/** Checks whether a plan is the wanted one. */
export function isPlan(plan: PlanAtDodo, { productId, quantity, addons }: WantedPlan): boolean {
  return (
    plan.product_id === productId &&
    plan.quantity === quantity &&
    (addons === undefined || hasAddons(addonsOf(plan), addons))
  );
}

/** Returns the add-ons of a plan at Dodo. */
export function addonsOf({ addons }: Pick<PlanAtDodo, 'addons'>): Addon[] {
  return (addons ?? []).map(({ addon_id, quantity }) => ({ addonId: addon_id, quantity }));
}

/** Checks whether two lists hold the same add-ons in the same quantities, in whatever order. */
export function hasAddons(some: readonly Addon[], others: readonly Addon[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ addonId, quantity }) =>
      others.some((other) => other.addonId === addonId && other.quantity === quantity),
    )
  );
}
