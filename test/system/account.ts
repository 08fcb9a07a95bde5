/** Checks at the end of a test: how often money moved, and that all records of it agree. */
import { expect } from 'vitest';
import type { PurchaseResult } from '../../sandbox/index.js';
import { triggerPurchaseId } from '../../src/domain/ids.js';
import { eventually } from '../support/eventually.js';
import type { TestStack } from '../support/stack.js';
import { CHANGE_PLAN, type OfferKind } from './offer-kinds.js';

type SandboxPayment = ReturnType<TestStack['sandbox']['books']['payments']>[number];
export type SentRequest = ReturnType<TestStack['sandbox']['books']['requests']>[number];

/** A purchase and its customer. For triggers, `purchaseId` differs from the payment. */
export interface Bought extends Pick<PurchaseResult, 'customer_id' | 'payment_id' | 'subscription_id'> {
  purchaseId?: string;
}

export interface Account {
  /** The number of requests that charge at once, whatever their outcome. */
  posts: number;
  /** Charges other than the first purchase, in minor units, in order. */
  charges: number[];
  /** Refunds, in minor units. */
  refunds: number[];
  /** The ledger's net revenue from offers. */
  revenue: number;
}

/** Returns the payments of a customer except the first purchase. */
export function laterPayments({ sandbox }: Pick<TestStack, 'sandbox'>, bought: Bought): SandboxPayment[] {
  return sandbox.books
    .payments({ customerId: bought.customer_id })
    .filter(({ payment_id }) => payment_id !== bought.payment_id);
}

/** Returns the requests that charge this customer at once, whatever their outcome. */
export function moneyRequests({ sandbox }: Pick<TestStack, 'sandbox'>, bought: Bought): SentRequest[] {
  const subscriptions = sandbox.books.subscriptions({ customerId: bought.customer_id });
  const planChanges = subscriptions.map((one) => `/subscriptions/${one.subscription_id}/change-plan`);
  return sandbox.books.requests({ method: 'POST' }).filter(({ path, body }) => {
    const { customer, confirm } = (body ?? {}) as {
      customer?: { customer_id?: string };
      confirm?: boolean;
    };
    if (planChanges.includes(path))
      return !(body as { collect_via_payment_link?: boolean }).collect_via_payment_link;
    if (customer?.customer_id !== bought.customer_id) return false;
    return path === '/payments' || (path === '/checkouts' && confirm === true);
  });
}

export async function accountOf(stack: TestStack, bought: Bought): Promise<Account> {
  const { books } = stack.sandbox;
  const movements = books.movements(bought.customer_id);
  const id = bought.purchaseId ?? bought.payment_id;
  const view = (await stack.ledger.purchase(id)) ?? (await stack.ledger.purchase(triggerPurchaseId(id)));
  const earned = (view?.presentations ?? []).filter(({ status }) => status === 'paid');
  return {
    posts: moneyRequests(stack, bought).length,
    charges: movements
      .filter(({ kind, payment_id }) => kind === 'charge' && payment_id !== bought.payment_id)
      .map(({ amount }) => amount),
    refunds: movements
      .filter(({ kind, payment_id }) => kind !== 'charge' && payment_id !== bought.payment_id)
      .map(({ amount }) => -amount),
    revenue: earned.reduce((sum, { paidAmount = 0, refundedAmount }) => sum + paidAmount - refundedAmount, 0),
  };
}

/**
 * Expects the customer's account to be as given, and the ledger's revenue to equal the money that the sandbox's books say
 * was kept.
 */
export async function expectAccount(
  stack: TestStack,
  bought: Bought,
  expected: Partial<Account>,
): Promise<void> {
  const wanted = { posts: 1, refunds: [], ...expected };
  const account = await accountOf(stack, bought);
  expect(account).toMatchObject(wanted);
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  expect(account.revenue).toBe(sum(account.charges) - sum(account.refunds));
}

export function liveSubscriptions({ sandbox }: Pick<TestStack, 'sandbox'>, bought: Bought) {
  return sandbox.books
    .subscriptions({ customerId: bought.customer_id })
    .filter(({ status }) => ['active', 'on_hold', 'past_due', 'paused'].includes(status));
}

/** Expects these live subscriptions. Waits, because a replaced one ends a moment after its run has settled. */
export async function expectLive(
  stack: Pick<TestStack, 'sandbox'>,
  bought: Bought,
  expected: Record<string, unknown>[],
): Promise<void> {
  await eventually('no live subscription too many', async () => {
    return liveSubscriptions(stack, bought).length <= expected.length;
  }).catch(() => undefined);
  expect(liveSubscriptions(stack, bought)).toMatchObject(expected);
}

/** Expects the one plan that is left after an offer: the new one of a plan change, or none. */
export async function expectOneLivePlan(
  stack: Pick<TestStack, 'sandbox'>,
  bought: Bought,
  offer: OfferKind,
): Promise<void> {
  await expectLive(stack, bought, offer === CHANGE_PLAN ? [{ product_id: 'prod_pro_plan' }] : []);
}
