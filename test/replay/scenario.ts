/** A scenario drives a purchase to one end and names the runs whose histories are kept. */
import { oneClickOf } from '../../sandbox/demo/paths-trouble.js';
import type { Reply } from '../../sandbox/demo/http.js';
import type { AcceptReply, Offer } from '../../sandbox/demo/merchant-client.js';
import { workflowId } from '../../src/domain/ids.js';
import { RECORDED_CUSTOMER } from './recorded-customer.js';
import type { RecordingSystem } from './recording-system.js';
import { parseLink } from '../support/purchases.js';

export interface Scenario {
  name: string;
  /** Runs without others, because it changes something that they would notice. */
  alone?: boolean;
  /** Returns the ids of the runs to record, by the suffix of the file's name, which is empty for the main run. */
  play: (system: RecordingSystem) => Promise<Record<string, string>>;
}

/** Match the requests that charge a customer, and those that open a checkout for the customer to pay. */
export const charging = (customerId: string) => ({
  match: { method: 'POST', path: '^/checkouts$', body: oneClickOf(customerId) },
});
export const openingCheckout = (customerId: string) => ({
  match: { method: 'POST', path: '^/checkouts$', body: `^(?!.*"confirm":true)(?=.*"${customerId}")` },
});

export type Bought = Awaited<ReturnType<RecordingSystem['buy']>>;

export const planChangeOf = (subscriptionId: string | null) => workflowId.planChange(subscriptionId ?? '');

/** Buys, accepts the offer, and waits for the end, with steps in between. */
export async function accepting(
  system: RecordingSystem,
  productId: string,
  steps: {
    card?: keyof typeof RECORDED_CUSTOMER.cards;
    before?: (offer: Offer) => Promise<unknown>;
    /** Around the acceptance itself. */
    during?: (accept: () => Promise<Reply<AcceptReply>>) => Promise<Reply<AcceptReply>>;
    after?: (reply: AcceptReply, offer: Offer) => Promise<unknown>;
  } = {},
) {
  const bought = await system.buy(productId, steps.card);
  const offer = await system.shop.offer(bought.purchaseId);
  await steps.before?.(offer);
  const accept = () => system.shop.accept(offer);
  const { body } = await (steps.during?.(accept) ?? accept());
  await steps.after?.(body, offer);
  await system.shop.settled(bought.purchaseId);
  return bought;
}

/** Pays the fallback of a failed charge. */
export async function payInstead(
  { sandbox }: RecordingSystem,
  { checkoutUrl }: { checkoutUrl?: string | null },
): Promise<void> {
  const { kind, id } = parseLink(checkoutUrl);
  if (kind === 'pay') await sandbox.control.payLink(id, WORKING_CARD);
  else {
    const { email, name, billing } = RECORDED_CUSTOMER;
    await sandbox.control.payCheckout(id, { email, name, billing, card: WORKING_CARD });
  }
}

export const WORKING_CARD = {
  number: RECORDED_CUSTOMER.cards.good,
  ...RECORDED_CUSTOMER.cardExpiry,
  holder: RECORDED_CUSTOMER.name,
};

/** A payment that is processing for a while. */
export const slow = (settle: { after_ms: number; status: 'succeeded' | 'failed' }) => ({
  status: 'processing' as const,
  settle,
});

/** Declines the offer after a product, and accepts or declines the one that follows. */
export async function declining(
  { shop, buy }: RecordingSystem,
  productId: string,
  instead: 'accept' | 'decline',
): Promise<Bought> {
  const bought = await buy(productId);
  const offer = await shop.offer(bought.purchaseId);
  const { next } = await shop.decline(offer.presentation);
  if (next && instead === 'accept') await shop.accept({ ...offer, presentation: next });
  else if (next) await shop.decline(next);
  await shop.settled(bought.purchaseId);
  return bought;
}
