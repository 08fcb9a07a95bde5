/** The same as handlers of `Request`, for Next.js (`app/offer/route.ts`), Hono, Deno, Bun and workers. */
import { verifyWebhook, type OffersClient } from '../src/index.js';

/** `export const GET = offerRoute(...)`, or in Hono `app.get('/offer', ({ req }) => handler(req.raw))`. */
export function offerRoute(
  offers: OffersClient,
  customerOf: (request: Request) => string | undefined,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const customerId = customerOf(request);
    if (customerId === undefined) return Response.json({ eligible: false });
    const result = await offers.getOffer(customerId);
    return result.ok ? Response.json(result.data) : new Response(null, { status: 503 });
  };
}

/** `export const POST = webhookRoute(...)` */
export function webhookRoute(
  secret: string,
  grant: (customerId: string | undefined, productId: string | undefined) => void,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const { webhook } = await verifyWebhook(await request.text(), request.headers, secret);
      if (webhook.type === 'offer.fulfilled') grant(webhook.data.customerId, webhook.data.product?.id);
      return new Response(null, { status: 204 });
    } catch {
      return new Response(null, { status: 401 });
    }
  };
}
