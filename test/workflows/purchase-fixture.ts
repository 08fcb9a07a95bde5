/** The purchase of these tests: its customer, its funnel and the offers. */
import type { Presented } from '../../activities/offering/present.js';
import type { FunnelSnapshot, FunnelStep, Offer, OfferAction } from '../../src/domain/offers.js';
import { type SubscriptionEvent } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface PurchaseFixture {
  purchaseId: string;
  workflowId: string;
  customerId: string;
  /** The first step is shown first. The offer of a step has the step's id. */
  steps: FunnelStep[];
  actions: Record<string, OfferAction>;
  windowMs: number;
  mode: 'one_click' | 'checkout';
  /** Minor units of `currency`. */
  dueNow: number;
  currency: string;
  subscription: SubscriptionEvent;
}

export const TO_PRO: Extract<OfferAction, { kind: 'change_plan' }> = {
  kind: 'change_plan',
  productId: 'prod_pro',
  prorationBillingMode: 'difference_immediately',
  effectiveAt: 'immediately',
};

/** A bundle, and a smaller one after a decline. Both are charged to the saved card. */
const UPSELL_AND_DOWNSELL: FunnelStep[] = [
  { id: 'bundle', offer: 'bundle', on: { accept: 'end', decline: 'lite', expire: 'end' } },
  { id: 'lite', offer: 'lite', on: { accept: 'end', decline: 'end', expire: 'end' } },
];

/**
 * Returns a purchase with a bundle and a downsell, each open for half an hour.
 *
 * @param changes fields that differ
 */
export function purchaseFixture(purchaseId: string, changes: Partial<PurchaseFixture> = {}): PurchaseFixture {
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

/** A funnel whose only step changes the plan of the customer's subscription. */
export const PLAN_CHANGE = {
  steps: [{ id: 'pro', offer: 'pro', on: { accept: 'end', decline: 'end', expire: 'end' } }],
  actions: { pro: TO_PRO },
} satisfies Partial<PurchaseFixture>;

export function presentationId(fixture: PurchaseFixture, step: string): string {
  return `prs_${fixture.purchaseId}_${step}`;
}

export function presentedAt(fixture: PurchaseFixture, step: string): Presented {
  const action = actionOf(fixture, step);
  return {
    presentationId: presentationId(fixture, step),
    step,
    offerId: step,
    customerId: fixture.customerId,
    productId: 'productId' in action ? action.productId : fixture.subscription.productId,
    quantity: 1,
    ...(['change_plan', 'pause', 'extend_trial'].includes(action.kind) && {
      subscriptionId: fixture.subscription.subscriptionId,
    }),
    paymentMethodId: 'pm_1',
    mode: fixture.mode,
    currency: fixture.currency,
    dueNow: fixture.dueNow,
    priceHash: `hash_${step}`,
    windowMs: fixture.windowMs,
    ...(action.kind === 'extend_trial' && { nextBillingAt: '2027-01-01T00:00:00.000Z' }),
  };
}

export function snapshotOf(fixture: PurchaseFixture): FunnelSnapshot {
  return {
    catalogHash: 'sha256:0123456789abcdef',
    funnel: { id: 'after-purchase', trigger: 'purchase', priority: 0, steps: fixture.steps },
    offers: Object.fromEntries(fixture.steps.map(({ offer }) => [offer, offerOf(fixture, offer)])),
  };
}

function actionOf(fixture: PurchaseFixture, offer: string): OfferAction {
  return fixture.actions[offer] ?? { kind: 'charge', productId: `prod_${offer}`, quantity: 1 };
}

function offerOf(fixture: PurchaseFixture, id: string): Offer {
  return {
    id,
    type: 'upsell',
    action: actionOf(fixture, id),
    windowMs: fixture.windowMs,
    ifNoPaymentMethod: 'skip',
    ifOwned: 'skip',
    afterDecline: 'never',
    copy: { headline: id, accept: 'Yes', decline: 'No' },
  };
}
