/** What is sold in these tests: a funnel, its offers, and the customer they are put before. */
import type { Presented } from '../../activities/offering/present.js';
import type { FunnelSnapshot, FunnelStep, Offer, OfferAction } from '../../src/domain/offers.js';
import { type SubscriptionEvent } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Shop {
  purchaseId: string;
  workflowId: string;
  customerId: string;
  /** The first one is shown first; the offer of a step has the step's id. */
  steps: FunnelStep[];
  actions: Record<string, OfferAction>;
  windowMs: number;
  mode: 'one_click' | 'checkout';
  /** Minor units of `currency`. */
  dueNow: number;
  currency: string;
  subscription: SubscriptionEvent;
}

export const TO_PRO: OfferAction = {
  kind: 'change_plan',
  productId: 'prod_pro',
  prorationBillingMode: 'difference_immediately',
  effectiveAt: 'immediately',
};

/** A bundle, and after a "no" a smaller one; both are charged to the saved card. */
const UPSELL_AND_DOWNSELL: FunnelStep[] = [
  { id: 'bundle', offer: 'bundle', on: { accept: 'end', decline: 'lite', expire: 'end' } },
  { id: 'lite', offer: 'lite', on: { accept: 'end', decline: 'end', expire: 'end' } },
];

/** @param changes what is different from a bundle with a downsell, open for half an hour */
export function shopFor(purchaseId: string, changes: Partial<Shop> = {}): Shop {
  return {
    purchaseId,
    workflowId: workflowId.purchase(purchaseId),
    customerId: `cus_${purchaseId}`,
    steps: UPSELL_AND_DOWNSELL,
    actions: {},
    windowMs: 30 * MINUTE,
    mode: 'one_click',
    dueNow: 4900,
    currency: 'USD',
    subscription: {
      subscriptionId: `sub_${purchaseId}`,
      type: 'subscription.active',
      status: 'active',
      productId: 'prod_basic',
      quantity: 1,
    },
    ...changes,
  };
}

/** The only step of a funnel: changing the plan of the customer's subscription. */
export const PLAN_CHANGE = {
  steps: [{ id: 'pro', offer: 'pro', on: { accept: 'end', decline: 'end', expire: 'end' } }],
  actions: { pro: TO_PRO },
} satisfies Partial<Shop>;

export function presentationId(shop: Shop, step: string): string {
  return `prs_${shop.purchaseId}_${step}`;
}

export function presentedAt(shop: Shop, step: string): Presented {
  const action = actionOf(shop, step);
  return {
    presentationId: presentationId(shop, step),
    step,
    offerId: step,
    customerId: shop.customerId,
    productId: 'productId' in action ? action.productId : shop.subscription.productId,
    quantity: 1,
    ...(['change_plan', 'pause', 'extend_trial'].includes(action.kind) && {
      subscriptionId: shop.subscription.subscriptionId,
    }),
    paymentMethodId: 'pm_1',
    mode: shop.mode,
    currency: shop.currency,
    dueNow: shop.dueNow,
    priceHash: `hash_${step}`,
    windowMs: shop.windowMs,
    ...(action.kind === 'extend_trial' && { nextBillingAt: '2027-01-01T00:00:00.000Z' }),
  };
}

export function snapshotOf(shop: Shop): FunnelSnapshot {
  return {
    catalogHash: 'sha256:0123456789abcdef',
    funnel: { id: 'after-purchase', trigger: 'purchase', priority: 0, steps: shop.steps },
    offers: Object.fromEntries(shop.steps.map(({ offer }) => [offer, offerOf(shop, offer)])),
  };
}

function actionOf(shop: Shop, offer: string): OfferAction {
  return shop.actions[offer] ?? { kind: 'charge', productId: `prod_${offer}`, quantity: 1 };
}

function offerOf(shop: Shop, id: string): Offer {
  return {
    id,
    type: 'upsell',
    action: actionOf(shop, id),
    windowMs: shop.windowMs,
    ifNoPaymentMethod: 'skip',
    ifOwned: 'skip',
    afterDecline: 'never',
    copy: { headline: id, accept: 'Yes', decline: 'No' },
  };
}
