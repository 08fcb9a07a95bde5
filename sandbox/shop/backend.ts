/** The shop server's calls to the API, with the backend key that never leaves the server. */

export interface BackendOptions {
  apiUrl: () => string;
  apiKey: string;
}

/** The answer to a search for a purchase's offer. */
export type OfferAnswer =
  | ({ state: 'offer'; presentation: object } & Links)
  /** There is none yet. */
  | ({ state: 'waiting' } & Links)
  /** There is none, and none will come. */
  | ({ state: 'none' } & Links);

/** Where the curious look on. */
interface Links {
  /** Its workflow in the Temporal UI. */
  run?: string;
  /** Its customer on the dashboard. */
  customer?: string;
}

export type Backend = ReturnType<typeof createBackend>;

const SECOND = 1000;
const TIMEOUT = 15 * SECOND;

export function createBackend({ apiUrl, apiKey }: BackendOptions) {
  async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(path, apiUrl()), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.ok) return response.json();
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new Error(`${method} ${path} returned ${response.status}.`);
  }

  return {
    /**
     * Registers a purchase before it is paid.
     *
     * @throws Error when the API or Dodo cannot open a checkout
     */
    async openCheckout(productId: string): Promise<{ purchaseId: string; checkoutUrl: string }> {
      const opened = fields(await call('POST', '/api/purchases', { productId }));
      const { purchaseId, checkoutUrl } = opened;
      if (typeof purchaseId !== 'string' || typeof checkoutUrl !== 'string') {
        throw new Error('POST /api/purchases returned no purchaseId or checkoutUrl.');
      }
      return { purchaseId, checkoutUrl };
    },

    /**
     * Looks for the open offer of one purchase. An offer for another purchase of the same customer is not returned,
     * because the session it is for holds this purchase.
     *
     * @throws Error when the API cannot be reached
     */
    async findOffer(purchaseId: string): Promise<OfferAnswer> {
      const found = await call('GET', `/api/purchases/${encodeURIComponent(purchaseId)}`);
      if (found === undefined) return { state: 'none' };
      const purchase = fields(found);
      const link = fields(purchase.links).temporal;
      const { customerId } = purchase;
      const links: Links = {
        ...(typeof link === 'string' && { run: link }),
        ...(typeof customerId === 'string' && {
          customer: `/dashboard/customers/${encodeURIComponent(customerId)}`,
        }),
      };
      if (purchase.status === 'settled') return { state: 'none', ...links };
      if (typeof customerId !== 'string') return { state: 'waiting', ...links };

      const upsell = fields(await call('GET', `/api/upsell/${encodeURIComponent(customerId)}`));
      const presentation = fields(upsell.presentation);
      return presentation.purchaseId === purchaseId
        ? { state: 'offer', presentation, ...links }
        : { state: 'waiting', ...links };
    },
  };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
