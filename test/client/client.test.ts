import { readFile } from 'node:fs/promises';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { shopRoutes } from '../../packages/client/examples/express.js';
import { shopApp } from '../../packages/client/examples/hono.js';
import { offerRoute, webhookRoute } from '../../packages/client/examples/route-handlers.js';
import {
  dataOf,
  OffersClient,
  OffersError,
  verifyWebhook,
  WebhookVerificationError,
  type OfferWebhook,
  type Result,
} from '../../packages/client/src/index.js';
import type { PROBLEMS } from '../../src/http/problem.js';
import type { NotificationType } from '../../src/domain/words.js';
import { signWebhook } from '../../src/webhooks/sign.js';
import { apiTypes } from '../../tools/api-types.js';
import { aRecord, BACKEND, scriptedApp, type Asked, type Script } from '../http/scripted-api.js';
import { serve } from '../http/serve.js';

interface Sent {
  url: string;
  method: string;
  key: string | null;
  body?: unknown;
}

/** A client whose answers come from a list; `undefined` is a connection that broke. */
function scripted(
  answers: ({ status: number; body?: unknown; headers?: Record<string, string> } | undefined)[],
) {
  const sent: Sent[] = [];
  const client = new OffersClient({
    baseUrl: 'https://offers.example/',
    apiKey: BACKEND,
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      sent.push({
        url: url as string,
        method: init?.method ?? 'GET',
        key: headers.get('idempotency-key'),
        ...(init?.body != null && { body: JSON.parse(init.body as string) as unknown }),
      });
      const answer = answers.shift();
      if (!answer) return Promise.reject(new TypeError('fetch failed'));
      return Promise.resolve(
        new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
          status: answer.status,
          headers: answer.headers,
        }),
      );
    },
  });
  return { client, sent };
}

async function against(script: Script) {
  const asked: Asked = [];
  const baseUrl = await serve(scriptedApp(script, asked));
  return { client: new OffersClient({ baseUrl, apiKey: BACKEND }), asked };
}

it('has the types of the API as it is (npm run api-types)', async () => {
  expect(await readFile('packages/client/src/openapi.ts', 'utf8')).toBe(await apiTypes());
});

describe('an answer', () => {
  it('is told apart by status and code, with what comes with each', async () => {
    const failed = aRecord({
      status: 'fallback',
      decision: 'accepted',
      checkoutUrl: 'https://pay.example/1',
    });
    const { client } = await against({
      after: failed,
      answer: { kind: 'done', value: { presentationId: 'prs_1', status: 'fallback', decision: 'accepted' } },
    });
    const result = await client.acceptPresentation('prs_1', { priceHash: 'sha256:a' });
    if (result.ok || result.code !== 'payment_failed') throw new Error(JSON.stringify(result));
    expectTypeOf(result.status).toEqualTypeOf<402>();
    expect(result.problem.checkoutUrl).toBe('https://pay.example/1');
    expect(result.problem.presentation.status).toBe('fallback');
    expect(() => dataOf<'acceptPresentation'>(result)).toThrow(OffersError);
  });

  it('is the offer, or why there is none', async () => {
    const { client } = await against({ current: aRecord() });
    const found = dataOf(await client.getOffer('cus_1', { locale: 'de' }));
    expect(found.eligible && found.presentation.token).toEqual(expect.any(String));
    const none = dataOf(await (await against({})).client.getOffer('cus_1'));
    expect(none).toEqual({ eligible: false, retry: true, because: 'nothing_known' });
  });

  it('makes the compiler ask for every status and code', () => {
    function told(result: Result<'acceptPresentation'>): string {
      if (result.ok) {
        switch (result.status) {
          case 200:
            return result.data.presentation.id;
          case 202:
            return result.data.status;
        }
      }
      switch (result.code) {
        case 'payment_failed':
        case 'price_changed':
        case 'idempotency_key_reused':
        case 'already_decided':
        case 'offer_changed':
        case 'consent_required':
        case 'presentation_expired':
        case 'presentation_withdrawn':
        case 'presentation_not_found':
        case 'no_open_offer':
        case 'invalid_body':
        case 'invalid_parameter':
        case 'unauthorized':
        case 'forbidden':
        case 'payload_too_large':
        case 'unsupported_media_type':
        case 'dodo_rejected':
        case 'dodo_unavailable':
        case 'rate_limited':
        case 'temporarily_unavailable':
        case 'unreachable':
        case 'unexpected':
          return result.code;
        default:
          return result satisfies never;
      }
    }
    expect(told({ ok: false, status: 'other', code: 'unreachable' })).toBe('unreachable');
    type Codes = Exclude<Result<'getReceipt'>, { ok: true }>['code'];
    expectTypeOf<Exclude<Codes, 'unreachable' | 'unexpected'>>().toExtend<keyof typeof PROBLEMS>();
  });
});

