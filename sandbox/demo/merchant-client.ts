/** A client of the API as a merchant's backend uses it: sell, find the offer, decide it for the customer, follow it. */
import type { PresentationView } from '../../src/http/presentation-view.js';
import type { ExperimentReport } from '../../src/reports/experiment-report.js';
import type { FunnelReport } from '../../src/reports/take-rate.js';
import { payAtCheckout } from './browser.js';
import { eventually } from './eventually.js';
import { bodyOf, jsonClient, type Reply } from './http.js';

const SECOND = 1000;
const SETTLED_WITHIN = 45 * SECOND;

export interface Bought {
  purchaseId: string;
  /** Total shown and paid at the checkout, minor units. */
  paid: number;
}

export interface Offer {
  customerId: string;
  presentation: PresentationView;
}

export interface PurchaseReply {
  purchaseId: string;
  status: string;
  outcome?: string;
  reason?: string;
  customerId?: string;
  presentations: PresentationView[];
  timeline: { at: string; type: string; detail?: Record<string, string | number | boolean> }[];
  links: { temporal: string | null };
}

export interface UpsellReply {
  eligible: boolean;
  reason?: string;
  presentation?: PresentationView;
}

/** The reply to an accept: 200 paid, 202 in progress, 402 failed with a checkout, 409 price changed. */
export interface AcceptReply {
  success?: boolean;
  code?: string;
  checkoutUrl?: string | null;
  presentation?: PresentationView;
}

export interface DeclineReply {
  success: boolean;
  next?: PresentationView;
}

export interface TriggerInput {
  eventId: string;
  type: string;
  customerId: string;
  subscriptionId?: string;
  productId?: string;
}

export type MerchantClient = ReturnType<typeof createMerchantClient>;

export function createMerchantClient(api: { url: string; apiKey: string; operatorKey: string }) {
  const backend = jsonClient(api.url, api.apiKey);
  const operator = jsonClient(api.url, api.operatorKey);

  /** Resolves to undefined until the run has started. */
  async function purchase(purchaseId: string): Promise<PurchaseReply | undefined> {
    const reply = await backend.get<PurchaseReply>(`/api/purchases/${encodeURIComponent(purchaseId)}`);
    return reply.status === 404 ? undefined : bodyOf(`GET /api/purchases/${purchaseId}`, reply);
  }

  /** Returns a client with the presentation's token, as the customer's browser uses it. */
  const browserOf = ({ token }: PresentationView) => jsonClient(api.url, token);

  return {
    /** Registers a purchase and pays it at the checkout, for a new customer or a known one. */
    async buy(
      productId: string,
      customer: { email: string; card?: string; customerId?: string },
    ): Promise<Bought> {
      const { email, card, customerId } = customer;
      const payer = { email, name: 'Demo Customer' };
      const opened = await backend.post<{ purchaseId: string; checkoutUrl: string }>('/api/purchases', {
        productId,
        ...(customerId === undefined ? { customer: payer } : { customerId }),
      });
      const { purchaseId, checkoutUrl } = bodyOf('POST /api/purchases', opened, 201);
      return { purchaseId, paid: await payAtCheckout(checkoutUrl, { ...payer, card }) };
    },

    /** Sends a trigger. Its run is found under the `eventId`, like a purchase. */
    async trigger(input: TriggerInput): Promise<void> {
      bodyOf('POST /api/triggers', await backend.post('/api/triggers', input), 202);
    },

    /** Waits for the open offer of a purchase or trigger. */
    async offer(purchaseId: string): Promise<Offer> {
      const customerId = await eventually(`an open offer for ${purchaseId}`, async () => {
        const found = await purchase(purchaseId);
        if (found?.status === 'settled') {
          throw new Error(`No offer for ${purchaseId}: ${found.reason ?? 'its run has ended'}.`);
        }
        return found?.presentations.some((shown) => shown.status === 'open') ? found.customerId : undefined;
      });
      const { presentation } = await this.upsell(customerId);
      if (!presentation) throw new Error(`GET /api/upsell/${customerId} returned no open offer.`);
      return { customerId, presentation };
    },

    async upsell(customerId: string): Promise<UpsellReply> {
      return bodyOf(
        `GET /api/upsell/${customerId}`,
        await backend.get<UpsellReply>(`/api/upsell/${customerId}`),
      );
    },

    /** Accepts for the customer at the price shown. */
    accept({ customerId, presentation: { id, price } }: Offer): Promise<Reply<AcceptReply>> {
      const body = { presentationId: id, priceHash: price.hash };
      return backend.post(`/api/upsell/${customerId}/accept`, body);
    },

    /** Reports a view, as the customer's browser does. */
    async view(shown: PresentationView): Promise<void> {
      bodyOf('POST .../view', await browserOf(shown).post(`/api/presentations/${shown.id}/view`));
    },

    /** Declines as the customer's browser does. */
    async decline(shown: PresentationView): Promise<DeclineReply> {
      const reply = await browserOf(shown).post<DeclineReply>(`/api/presentations/${shown.id}/decline`);
      return bodyOf('POST .../decline', reply);
    },

    /** Sends an operator's command on a presentation, with a reason. */
    async command(
      command: 'withdraw' | 'extend' | 'resolve',
      presentationId: string,
      body: { reason: string; [field: string]: unknown },
    ): Promise<PresentationView> {
      const reply = await operator.post<PresentationView>(
        `/api/presentations/${presentationId}/${command}`,
        body,
      );
      return bodyOf(`POST .../${command}`, reply);
    },

    /** Waits until a presentation has one of these states. */
    async presentationIn(id: string, ...states: PresentationView['status'][]): Promise<PresentationView> {
      return eventually(`presentation ${id} is ${states.join(' or ')}`, async () => {
        const { body } = await backend.get<PresentationView>(`/api/presentations/${id}`);
        return states.includes(body.status) ? body : undefined;
      });
    },

    /** Waits until the run of a purchase or trigger has ended. Patience is in milliseconds. */
    settled(purchaseId: string, patience = SETTLED_WITHIN): Promise<PurchaseReply> {
      return eventually(
        `the run of ${purchaseId} has ended`,
        async () => {
          const reply = await purchase(purchaseId);
          return reply?.status === 'settled' ? reply : undefined;
        },
        patience,
      );
    },

    async report(): Promise<FunnelReport> {
      const reply = await operator.get<FunnelReport>('/api/reports/funnels');
      return bodyOf('GET /api/reports/funnels', reply);
    },

    async experiments(): Promise<ExperimentReport> {
      const path = '/api/reports/experiments';
      return bodyOf(`GET ${path}`, await operator.get<ExperimentReport>(path));
    },
  };
}
