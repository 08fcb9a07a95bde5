/** What is counted at the end of a test: how often money moved, and whether every record of it agrees. */
import { expect } from 'vitest';
import type { PurchaseResult } from '../../sandbox/index.js';
import type { PresentationView } from '../../src/http/presentation-view.js';
import { eventually } from '../support/eventually.js';
import { type Reply } from '../../sandbox/demo/http.js';
import { type TestStack } from '../support/stack.js';

type SandboxPayment = ReturnType<TestStack['sandbox']['books']['payments']>[number];
export type SentRequest = ReturnType<TestStack['sandbox']['books']['requests']>[number];

/** A purchase and the customer behind it; `purchaseId` differs from the payment for triggers. */
export interface Bought extends Pick<PurchaseResult, 'customer_id' | 'payment_id' | 'subscription_id'> {
  purchaseId?: string;
}

export interface Account {
  /** How often money was asked for: requests that charge at once, whatever became of them. */
  posts: number;
  /** What the customer was charged beside the first purchase, minor units, in order. */
  charges: number[];
  /** What went back, minor units. */
  refunds: number[];
  /** What the ledger counts as earned with offers, net. */
  revenue: number;
}

/** The payments of a customer beside the first one. */
export function laterPayments({ sandbox }: Pick<TestStack, 'sandbox'>, bought: Bought): SandboxPayment[] {
  return sandbox.books
    .payments({ customerId: bought.customer_id })
    .filter(({ payment_id }) => payment_id !== bought.payment_id);
}

/** The requests that would have charged this customer at once. */
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
  const view = await stack.ledger.purchase(bought.purchaseId ?? bought.payment_id);
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
 * The customer's account is as expected, and the ledger has earned exactly what the sandbox's books say was kept.
 * Money that goes back automatically does so a moment after the run has settled, so this waits for it.
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

/** The customer's live subscriptions. One that was replaced ends a moment after its run has settled. */
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

export type Decided = Reply<{
  success?: boolean;
  status?: string | number;
  code?: string;
  detail?: string;
  checkoutUrl?: string | null;
  updatePaymentMethodUrl?: string | null;
  sessionId?: string;
  presentation?: PresentationView;
}>;

export async function accept(
  { http }: Pick<TestStack, 'http'>,
  { customer_id }: Pick<Bought, 'customer_id'>,
  body: Record<string, unknown> = {},
  headers?: Record<string, string>,
): Promise<Decided> {
  return http.post(`/api/upsell/${customer_id}/accept`, body, headers);
}

/** The presentation, once it is in one of these states. */
export async function presentationIs(
  { http }: Pick<TestStack, 'http'>,
  id: string,
  ...statuses: PresentationView['status'][]
): Promise<PresentationView> {
  let last: unknown;
  return eventually(`presentation ${id} is ${statuses.join(' or ')}`, async () => {
    const { body } = await http.get<PresentationView>(`/api/presentations/${id}`);
    last = body;
    return statuses.includes(body.status) && body;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(last)}`);
  });
}

/** The session that a checkout link leads to. */
export function sessionOf(checkoutUrl: string | null | undefined): string {
  const session = new URL(checkoutUrl ?? '', 'http://127.0.0.1').pathname.split('/').at(-1) ?? '';
  expect(session).toMatch(/^cks_/);
  return session;
}

/** Pays at a checkout link as its page does, with a card that works. */
export async function payAt({ sandbox }: Pick<TestStack, 'sandbox'>, checkoutUrl: string | null | undefined) {
  return sandbox.control.payCheckout(sessionOf(checkoutUrl), { card: '4242424242424242' });
}

/** Sends a request again that never reached Dodo, as the network does when it delivers late. One more of `posts`. */
export async function commitLate(
  stack: Pick<TestStack, 'sandbox'>,
  { path, body }: SentRequest,
): Promise<number> {
  const { url, apiKey } = stack.sandbox;
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.body?.cancel();
  return response.status;
}
