import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOidcSignIn } from '../../src/dashboard/oidc.js';
import type { DashboardDeps } from '../../src/dashboard/deps.js';
import { openShop, type Shop } from '../activities/shop.js';
import { closeServer, listenOnLoopback } from '../support/loopback.js';
import { operatorApp } from '../support/dashboard.js';
import { CLIENT, startIdentityProvider, type IdentityProvider } from './identity-provider.js';

let shop: Shop;
let provider: IdentityProvider;
const servers: Server[] = [];
beforeAll(async () => {
  [shop, provider] = await Promise.all([openShop(), startIdentityProvider()]);
});
afterAll(async () => {
  await Promise.all(servers.map(closeServer));
  await provider.close();
  await shop.close();
});

const OPERATORS = [
  { who: 'anna@shop.example' },
  { who: '@shop.example', readOnly: true as const },
  { who: 'subject-7' },
];

/** A browser that keeps cookies, and forgets no header that a server sets. */
async function visit(over: Partial<DashboardDeps> = {}, issuer = provider.issuer) {
  const server = createServer((req, res) => void app(req, res));
  servers.push(server);
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  const redirectUrl = `${url}/dashboard/sign-in/callback`;
  const config = { issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, redirectUrl };
  const oidc = createOidcSignIn({ ...config, operators: OPERATORS });
  const app = operatorApp(shop, { oidc, ...over });
  const cookies = new Map<string, string>();
  const request = async (path: string, form?: Record<string, string>) => {
    const response = await fetch(new URL(path, url), {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    if (new URL(path, url).origin === url)
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const [name = '', value = ''] = pair.split('=');
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
    const text = await response.text();
    return { status: response.status, text, location: response.headers.get('location') ?? '' };
  };
  const token = (page: string) => /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
  return {
    cookies,
    request,
    withProvider: async (to = '/dashboard') => {
      const begun = await request(`/dashboard/sign-in/provider?to=${encodeURIComponent(to)}`);
      const back = await request(begun.location);
      return { back: back.location, page: await request(back.location) };
    },
    withKey: async (key: string) => {
      const form = token((await request('/dashboard/sign-in')).text);
      return request('/dashboard/sign-in', { token: form, key, to: '/dashboard' });
    },
    /** Gives a command as the page's own form does. */
    pause: async () => {
      const page = (await request('/dashboard/catalog')).text;
      const form = { token: token(page), reason: 'The price is wrong.', back: '/dashboard/catalog' };
      return request('/dashboard/offers/bundle/pause', form);
    },
  };
}

describe('signing in by OpenID Connect', () => {
  it('lets in whose verified address is listed, and goes on to where they wanted to go', async () => {
    const { request, withProvider, pause } = await visit();
    provider.signsIn({ sub: '1', email: 'Anna@Shop.example', email_verified: true });
    expect((await request('/dashboard/reviews')).text).toContain(
      'href="/dashboard/sign-in/provider?to=%2Fdashboard%2Freviews"',
    );
    const { page } = await withProvider('/dashboard/reviews');
    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toContain('content="0;url=/dashboard/reviews"');
    const reviews = await request('/dashboard/reviews');
    expect(reviews.status).toBe(200);
    expect(reviews.text).toContain('anna@shop.example');
    expect(await pause()).toMatchObject({ status: 303 });
    expect(await shop.context.ledger.auditTrail({ limit: 1 })).toMatchObject([
      { actor: 'anna@shop.example', reason: 'The price is wrong.' },
    ]);
  });

  it('lets in everybody of a domain to read, where it says so, and a subject by its name', async () => {
    const reader = await visit();
    provider.signsIn({ sub: '2', email: 'ben@shop.example', email_verified: true });
    await reader.withProvider();
    expect((await reader.request('/dashboard')).text).toContain('give no commands');
    expect(await reader.pause()).toMatchObject({ status: 403 });

    const subject = await visit();
    provider.signsIn({ sub: 'subject-7' });
    await subject.withProvider();
    expect((await subject.request('/dashboard')).text).toContain('oidc:subject-7');
    expect(await subject.pause()).toMatchObject({ status: 303 });
  });

  it.each([
    ['an address that is not verified', { sub: '3', email: 'anna@shop.example', email_verified: false }, 403],
    ['an address without a word on it', { sub: '3', email: 'anna@shop.example' }, 403],
    ['somebody else', { sub: '4', email: 'eve@elsewhere.example', email_verified: true }, 403],
    ['a subject that looks like an address', { sub: 'anna@shop.example' }, 403],
    ['somebody who does not agree', { sub: 'subject-7', refuses: true }, 401],
    ['a token with another nonce', { sub: 'subject-7', lies: { nonce: 'another' } }, 401],
    ['a token for another client', { sub: 'subject-7', lies: { aud: 'another' } }, 401],
    ['a token of another issuer', { sub: 'subject-7', lies: { iss: 'https://evil.example' } }, 401],
    ['a token that somebody else has signed', { sub: 'subject-7', forged: true }, 401],
    ['a token that has expired', { sub: 'subject-7', lies: { exp: 1_700_000_000 } }, 401],
  ])('keeps out %s', async (_who, person, status) => {
    const { request, withProvider, cookies } = await visit();
    provider.signsIn(person);
    const { page } = await withProvider();
    expect(page.status).toBe(status);
    expect(cookies.has('upsells_session')).toBe(false);
    expect(await request('/dashboard')).toMatchObject({ status: 401 });
  });

  it('takes an answer once, from the browser that asked, and for what it asked', async () => {
    const { request, withProvider } = await visit();
    provider.signsIn({ sub: 'subject-7' });
    const { back } = await withProvider();
    expect(await request(back)).toMatchObject({ status: 400 });

    const stranger = await visit();
    expect(await stranger.request(new URL(back).pathname + new URL(back).search)).toMatchObject({
      status: 400,
    });

    const swapped = await visit();
    await swapped.request('/dashboard/sign-in/provider');
    const foreign = new URL(back).search;
    expect(await swapped.request(`/dashboard/sign-in/callback${foreign}`)).toMatchObject({ status: 401 });
    expect(swapped.cookies.has('upsells_session')).toBe(false);
  });

  it('goes nowhere but to the dashboard', async () => {
    const { withProvider } = await visit();
    provider.signsIn({ sub: 'subject-7' });
    const { page } = await withProvider('https://evil.example/dashboard');
    expect(page.text).toContain('content="0;url=/dashboard"');
  });

  it('says so while the provider is away, and lets keys in', async () => {
    const away = await startIdentityProvider();
    await away.close();
    const { request, withKey } = await visit({}, away.issuer);
    expect(await request('/dashboard/sign-in/provider')).toMatchObject({
      status: 503,
      text: expect.stringContaining('cannot be reached') as string,
    });
    expect(await withKey('key_operator_0123456789abcdef')).toMatchObject({ status: 303 });
  });
});

describe('signing in with a key', () => {
  const named = { key: 'key_of_somebody_0123456789abcdef', name: 'temp' };

  it('lets a key that may only read look, and give no command', async () => {
    const { request, withKey, pause } = await visit({ operatorKeys: [{ ...named, readOnly: true }] });
    expect(await withKey(named.key)).toMatchObject({ status: 303 });
    expect((await request('/dashboard')).text).toContain('give no commands');
    expect(await pause()).toMatchObject({ status: 403 });
  });

  it('refuses a key that has expired, and ends the sessions of one that expires', async () => {
    const at = shop.now().getTime();
    const past = await visit({ operatorKeys: [{ ...named, until: new Date(at).toISOString() }] });
    expect(await past.withKey(named.key)).toMatchObject({ status: 401 });

    let now = shop.now();
    const until = new Date(at + 60_000).toISOString();
    const { request, withKey } = await visit({ operatorKeys: [{ ...named, until }], now: () => now });
    expect(await withKey(named.key)).toMatchObject({ status: 303 });
    expect(await request('/dashboard')).toMatchObject({ status: 200 });
    now = new Date(at + 60_000);
    expect(await request('/dashboard')).toMatchObject({ status: 401 });
  });
});
