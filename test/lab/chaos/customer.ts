/** A customer of a campaign, and the merchant's backend that acts for them. They are patient, and know only the API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonClient, Reply } from '../../../sandbox/demo/http.js';
import type { UpsellReply } from '../../../sandbox/demo/merchant-client.js';
import type { PurchaseResult, Sandbox } from '../../../sandbox/index.js';
import type { PresentationView } from '../../../src/http/presentation-view.js';
import type { Answered } from '../invariants/evidence.js';
import type { Click, PlannedPurchase } from './plan.js';
import { CARD, payLink } from '../../support/purchases.js';
import { eventually } from '../../support/eventually.js';

const SECOND = 1000;
/** A customer keeps coming back for this long: the API may be down, the webhook lost and the sweep yet to come. */
const OFFER_PATIENCE = 40 * SECOND;
const FALLBACK_PATIENCE = 45 * SECOND;

export interface CustomerContext {
  sandbox: Sandbox;
  http: JsonClient;
  answers: Answered[];
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
  await arrangeCharge(sandbox, bought, plan);
  let offer = await offerTo(world, bought.customer_id);
  for (const click of plan.clicks) {
    if (!offer || click === 'ignore') return;
    await sleep(plan.thinkMs);
    if (click === 'decline') {
      offer = await decline(world, offer);
      continue;
    }
    await accept(world, offer, click);
    if (plan.paysFallback) await payWhereAsked(world, offer.id);
    return;
  }
}

/** Arranges how the card and the network behave when the offer is charged. */
async function arrangeCharge(
  { control }: Sandbox,
  { customer_id, subscription_id }: PurchaseResult,
  { card, fault }: PlannedPurchase,
): Promise<void> {
  if (card === 'pays later' || card === 'declines later') {
    const status = card === 'pays later' ? 'succeeded' : 'failed';
    await control.nextCharges(customer_id, {
      status: 'processing',
      settle: { after_ms: 2 * SECOND, status, ...(status === 'failed' && { error_code: 'GENERIC_DECLINE' }) },
    });
  }
  if (!fault) return;
  const path =
    subscription_id === null ? '^/(checkouts|payments)$' : `^/subscriptions/${subscription_id}/change-plan$`;
  const body = subscription_id === null ? `"customer_id":"${customer_id}"` : undefined;
  control.addFault({ match: { method: 'POST', path, ...(body && { body }) }, ...fault });
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
