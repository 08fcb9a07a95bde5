import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PaymentEvent } from '../../src/domain/payment.js';
import { offered } from '../activities/offers-taken.js';
import { openShop, type Shop } from '../activities/shop.js';
import { BACKEND, OPERATOR, operatorApp } from '../support/dashboard.js';
import { writeBooks, type Books } from '../support/dashboard-books.js';
import { serve } from './serve.js';

let shop: Shop;
let books: Books;
beforeAll(async () => {
  shop = await openShop();
  books = await writeBooks(shop);
});
afterAll(() => shop.close());

type Body = Record<string, unknown> & { code?: string };

async function api(scripted: object = {}, over: object = {}) {
  const url = await serve(operatorApp(shop, { scripted, ...over }));
  const call = async (method: string, path: string, body?: object, key: string | null = OPERATOR) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== null && { Authorization: `Bearer ${key}` }),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  return {
    url,
    get: (path: string, key?: string | null) => call('GET', path, undefined, key),
    post: (path: string, body: object = {}, key?: string) => call('POST', path, body, key),
  };
}

const parsed = (text: string): Body => (text.startsWith('{') ? (JSON.parse(text) as Body) : {});

describe('pausing an offer or a funnel everywhere', () => {
  it('is honoured by the next evaluation, whatever the file says, until it is unpaused', async () => {
    const { post, get } = await api();
    expect(await post('/api/offers/bundle/pause', { reason: 'The price is wrong.' })).toMatchObject({
      status: 200,
      body: { pauses: [{ kind: 'offer', id: 'bundle', reason: 'The price is wrong.' }] },
    });
    const bought = await shop.buy('prod_starter_course');
    expect(await shop.evaluate(bought.payment_id)).toEqual({ kind: 'ineligible', reason: 'paused' });
    await post('/api/offers/bundle/unpause', { reason: 'It is right again.' });
    await offered(shop);

    await post('/api/funnels/starter/pause', { reason: 'Not today.' });
    const later = await shop.buy('prod_starter_course');
    expect(await shop.evaluate(later.payment_id)).toEqual({ kind: 'ineligible', reason: 'paused' });
    await post('/api/funnels/starter/unpause', { reason: 'Today.' });
    await post('/api/funnels/starter/unpause', { reason: 'Twice changes nothing.' });
    expect((await get('/api/pauses')).body).toEqual({ pauses: [] });
  });

  it('is refused for what the catalog does not have, without a reason, and for backends', async () => {
    const { post, url } = await api();
    const reason = 'Why not.';
    expect(await post('/api/offers/nothing/pause', { reason })).toMatchObject({
      status: 404,
      body: { code: 'not_in_catalog' },
    });
    expect(await post('/api/offers/constructor/pause', { reason })).toMatchObject({ status: 404 });
    expect(await post('/api/offers/bundle/pause')).toMatchObject({ status: 400 });
    const refused = await fetch(`${url}/api/offers/bundle/pause`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${BACKEND}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ reason }),
    });
    expect(refused.status).toBe(403);
  });
});

describe('evaluating again', () => {
  it('opens a purchase without an offer again and starts its run, with the payment as Dodo has it', async () => {
    const started: [string, { purchaseId: string; event: PaymentEvent }][] = [];
    const evaluateAgain = async (...asked: (typeof started)[number]) => {
      started.push(asked);
    };
    const { post } = await api({ evaluateAgain });
    const { payment_id } = await shop.buy('prod_team_license');
    await shop.evaluate(payment_id);
    const path = `/api/purchases/${payment_id}/evaluate`;
    expect(await post(path, { reason: 'The catalog was wrong.' })).toMatchObject({
      status: 202,
      body: { status: 'evaluating' },
    });
    expect(started).toMatchObject([
      [
        `purchase/${payment_id}`,
        { purchaseId: payment_id, event: { paymentId: payment_id, status: 'succeeded' } },
      ],
    ]);
    // The process died before Temporal had it: the same command once more starts it.
    expect(await post(path, { reason: 'Once more.' })).toMatchObject({ status: 202 });
    expect((await shop.purchase(payment_id)).timeline.map(({ type }) => type)).toContain('evaluated_again');
  });

  it('is refused while a run is at work, and after an offer was made', async () => {
    const evaluateAgain = () => Promise.reject(new Error('must not be asked'));
    const busy = await api({ status: async () => 'running', evaluateAgain });
    const { payment_id } = await shop.buy('prod_team_license');
    await shop.evaluate(payment_id);
    const reason = 'Again.';
    expect(await busy.post(`/api/purchases/${payment_id}/evaluate`, { reason })).toMatchObject({
      status: 409,
      body: { code: 'not_evaluable' },
    });
    const { post } = await api({ evaluateAgain });
    expect(await post(`/api/purchases/${books.paid.payment_id}/evaluate`, { reason })).toMatchObject({
      status: 409,
      body: { code: 'not_evaluable' },
    });
    expect(await post('/api/purchases/pay_of_nobody/evaluate', { reason })).toMatchObject({ status: 404 });
  });
});

