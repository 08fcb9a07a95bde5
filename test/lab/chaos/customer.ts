/** A customer of a campaign, and the merchant's backend that acts for them. They are patient, and know only the API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonClient, Reply } from '../../../sandbox/demo/http.js';
import type { UpsellReply } from '../../../sandbox/demo/merchant-client.js';
import type { PurchaseResult, Sandbox } from '../../../sandbox/index.js';
import { createDodo } from '../../../src/dodo/client.js';
import { attemptId, ATTEMPT_METADATA_KEY, PROOF_METADATA_KEY, workflowId } from '../../../src/domain/ids.js';
import type { PresentationView } from '../../../src/http/presentation-view.js';
import type { Answered } from '../invariants/evidence.js';
import type { Click, PlannedPurchase } from './plan.js';
import { CARD, payLink } from '../../support/purchases.js';
import { eventually } from '../../support/eventually.js';

const SECOND = 1000;
/** A customer keeps coming back for this long: the API may be down, the webhook lost and the sweep yet to come. */
const OFFER_PATIENCE = 40 * SECOND;
const FALLBACK_PATIENCE = 45 * SECOND;
/** How long the merchant, the bank or Dodo waits for a payment to make trouble with. */
const PAYMENT_PATIENCE = 20 * SECOND;

export interface CustomerContext {
  sandbox: Sandbox;
  http: JsonClient;
  answers: Answered[];
  /** Payments by which somebody else used metadata of ours. */
  strangers: string[];
}

interface Decided {
  success?: boolean;
  next?: PresentationView;
  presentation?: PresentationView;
}

/** Plays one customer: buys, waits for the offer, decides, and pays the fallback if the plan says so. */
export async function playCustomer(world: CustomerContext, plan: PlannedPurchase): Promise<void> {
  const { sandbox } = world;
  const bought = await sandbox.control.purchase({
    product_id: plan.productId,
    email: `${crypto.randomUUID()}@example.com`,
    card: plan.card === 'declines' ? CARD.declinesLater : undefined,
  });
  arrangeFault(sandbox, bought, plan);
  let offer = await offerTo(world, bought.customer_id);
  for (const click of plan.clicks) {
    if (!offer || click === 'ignore') return;
    await sleep(plan.thinkMs);
    if (click === 'decline') {
      offer = await decline(world, offer);
      continue;
    }
    if (plan.stranger) await buyAsStranger(world, bought, offer, plan.stranger);
    await arrangeCharge(sandbox, bought, offer, plan);
    const confirmed = plan.card === '3-D Secure confirmed' ? confirm(sandbox, bought) : undefined;
    await accept(world, offer, click);
    await confirmed;
    if (plan.paysFallback) await payWhereAsked(world, offer.id);
    if (plan.card === '3-D Secure confirmed late') await confirm(sandbox, bought);
    if (plan.secondPayment) await payAgain(sandbox, bought, plan.secondPayment);
    if (plan.refund) await refund(sandbox, bought, plan.refund);
    return;
  }
}

/** Arranges how the network behaves when the offer is charged. */
function arrangeFault(
  { control }: Sandbox,
  { customer_id, subscription_id }: PurchaseResult,
  { fault }: PlannedPurchase,
): void {
  if (!fault) return;
  const path =
    subscription_id === null ? '^/(checkouts|payments)$' : `^/subscriptions/${subscription_id}/change-plan$`;
  const body = subscription_id === null ? `"customer_id":"${customer_id}"` : undefined;
  control.addFault({ match: { method: 'POST', path, ...(body && { body }) }, ...fault });
}

/** Arranges what the saved card answers to the charge, and what it takes. */
async function arrangeCharge(
  { control }: Sandbox,
  { customer_id, payment_method_id }: PurchaseResult,
  { price }: PresentationView,
  { card, takes }: PlannedPurchase,
): Promise<void> {
  const answer = { ...answerOf(card), ...amountOf(takes, price.dueNow) };
  if (Object.keys(answer).length > 0)
    await control.nextCharges(customer_id, { payment_method_id, ...answer });
}

type ChargeAnswer = Omit<Parameters<Sandbox['control']['nextCharges']>[1], 'payment_method_id'>;

function answerOf(card: PlannedPurchase['card']): ChargeAnswer {
  switch (card) {
    case 'pays':
    case 'declines':
      return {};
    case 'pays later':
      return { status: 'processing', settle: { after_ms: 2 * SECOND, status: 'succeeded' } };
    case 'declines later': {
      const settle = { after_ms: 2 * SECOND, status: 'failed' as const, error_code: 'GENERIC_DECLINE' };
      return { status: 'processing', settle };
    }
    case '3-D Secure without a page':
      return { status: 'requires_customer_action', payment_link: false };
    case '3-D Secure left':
    case '3-D Secure confirmed':
    case '3-D Secure confirmed late':
      return { status: 'requires_customer_action' };
  }
}

function amountOf(takes: PlannedPurchase['takes'], dueNow: number): ChargeAnswer {
  switch (takes) {
    case 'less':
      return { amount: Math.max(dueNow - 1, 0) };
    case 'more':
      return { amount: dueNow + 1 };
    case 'another currency':
      return { currency: 'EUR' };
    case undefined:
      return {};
  }
}

