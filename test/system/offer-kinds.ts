/** The three ways to pay an offer, and the requests that do. */
import type { PurchaseResult } from '../../sandbox/index.js';

export interface OfferKind {
  kind: 'charge' | 'payment' | 'change_plan';
  /** The first purchase. */
  productId: string;
  /** The price of the offer in minor units. */
  amount: number;
  /** Matches the one request that charges this customer. */
  request(bought: Pick<PurchaseResult, 'customer_id' | 'subscription_id'>): {
    method: string;
    path: string;
    body?: string;
  };
}

export const CHARGE: OfferKind = {
  kind: 'charge',
  productId: 'prod_starter_course',
  amount: 14_900,
  request: ({ customer_id }) => ({
    method: 'POST',
    path: '^/checkouts$',
    body: `(?=.*"confirm":true)(?=.*"${customer_id}")`,
  }),
};

export const PAYMENT: OfferKind = {
  kind: 'payment',
  productId: 'prod_team_license',
  amount: 5900,
  request: ({ customer_id }) => ({ method: 'POST', path: '^/payments$', body: `"${customer_id}"` }),
};

export const CHANGE_PLAN: OfferKind = {
  kind: 'change_plan',
  productId: 'prod_basic_plan',
  amount: 5000,
  request: ({ subscription_id }) => ({
    method: 'POST',
    path: `^/subscriptions/${subscription_id}/change-plan$`,
  }),
};

export const OFFER_KINDS = [CHARGE, PAYMENT, CHANGE_PLAN];