describe('trying again', () => {
  it('repeats a POST under the same key while nothing can have been done twice', async () => {
    const { client, sent } = scripted([
      undefined,
      { status: 503, body: { code: 'temporarily_unavailable' }, headers: { 'retry-after': '0' } },
      { status: 201, body: { purchaseId: 'pur_1', checkoutUrl: null } },
    ]);
    expect(dataOf(await client.registerPurchase({ productId: 'prod_1' })).purchaseId).toBe('pur_1');
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    expect(sent[0]?.key).toMatch(/^[\w-]{36}$/);
  });

  it('repeats no other error, and gives up', async () => {
    const refused = scripted([{ status: 502, body: { code: 'dodo_unavailable' } }]);
    expect(await refused.client.acceptOffer('cus_1')).toMatchObject({ ok: false, status: 502 });
    expect(refused.sent).toHaveLength(1);
    const away = scripted([]);
    expect(await away.client.getOffer('cus_1')).toMatchObject({ status: 'other', code: 'unreachable' });
    expect(away.sent).toHaveLength(3);
    const proxy = scripted([{ status: 404 }]);
    expect(await proxy.client.getReceipt('prs_1')).toMatchObject({ code: 'unexpected', httpStatus: 404 });
  });

  it('keeps ids inside their segment, and the key that was named', async () => {
    const { client, sent } = scripted([{ status: 200, body: { success: true } }]);
    await client.declineOffer('../x?y', {}, { idempotencyKey: 'mine', locale: 'pt-BR' });
    expect(sent).toEqual([
      {
        url: 'https://offers.example/api/upsell/..%2Fx%3Fy/decline?locale=pt-BR',
        method: 'POST',
        key: 'mine',
        body: {},
      },
    ]);
  });
});

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
function signed(webhook: object, timestamp = Math.floor(Date.now() / 1000)) {
  const body = JSON.stringify(webhook);
  const secret = Buffer.alloc(32, 7);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${'A'.repeat(43)}= ${signWebhook({ id: 'msg_1', timestamp, body, secret })}`,
    },
  };
}
const FULFILLED = {
  type: 'offer.fulfilled',
  timestamp: '2026-12-01T12:00:00.000Z',
  sequence: 3,
  data: {
    purchaseId: 'pay_1',
    presentationId: 'prs_1',
    customerId: 'cus_1',
    product: { id: 'p', name: 'P' },
  },
};

describe('webhooks', () => {
  it('are verified, and told apart by their type', async () => {
    expectTypeOf<OfferWebhook['type']>().toEqualTypeOf<NotificationType>();
    const { body, headers } = signed(FULFILLED);
    const { id, webhook } = await verifyWebhook(body, new Headers(headers), ['whsec_b3RoZXI=', SECRET]);
    expect(id).toBe('msg_1');
    if (webhook.type === 'offer.reversed')
      expectTypeOf(webhook.data.cause?.kind).toEqualTypeOf<'refund' | 'dispute' | undefined>();
    expect(webhook).toEqual(FULFILLED);
  });

  it.each([
    ['changed', (one: ReturnType<typeof signed>) => ({ ...one, body: `${one.body} ` })],
    ['old', () => signed(FULFILLED, Math.floor(Date.now() / 1000) - 400)],
    ['unsigned', (one: ReturnType<typeof signed>) => ({ ...one, headers: {} })],
  ])('are refused when %s', async (_, change) => {
    const { body, headers } = change(signed(FULFILLED));
    await expect(verifyWebhook(body, headers, SECRET)).rejects.toThrow(WebhookVerificationError);
  });
});

describe('the examples', () => {
  const granted: string[] = [];
  const grant = (customerId?: string, productId?: string) => void granted.push(`${customerId} ${productId}`);

  it('for Express: an offer for the component, and a webhook that grants access', async () => {
    const { client } = await against({ current: aRecord() });
    const app = shopRoutes({ offers: client, customerOf: () => 'cus_1', grant, webhookSecret: SECRET });
    const url = await serve(app);
    const offer = (await fetch(`${url}/offer`).then((answer) => answer.json())) as { presentation: object };
    expect(offer.presentation).toMatchObject({ id: 'prs_1', token: expect.any(String) as string });
    const { body, headers } = signed(FULFILLED);
    expect((await fetch(`${url}/offer-webhooks`, { method: 'POST', body, headers })).status).toBe(204);
    expect((await fetch(`${url}/offer-webhooks`, { method: 'POST', body: '{}', headers })).status).toBe(401);
    expect(granted.splice(0)).toEqual(['cus_1 p']);
  });

  it('for Next.js, Hono, Deno, Bun and workers: handlers of requests', async () => {
    const { client } = await against({ current: aRecord() });
    const GET = offerRoute(client, () => 'cus_1');
    const answer = await GET(new Request('https://shop.example/offer'));
    expect(await answer.json()).toMatchObject({ eligible: true, presentation: { id: 'prs_1' } });
    const POST = webhookRoute(SECRET, grant);
    const { body, headers } = signed(FULFILLED);
    const post = (text: string) =>
      POST(new Request('https://shop.example/hook', { method: 'POST', body: text, headers }));
    expect([(await post(body)).status, (await post('{}')).status]).toEqual([204, 401]);
    expect(granted.splice(0)).toEqual(['cus_1 p']);
  });

  it('for Hono: the same handlers on its routes', async () => {
    const { client } = await against({ current: aRecord() });
    const app = shopApp({ offers: client, customerOf: () => 'cus_1', grant, webhookSecret: SECRET });
    const offer = await app.request('/offer');
    expect(await offer.json()).toMatchObject({ eligible: true, presentation: { id: 'prs_1' } });
    const { body, headers } = signed(FULFILLED);
    expect((await app.request('/offer-webhooks', { method: 'POST', body, headers })).status).toBe(204);
    expect(granted.splice(0)).toEqual(['cus_1 p']);
  });
});