/** Waits for a payment of the customer's offer, and does something to it. Nothing if there is none. */
async function withPayment(
  { books }: Sandbox,
  { customer_id: customerId, payment_id }: PurchaseResult,
  statuses: readonly string[],
  act: (paymentId: string) => Promise<unknown>,
): Promise<void> {
  const paymentId = await patiently(PAYMENT_PATIENCE, async () => {
    const isOffers = (metadata: Record<string, unknown>) =>
      metadata[PROOF_METADATA_KEY] !== undefined && metadata[ATTEMPT_METADATA_KEY] !== undefined;
    return books
      .payments({ customerId })
      .find(
        (one) =>
          one.payment_id !== payment_id && isOffers(one.metadata) && statuses.includes(one.status ?? ''),
      )?.payment_id;
  });
  // Dodo may refuse it: the payment has moved on, or is refunded.
  if (paymentId !== undefined) await act(paymentId).catch(() => undefined);
}

/** Passes 3-D Secure on the bank's page. */
function confirm(sandbox: Sandbox, bought: PurchaseResult): Promise<void> {
  return withPayment(sandbox, bought, ['requires_customer_action'], (id) =>
    sandbox.control.settlePayment(id, { status: 'succeeded' }),
  );
}

function payAgain(
  sandbox: Sandbox,
  bought: PurchaseResult,
  { session, less }: NonNullable<PlannedPurchase['secondPayment']>,
): Promise<void> {
  return withPayment(sandbox, bought, ['succeeded', 'failed'], async (id) => {
    const [first] = sandbox.books.payments().filter(({ payment_id }) => payment_id === id);
    const amount = less ? (first?.total_amount ?? 0) - 2 : undefined;
    return sandbox.control.payAgain(id, { session, ...(amount !== undefined && amount > 0 && { amount }) });
  });
}

/** Refunds what was paid, as the merchant does in Dodo's dashboard. */
function refund(
  sandbox: Sandbox,
  bought: PurchaseResult,
  how: NonNullable<PlannedPurchase['refund']>,
): Promise<void> {
  const dodo = createDodo(sandbox.apiKey, { baseURL: sandbox.url });
  return withPayment(sandbox, bought, ['succeeded'], async (payment_id) => {
    const { items } = await dodo.payments.retrieveLineItems(payment_id);
    const [line] = items;
    if (how === 'in two parts' && line) {
      const part = {
        item_id: line.items_id,
        amount: Math.floor(line.refundable_amount / 2),
        tax_inclusive: true,
      };
      await dodo.refunds.create({ payment_id, items: [part] });
    }
    await dodo.refunds.create({ payment_id });
  });
}

/** Buys the offered product in the shop, by a link to which somebody added the id of an attempt. */
async function buyAsStranger(
  { sandbox, strangers }: CustomerContext,
  { payment_id, customer_id }: PurchaseResult,
  { product, step }: PresentationView,
  who: NonNullable<PlannedPurchase['stranger']>,
): Promise<void> {
  const attempt = attemptId(workflowId.purchase(payment_id), step, 1);
  const bought = await sandbox.control.purchase({
    product_id: product.id,
    ...(who === 'same customer' ? { customer_id } : { email: `${crypto.randomUUID()}@example.com` }),
    metadata: { [ATTEMPT_METADATA_KEY]: attempt, [PROOF_METADATA_KEY]: 'guessed' },
  });
  strangers.push(bought.payment_id);
}

async function offerTo({ http }: CustomerContext, customerId: string): Promise<PresentationView | undefined> {
  return patiently(OFFER_PATIENCE, async () => {
    const reply = await http.get<UpsellReply>(`/api/upsell/${customerId}`);
    return reply.status === 200 ? reply.body.presentation : undefined;
  });
}

async function accept(world: CustomerContext, { id, price }: PresentationView, click: Click): Promise<void> {
  const post = () => answered(world, `/api/presentations/${id}/accept`, { priceHash: price.hash });
  const replies = await Promise.all(click === 'double accept' ? [post(), post()] : [post()]);
  for (const reply of replies) {
    if (reply?.status === 200) world.answers.push({ presentationId: id, said: 'paid' });
    if (reply?.status === 202) world.answers.push({ presentationId: id, said: 'accepted' });
  }
}

async function decline(
  world: CustomerContext,
  { id }: PresentationView,
): Promise<PresentationView | undefined> {
  const reply = await answered(world, `/api/presentations/${id}/decline`, {});
  if (reply?.status === 200) world.answers.push({ presentationId: id, said: 'declined' });
  return reply?.body.next;
}

/** Clicks until there is an answer. Anything but a server error counts. */
async function answered(
  { http }: CustomerContext,
  path: string,
  body: object,
): Promise<Reply<Decided> | undefined> {
  return patiently(OFFER_PATIENCE, async () => {
    const reply = await http.post<Decided>(path, body);
    return reply.status < 500 ? reply : undefined;
  });
}

/** Pays the checkout or payment link of the fallback, if there is one. */
async function payWhereAsked({ http, sandbox }: CustomerContext, id: string): Promise<void> {
  const url = await patiently(FALLBACK_PATIENCE, async () => {
    const { status, body } = await http.get<PresentationView>(`/api/presentations/${id}`);
    if (status !== 200) return undefined;
    if (['paid', 'failed', 'expired', 'declined', 'withdrawn', 'open'].includes(body.status))
      return 'nowhere';
    return body.status === 'fallback' ? body.checkoutUrl : undefined;
  });
  if (url === undefined || url === 'nowhere') return;
  // The lost charge that the link replaces may have gone through meanwhile.
  await payLink(sandbox, url).catch(() => undefined);
}

/** Asks until there is an answer or the patience is over, in milliseconds. An API that is down is asked again. */
async function patiently<T>(patience: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  return eventually('an answer', () => ask().catch(() => undefined), patience).catch(() => undefined);
}
