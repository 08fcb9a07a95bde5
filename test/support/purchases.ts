/** The steps of nearly every test of a purchase: buy, wait for the offer, pay a link, wait for the end. */
import type { JsonClient } from '../../sandbox/demo/http.js';
import type { PurchaseResult, Sandbox } from '../../sandbox/index.js';
import type { PresentationView } from '../../src/http/presentation-view.js';
import { eventually, eventuallyIs } from './eventually.js';

/** Cards of the sandbox. */
export const CARD = {
  works: '4242424242424242',
  /** Pays at the checkout, and declines every charge made without the customer. */
  declinesLater: '4000000000000341',
};

export interface UpsellReply {
  eligible: boolean;
  reason?: string;
  paymentMethodId?: string | null;
  product?: { id: string; name: string; price: number; currency: string };
  presentation?: PresentationView;
}

export interface PurchaseReply {
  purchaseId: string;
  status: string;
  outcome?: string;
  reason?: string;
  presentations: PresentationView[];
  timeline: { at: string; type: string; detail?: Record<string, unknown> }[];
  considered?: { funnelId: string; reason?: string; detail?: string }[];
  links: { temporal: string | null };
}

/** Buys something for a new customer, as on the checkout page, with a card that works unless another is named. */
export async function buy(
  { sandbox }: { sandbox: Sandbox },
  productId: string,
  input: Partial<Parameters<Sandbox['control']['purchase']>[0]> = {},
): Promise<PurchaseResult> {
  return sandbox.control.purchase({
    product_id: productId,
    email: `${crypto.randomUUID()}@example.com`,
    ...input,
  });
}

/** Returns the customer's open offer, once it is open. Patience is in milliseconds. */
export async function openOffer(
  { http }: { http: JsonClient },
  customerId: string,
  patience?: number,
): Promise<PresentationView> {
  const look = async () => (await http.get<UpsellReply>(`/api/upsell/${customerId}`)).body.presentation;
  return eventually(`an offer for ${customerId}`, look, patience);
}

/** Buys something, and waits for the offer that follows. */
export async function buyWithOffer(
  parties: { sandbox: Sandbox; http: JsonClient },
  productId: string,
  input?: Parameters<typeof buy>[2],
) {
  const bought = await buy(parties, productId, input);
  const shown = await openOffer(parties, bought.customer_id);
  return { ...bought, presentationId: shown.id, shown };
}

/** Returns the purchase, once its run has ended. Patience is in milliseconds. */
export async function settled(
  { http }: { http: JsonClient },
  purchaseId: string,
  patience?: number,
): Promise<PurchaseReply> {
  const { body } = await eventuallyIs(
    `purchase ${purchaseId} settled`,
    () => http.get<PurchaseReply>(`/api/purchases/${purchaseId}`),
    ({ status, body }) => status === 200 && body.status === 'settled',
    patience,
  );
  return body;
}

/** Splits a link of the sandbox into the kind and the id of what it leads to. */
export function parseLink(url: string | null | undefined): { kind: string; id: string } {
  const [kind = '', id = ''] = new URL(url ?? '', 'http://127.0.0.1').pathname.split('/').slice(-2);
  return { kind, id };
}

/**
 * Pays at a checkout or payment link, as its page does, with a card that works.
 *
 * @throws Error if it cannot be paid, or no longer
 */
export async function payLink({ control }: Sandbox, url: string | null | undefined) {
  const { kind, id } = parseLink(url);
  return kind === 'checkout'
    ? control.payCheckout(id, { card: CARD.works })
    : control.payLink(id, CARD.works);
}
