/** The purchase, or the merchant's trigger, that makes a funnel match. */
import type { TriggerType } from '../../src/domain/words.js';
import type { Catalog, Clause, FactValue, Funnel } from '../../src/domain/offers.js';
import type { Chance } from './chance.js';
import { offerIdsOf } from '../../src/domain/funnel.js';

const ONE_TIME = 'prod_starter_course';
const PLAN = 'prod_basic_plan';

export interface Basket {
  productId: string;
  quantity: number;
  country: string;
  /** For every trigger but `purchase`. */
  event?: { productId?: string; facts: Record<string, FactValue> };
}

export function basketFor(funnel: Funnel, catalog: Catalog, chance: Chance, who: string): Basket {
  const pick = (values: FactValue[] | undefined) =>
    values?.[Math.floor(chance.of(`${who} picks`) * values.length)];
  const { product_id: product, plan, country, quantity } = clausesOf(funnel);
  const named = pick(product?.in);
  const onPlan = pick(plan?.in) ?? (changesPlans(funnel, catalog) ? PLAN : ONE_TIME);
  const isPurchase = funnel.trigger === 'purchase';
  return {
    productId: String(isPurchase ? (named ?? onPlan) : onPlan),
    quantity: quantity ? Math.max(1, Number(satisfying(quantity))) : 1,
    country: String(pick(country?.in) ?? 'US'),
    ...(!isPurchase && {
      event: {
        ...(named !== undefined && { productId: String(named) }),
        facts: Object.fromEntries(
          Object.entries(clausesOf(funnel)).flatMap(([fact, clause]) =>
            clause && fact.startsWith('facts.') ? [[fact.slice('facts.'.length), satisfying(clause)]] : [],
          ),
        ),
      },
    }),
  };
}

/** Returns the products that a funnel sells or reacts to; true for those that must be plans. */
export function productsOf(funnel: Funnel, catalog: Catalog): Map<string, boolean> {
  const { product_id: product, plan } = clausesOf(funnel);
  const plans = changesPlans(funnel, catalog);
  const products = new Map<string, boolean>();
  for (const id of product?.in ?? []) products.set(String(id), plans);
  for (const id of plan?.in ?? []) products.set(String(id), true);
  for (const offer of offersOf(funnel, catalog)) {
    for (const action of offer.options?.map((option) => option.action) ?? [offer.action]) {
      if ('productId' in action) products.set(action.productId, action.kind === 'change_plan');
    }
  }
  return products;
}

export function isTrigger(trigger: TriggerType): trigger is Exclude<TriggerType, 'purchase'> {
  return trigger !== 'purchase';
}

function offersOf({ steps }: Funnel, { offers }: Catalog) {
  return steps.flatMap(offerIdsOf).flatMap((id) => offers[id] ?? []);
}

function changesPlans(funnel: Funnel, catalog: Catalog): boolean {
  return offersOf(funnel, catalog).some((offer) =>
    (offer.options?.map(({ action }) => action) ?? [offer.action]).some(
      ({ kind }) => kind !== 'charge' && kind !== 'payment',
    ),
  );
}

/** Returns the clauses on facts; groups of conditions are ignored. */
function clausesOf({ when }: Funnel): Partial<Record<string, Clause>> {
  const { any: _, all: __, ...clauses } = when;
  return clauses as Partial<Record<string, Clause>>;
}

function satisfying({ in: values, gte, gt, lte, lt }: Clause): FactValue {
  if (values?.[0] !== undefined) return values[0];
  if (gte !== undefined) return gte;
  if (gt !== undefined) return gt + 1;
  if (lte !== undefined) return lte;
  if (lt !== undefined) return lt - 1;
  return 'anything';
}