describe('the audit trail', () => {
  it('has each command before and after its effect, with the state of both', async () => {
    const { post, get } = await api();
    await post('/api/offers/pro/pause', { reason: 'To be written down.' });
    await post('/api/offers/pro/unpause', { reason: 'And back.' });
    const { entries } = (await get('/api/audit?subject=pro')).body as {
      entries: { phase: string; state: object }[];
    };
    expect(entries.map(({ phase, state }) => [phase, state])).toEqual([
      ['done', { paused: false }],
      ['ordered', { paused: true }],
      ['done', { paused: true }],
      ['ordered', { paused: false }],
    ]);
  });
});

describe('query parameters', () => {
  it.each([
    '/api/reports/funnels?since=2026-01-01T00:00:00Z',
    '/api/reports/experiments?form=2026-01-01',
    '/api/reports/evaluations?until=2026-01-01',
    '/api/catalog?version=1',
    '/api/reviews?sort=age',
    '/api/pauses?kind=offer',
    '/api/purchases/pay_1?verbose=true',
    '/api/upsell/cus_1?price=1',
    '/api/reports/funnels?from=2026-13-01',
    '/api/reports/funnels?tz=Mars/Olympus',
    '/api/reports/funnels?tz=%2B02:00',
    '/api/reports/funnels?from=2026-12-02&to=2026-12-01',
  ])('are refused when they are unknown or wrong: %s', async (path) => {
    const { get } = await api();
    expect(await get(path)).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } });
  });

  it('bound a report: days in a time zone, the last one included', async () => {
    const { get } = await api();
    const presented = async (query: string) => {
      const { body, status } = await get(`/api/reports/funnels?${query}`);
      expect(status).toBe(200);
      return (body.totals as { presented: number }).presented;
    };
    const all = await presented('');
    expect((await presented('from=2026-11-01')) + (await presented('to=2026-10-31'))).toBe(all);
    expect(await presented('from=2030-01-01')).toBe(0);
    const berlin = await get('/api/reports/funnels?from=2026-11-10&to=2026-11-10&tz=Europe/Berlin');
    expect(berlin.body).toMatchObject({
      from: '2026-11-09T23:00:00.000Z',
      to: '2026-11-10T23:00:00.000Z',
      tz: 'Europe/Berlin',
    });
    // The day on which clocks are set back has 25 hours.
    const long = await get('/api/reports/funnels?from=2026-10-25&to=2026-10-25&tz=Europe/Berlin');
    expect(long.body).toMatchObject({ from: '2026-10-24T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' });
  });
});

