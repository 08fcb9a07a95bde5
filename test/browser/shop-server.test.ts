import { createServer, type Server } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createShop } from '../../sandbox/shop/index.js';
import { closeServer, listenOnLoopback } from '../support/loopback.js';

const API_KEY = 'key_of_the_merchants_backend';

/** The API's answers, by path. */
let answers: Record<string, { status: number; body: unknown }>;
let received: { path: string; authorization?: string; body: unknown }[];
let server: Server;
let url: string;

beforeAll(async () => {
  const app = express();
  app.use('/api', express.json(), (req, res) => {
    received.push({
      path: req.originalUrl,
      authorization: req.headers.authorization,
      body: req.body as unknown,
    });
    const { status, body } = answers[req.originalUrl] ?? { status: 404, body: {} };
    res.status(status).json(body);
  });
  app.use(createShop({ apiUrl: () => url, apiKey: API_KEY, temporalUiUrl: 'http://localhost:8233/"><b>' }));
  server = createServer(app);
  url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
});
afterAll(() => closeServer(server));
beforeEach(() => {
  answers = {};
  received = [];
});

const buy = (productId: string) =>
  fetch(`${url}/shop/buy`, { method: 'POST', body: new URLSearchParams({ productId }), redirect: 'manual' });
/** Buys something and returns the session's cookie. */
const sessionOf = async (purchaseId: string, cookie = '') => {
  answers['/api/purchases'] = { status: 201, body: { purchaseId, checkoutUrl: 'http://127.0.0.1:9/' } };
  const bought = await fetch(`${url}/shop/buy`, {
    ...{ method: 'POST', redirect: 'manual', headers: { cookie } },
    body: new URLSearchParams({ productId: 'prod_basic_plan' }),
  });
  return bought.headers.get('set-cookie')?.split(';')[0] ?? '';
};
const findOffer = async (purchase: string, cookie?: string) => {
  const response = await fetch(`${url}/shop/offer?purchase=${encodeURIComponent(purchase)}`, {
    headers: { cookie: cookie ?? (await sessionOf(purchase)) },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the demo shop’s server', () => {
  it('allows its own scripts and styles, and nothing inline', async () => {
    const response = await fetch(url);
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none';script-src 'self'");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=/);
    expect(page).not.toContain('"><b>');
    expect(page).toContain('$29.00');
    for (const [, path] of page.matchAll(/(?:src|href)="(\/shop\/assets\/[^"]+)"/g)) {
      const asset = await fetch(url + path);
      expect(asset.headers.get('cache-control')).toContain('immutable');
    }
  });

  it('opens a checkout with the backend key, sends the customer there, and names the product in the thanks', async () => {
    const checkoutUrl = 'http://127.0.0.1:9/checkout/cks_1';
    answers['/api/purchases'] = { status: 201, body: { purchaseId: 'pur_1', checkoutUrl } };
    const bought = await buy('prod_basic_plan');
    expect(bought.status).toBe(303);
    expect(bought.headers.get('location')).toBe(checkoutUrl);
    expect(received).toEqual([
      { path: '/api/purchases', authorization: `Bearer ${API_KEY}`, body: { productId: 'prod_basic_plan' } },
    ]);

    const cookie = bought.headers.get('set-cookie')?.split(';')[0] ?? '';
    const thanks = await fetch(`${url}/thank-you?purchase=pur_1&status=succeeded`, { headers: { cookie } });
    expect(await thanks.text()).toContain('Your Basic plan is active.');
    const other = await fetch(`${url}/thank-you?purchase=pur_2&status=succeeded`, { headers: { cookie } });
    expect(await other.text()).not.toContain('Basic plan');
  });

  it('reports a checkout that cannot be opened, and a product that is not sold', async () => {
    answers['/api/purchases'] = { status: 502, body: {} };
    const failed = await buy('prod_basic_plan');
    expect(failed.status).toBe(503);
    expect(await failed.text()).toContain('Nothing was charged');
    const unknown = await buy('prod_<script>');
    expect(unknown.status).toBe(404);
    expect(received).toHaveLength(1);
  });

  it('does not thank for a failed payment', async () => {
    const page = await (await fetch(`${url}/thank-you?purchase=pur_1&status=failed`)).text();
    expect(page).toContain('That payment did not go through');
    expect(page).not.toContain('Thank you!');
  });

  it('returns the offer of the requested purchase, and of no other', async () => {
    const presentation = { id: 'prs_1', purchaseId: 'pur_1', token: 'secret' };
    const temporal = 'http://localhost:8233/namespaces/default/workflows/x';
    const purchase = { status: 'offering', customerId: 'cus_1', links: { temporal } };
    answers['/api/purchases/pur_1'] = { status: 200, body: purchase };
    answers['/api/purchases/pur_2'] = { status: 200, body: { ...purchase, links: { temporal: null } } };
    answers['/api/upsell/cus_1'] = { status: 200, body: { eligible: true, presentation } };
    expect(await findOffer('pur_1')).toEqual({
      status: 200,
      body: { state: 'offer', presentation, run: temporal, customer: '/dashboard/customers/cus_1' },
    });
    expect(await findOffer('pur_2')).toMatchObject({ status: 200, body: { state: 'waiting', retry: true } });
  });

  it('opens an offer for the browser that bought, and for nobody who only knows the purchase', async () => {
    const presentation = { id: 'prs_1', purchaseId: 'pur_1', token: 'secret' };
    answers['/api/purchases/pur_1'] = {
      status: 200,
      body: { status: 'offering', customerId: 'cus_1', links: {} },
    };
    answers['/api/upsell/cus_1'] = { status: 200, body: { eligible: true, presentation } };
    const mine = await sessionOf('pur_1');
    const others = await sessionOf('pur_2');
    expect((await findOffer('pur_1', mine)).body).toMatchObject({ state: 'offer', presentation });
    expect((await findOffer('pur_1', await sessionOf('pur_2', mine))).body).toMatchObject({ state: 'offer' });
    const forged = mine.replace(/\.[^.]*$/, others.slice(others.lastIndexOf('.')));
    for (const cookie of ['', others, forged, 'shop_order=pur_1:prod_basic_plan.'])
      expect(await findOffer('pur_1', cookie)).toEqual({ status: 403, body: { state: 'none' } });
  });

  it('takes no order from a page of another site', async () => {
    const bought = await fetch(`${url}/shop/buy`, {
      ...{ method: 'POST', redirect: 'manual', headers: { 'sec-fetch-site': 'cross-site' } },
      body: new URLSearchParams({ productId: 'prod_basic_plan' }),
    });
    expect(bought.status).toBe(403);
    expect(received).toEqual([]);
  });

  it('distinguishes an offer that may still come from one that will not', async () => {
    answers['/api/purchases/pur_1'] = { status: 200, body: { status: 'awaiting_payment' } };
    expect((await findOffer('pur_1')).body).toEqual({ state: 'waiting', retry: true });
    answers['/api/purchases/pur_1'] = { status: 200, body: { status: 'settled', customerId: 'cus_1' } };
    expect((await findOffer('pur_1')).body).toEqual({
      state: 'none',
      customer: '/dashboard/customers/cus_1',
    });
    expect((await findOffer('pur_unknown')).body).toEqual({ state: 'none' });
    answers['/api/purchases/pur_1'] = { status: 503, body: {} };
    expect(await findOffer('pur_1')).toEqual({ status: 503, body: { state: 'waiting' } });
    expect((await findOffer('../upsell/cus_1')).status).toBe(400);
  });
});
