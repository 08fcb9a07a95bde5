/** Lists what a catalog names at Dodo, and where. */
import type { Addon, Catalog, Funnel, PaidAction } from '../../src/domain/offers.js';
import { productsNamedIn } from '../../src/domain/rules/when.js';

export interface Named {
  id: string;
  /** `offers.pro-plan`, `funnels.basic-to-pro`. */
  where: string[];
}

/** One action of an offer that sells something. */
export interface SoldAction {
  where: string;
  offerId: string;
  action: PaidAction;
}

/** Returns every action that sells something, those of options included. */
export function soldActions(catalog: Catalog): SoldAction[] {
  return Object.values(catalog.offers).flatMap(({ id, action, options }) => {
    const where = `offers.${id}`;
    const all = options?.map((option) => ({
      where: `${where}.options.${option.id}`,
      action: option.action,
    })) ?? [{ where, action }];
    return all.flatMap(({ where: place, action: one }) =>
      one.kind === 'pause' || one.kind === 'extend_trial' ? [] : [{ where: place, offerId: id, action: one }],
    );
  });
}

/** Returns the products of actions and rules. */
export function productsNamed(catalog: Catalog): Named[] {
  return grouped([
    ...soldActions(catalog).map(({ where, action }) => ({ id: action.productId, where })),
    ...catalog.funnels.flatMap((funnel) =>
      productsNamedIn(funnel.when).map((id) => ({ id, where: `funnels.${funnel.id}` })),
    ),
  ]);
}

export function addonsNamed(catalog: Catalog): Named[] {
  return grouped(
    soldActions(catalog).flatMap(({ where, action }) => {
      const addons: Addon[] = ('addons' in action ? action.addons : undefined) ?? [];
      return addons.map(({ addonId: id }) => ({ id, where }));
    }),
  );
}

export function discountsNamed(catalog: Catalog): Named[] {
  return grouped(
    Object.values(catalog.offers).flatMap(({ id, discountCode }) =>
      discountCode === undefined ? [] : [{ id: discountCode, where: `offers.${id}` }],
    ),
  );
}

/** Returns the products that one funnel brings together: those it waits for and those it offers. */
export function productsTogether(catalog: Catalog, funnel: Funnel): string[] {
  const offerIds = funnel.steps.flatMap(({ offer, variants }) => [
    offer,
    ...(variants ?? []).map((variant) => variant.offer),
  ]);
  const sold = soldActions(catalog)
    .filter(({ offerId }) => offerIds.includes(offerId))
    .map(({ action }) => action.productId);
  return [...new Set([...productsNamedIn(funnel.when), ...sold])];
}

function grouped(uses: { id: string; where: string }[]): Named[] {
  const places = new Map<string, Set<string>>();
  for (const { id, where } of uses) places.set(id, (places.get(id) ?? new Set()).add(where));
  return [...places].map(([id, where]) => ({ id, where: [...where] }));
}