describe('the dashboard', () => {
  it('takes an operator key as a bearer, and nobody else', async () => {
    const { get } = await api();
    expect(await get('/dashboard')).toMatchObject({ status: 200 });
    const stranger = await get('/dashboard', null);
    expect(stranger).toMatchObject({ status: 401 });
    expect(stranger.text).toContain('Operator key');
    expect(stranger.text).not.toContain('Money in doubt');
    expect(stranger.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await get('/dashboard/reviews', BACKEND)).toMatchObject({ status: 403 });
    expect(await get('/dashboard/reviews', 'key_that_nobody_was_ever_given')).toMatchObject({ status: 401 });
  });

  it('leads from an id to its page by a redirect, and says when there is none', async () => {
    const { get } = await api();
    const to = async (id: string) =>
      (await get(`/dashboard/search?q=${encodeURIComponent(id)}`)).headers.get('location');
    const { paid } = books;
    expect(await to(paid.payment_id)).toBe(`/dashboard/purchases/${paid.payment_id}`);
    expect(await to(paid.customer_id)).toBe(`/dashboard/customers/${paid.customer_id}`);
    expect(await to(paid.attemptId)).toContain(`#${paid.presentationId}`);
    const nothing = await get('/dashboard/search?q=sub_<script>alert(1)</script>');
    expect(nothing).toMatchObject({ status: 404 });
    expect(nothing.text).not.toContain('<script>');
  });

  it('exports the rows behind every figure: they sum to it', async () => {
    const { get } = await api();
    const period = 'from=2026-10-01&to=2026-12-01';
    const lines = (text: string) => {
      const [header = '', ...rows] = text.trim().split('\r\n');
      const names = header.split(',');
      return rows.map((row) =>
        Object.fromEntries(row.split(',').map((value, place) => [names[place] ?? '', value])),
      );
    };
    const report = (await get(`/api/reports/funnels?${period}`)).body as {
      totals: {
        presented: number;
        declined: number;
        paid: number;
        gross: Record<string, number>;
        net: Record<string, number>;
      };
    };
    const { presented, declined, paid, gross, net } = report.totals;
    const rows = async (figure: string) =>
      lines((await get(`/dashboard/rows.csv?${period}&figure=${figure}`)).text);
    expect(await rows('presented')).toHaveLength(presented);
    expect(await rows('declined')).toHaveLength(declined);
    const paidRows = await rows('paid');
    expect(paidRows).toHaveLength(paid);
    const sumOf = (field: string, currency: string) =>
      paidRows.filter((row) => row.currency === currency).reduce((sum, row) => sum + Number(row[field]), 0);
    for (const currency of Object.keys(gross)) {
      expect(sumOf('gross_minor_units', currency)).toBe(gross[currency]);
      expect(sumOf('net_minor_units', currency)).toBe(net[currency]);
    }
    const days = lines((await get(`/dashboard/offers.csv?${period}`)).text);
    expect(days.reduce((sum, day) => sum + Number(day.presented), 0)).toBe(presented);
  });

  it('refuses forms without the token of the session, and those that other sites send', async () => {
    const { url } = await api();
    const { cookie, token } = await signedIn(url);
    const pause = (form: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${url}/dashboard/offers/bundle/pause`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, ...headers },
        body: new URLSearchParams(form),
      });
    const reason = 'A test.';
    expect((await pause({ reason })).status).toBe(403);
    expect((await pause({ reason, token: createHash('sha256').digest('base64url') })).status).toBe(403);
    expect((await pause({ reason, token }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await pause({ reason, token }, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect(await shop.context.ledger.pauses()).toEqual([]);
    const done = await pause({ reason, token, back: 'https://elsewhere.example/' });
    expect(done.status).toBe(303);
    expect(done.headers.get('location')).toBe('/dashboard');
    expect(await shop.context.ledger.pauses()).toHaveLength(1);
    await shop.context.ledger.unpause('offer', 'bundle');
  });

  it('ends sessions when they expire or their key is withdrawn, and takes none that it did not sign', async () => {
    const { url } = await api();
    const { cookie } = await signedIn(url);
    const status = async (origin: string, sent: string) =>
      (await fetch(`${origin}/dashboard`, { headers: { cookie: sent } })).status;
    expect(await status(url, cookie)).toBe(200);
    expect(await status(url, `${cookie}x`)).toBe(401);
    expect(await status(url, 'upsells_session=e30.e30')).toBe(401);
    const others = await api({}, { operatorKeys: ['key_operator_of_somebody_else'] });
    expect(await status(others.url, cookie)).toBe(401);
    const nextDay = await api({}, { now: () => new Date(shop.now().getTime() + 9 * 3_600_000) });
    expect(await status(nextDay.url, cookie)).toBe(401);
  });

  it('is read-only in live mode until it is unlocked with a reason, for 15 minutes', async () => {
    let late = 0;
    const { url } = await api({}, { startsLocked: true, now: () => new Date(shop.now().getTime() + late) });
    const { cookie, token } = await signedIn(url);
    const send = (path: string, form: Record<string, string>, sent = cookie) =>
      fetch(url + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: sent },
        body: new URLSearchParams({ token, ...form }),
      });
    const reason = 'The price is wrong.';
    expect((await send('/dashboard/offers/bundle/pause', { reason })).status).toBe(403);
    expect((await send('/dashboard/unlock', {})).status).toBe(400);
    const unlocked = cookieOf(await send('/dashboard/unlock', { reason }));
    late = 14 * 60_000;
    expect((await send('/dashboard/offers/bundle/pause', { reason }, unlocked)).status).toBe(303);
    late = 16 * 60_000;
    expect((await send('/dashboard/offers/bundle/unpause', { reason }, unlocked)).status).toBe(403);
    await shop.context.ledger.unpause('offer', 'bundle');
  });
});

const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

async function signedIn(url: string): Promise<{ cookie: string; token: string }> {
  const form = await fetch(`${url}/dashboard/sign-in`);
  const tokenIn = (page: string) => /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const done = await fetch(`${url}/dashboard/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookieOf(form) },
    body: new URLSearchParams({ key: OPERATOR, token: tokenIn(await form.text()), to: '/dashboard' }),
  });
  const cookie = cookieOf(done);
  const page = await fetch(`${url}/dashboard/catalog`, { headers: { cookie } });
  return { cookie, token: tokenIn(await page.text()) };
}
