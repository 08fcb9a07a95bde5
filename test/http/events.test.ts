import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { IN_MEMORY, openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import { createApp } from '../../src/http/app.js';
import type { ApiDeps } from '../../src/http/deps.js';
import type { PresentationWithNext } from '../../src/http/next-offer.js';
import { createStreamHub, STREAMS_PER_TOKEN } from '../../src/http/streams/hub.js';
import { createTokens } from '../../src/http/token.js';
import type { Ledger } from '../../src/ledger/index.js';
import { aPresentation, id } from '../ledger/examples.js';
import { eventually } from '../support/eventually.js';
import { BACKEND } from './scripted-api.js';
import { serve } from './serve.js';
import { listenTo } from './sse.js';

let ledger: Ledger;
const tokens = createTokens(randomBytes(32));
const MINUTE = 60_000;

beforeAll(async () => {
  ledger = await openEmbeddedLedger(IN_MEMORY);
});
afterAll(() => ledger.close());

/** Counts what is asked of the ledger. */
function counting(of: Ledger): { ledger: Ledger; calls: string[] } {
  const calls: string[] = [];
  const entries = Object.entries(of).map(([name, method]: [string, (...args: never[]) => unknown]) => [
    name,
    (...args: never[]) => {
      calls.push(name);
      return method(...args);
    },
  ]);
  return { ledger: Object.fromEntries(entries) as Ledger, calls };
}

async function api(over: Partial<ApiDeps> = {}) {
  const log = { error: () => undefined, warn: () => undefined } as unknown as ApiDeps['log'];
  const streams = createStreamHub(over.ledger ?? ledger, log);
  onTestFinished(() => streams.close());
  const deps = {
    ledger,
    streams,
    tokens,
    log,
    now: () => new Date(),
    appUrl: 'https://shop.example',
    apiKeys: [BACKEND],
    operatorKeys: [],
    webhookSecrets: [],
    ...over,
  };
  return { url: await serve(createApp(deps as unknown as ApiDeps)), streams };
}

async function anOffer(over: Partial<Parameters<typeof aPresentation>[0]> = {}) {
  const presentation = aPresentation({
    expiresAt: new Date(Date.now() + 30 * MINUTE).toISOString(),
    ...over,
  });
  const { purchaseId } = presentation;
  await ledger.openPresentation({
    presentation,
    workflowId: `purchase/${purchaseId}`,
    at: new Date().toISOString(),
  });
  return presentation;
}

const events = (url: string, presentationId: string) => `${url}/api/presentations/${presentationId}/events`;
const decided = (decision: 'accepted' | 'declined') => ({ decision, decidedAt: new Date().toISOString() });

it('sends the presentation at once, each change, and ends with the final state', async () => {
  const { url } = await api();
  const offer = await anOffer();
  const stream = await listenTo<PresentationWithNext>(events(url, offer.id), BACKEND);
  expect(stream.status).toBe(200);
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  expect(stream.headers.get('x-accel-buffering')).toBe('no');
  expect(stream.headers.get('cache-control')).toBe('no-store, no-transform');

  const first = await stream.next();
  expect(first).toMatchObject({ event: 'presentation', data: { id: offer.id, status: 'open' } });
  expect(first?.data.token).toEqual(expect.any(String));

  await ledger.updatePresentation(offer.id, { status: 'charging', ...decided('accepted') });
  expect((await stream.next())?.data).toMatchObject({ status: 'charging' });
  await ledger.updatePresentation(offer.id, { status: 'paid', paidAmount: 3000 });
  const last = await stream.next();
  expect(last?.data).toMatchObject({ status: 'paid', paidAmount: 3000 });
  expect(await stream.next()).toBeUndefined();

  // Whoever has seen the end is told not to come back; everybody else is told the end.
  const again = await listenTo(events(url, offer.id), BACKEND, { 'last-event-id': last?.id ?? '' });
  expect(again.status).toBe(204);
  const late = await listenTo(events(url, offer.id), BACKEND);
  expect((await late.next())?.data).toMatchObject({ status: 'paid' });
  expect(await late.next()).toBeUndefined();
});

it('sends the next offer with the end of the one before it, and with GET', async () => {
  const { url } = await api();
  const offer = await anOffer();
  const { presentationId, customerId, purchaseId } = { ...offer, presentationId: offer.id };
  const token = await tokens.issue({
    presentationId,
    customerId,
    priceHash: offer.price.hash,
    expiresAt: offer.expiresAt,
  });
  const stream = await listenTo<PresentationWithNext>(events(url, presentationId), token);
  expect((await stream.next())?.data.token).toBeUndefined();
  const next = aPresentation({ customerId, purchaseId, expiresAt: offer.expiresAt });
  await ledger.openPresentation({
    presentation: next,
    workflowId: `purchase/${purchaseId}`,
    at: new Date().toISOString(),
    previous: { presentationId, patch: { status: 'declined', ...decided('declined') }, timeline: [] },
  });
  const end = await stream.next();
  expect(end?.data).toMatchObject({ status: 'declined', next: { id: next.id, status: 'open' } });
  expect(await stream.next()).toBeUndefined();

  const read = await fetch(`${url}/api/presentations/${presentationId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const body = (await read.json()) as PresentationWithNext;
  expect(body.next).toMatchObject({ id: next.id });
  const forNext = await listenTo(events(url, next.id), body.next?.token ?? '');
  expect((await forNext.next())?.data).toMatchObject({ id: next.id });
  forNext.close();
});

it('says by the clock that an offer has expired, and goes on until its run has said so', async () => {
  const { url } = await api();
  const offer = await anOffer({ expiresAt: new Date(Date.now() + 300).toISOString() });
  const stream = await listenTo(events(url, offer.id), BACKEND);
  expect((await stream.next())?.data).toMatchObject({ status: 'open' });
  expect((await stream.next())?.data).toMatchObject({ status: 'expired' });
  // A click in time wins, even if its run learns of it late.
  await ledger.updatePresentation(offer.id, { status: 'charging', ...decided('accepted') });
  expect((await stream.next())?.data).toMatchObject({ status: 'charging' });
  stream.close();
});

it('serves many streams with one listener, and asks the ledger nothing while nothing changes', async () => {
  const counted = counting(ledger);
  const { url } = await api({ ledger: counted.ledger });
  const offers = await Promise.all(Array.from({ length: 20 }, () => anOffer()));
  const streams = await Promise.all(
    offers.flatMap(({ id: one }) => [1, 2, 3].map(() => listenTo(events(url, one), BACKEND))),
  );
  for (const stream of streams) await stream.next();
  await eventually('the first look', async () => counted.calls.includes('presentationsNamed') || undefined);
  expect(counted.calls.filter((call) => call === 'followPresentations')).toHaveLength(1);
  counted.calls.length = 0;

  const [changing] = offers;
  await ledger.updatePresentation(changing?.id ?? '', { status: 'charging', ...decided('accepted') });
  for (const stream of streams.slice(0, 3))
    expect((await stream.next())?.data).toMatchObject({ status: 'charging' });
  // One read of the row for three streams; a follower of it is looked for by each.
  expect(counted.calls.filter((call) => call === 'presentation')).toHaveLength(1);
  expect(counted.calls.filter((call) => call === 'presentationsNamed')).toHaveLength(0);
  for (const stream of streams) stream.close();
});

it('reads every second where the database announces nothing', async () => {
  const deaf = {
    ...ledger,
    followPresentations: () => Promise.resolve({ announced: false, stop: () => Promise.resolve() }),
  };
  const { url } = await api({ ledger: deaf });
  const offer = await anOffer();
  const stream = await listenTo(events(url, offer.id), BACKEND);
  await stream.next();
  await ledger.updatePresentation(offer.id, { status: 'charging', ...decided('accepted') });
  expect((await stream.next())?.data).toMatchObject({ status: 'charging' });
  stream.close();
});

it('limits the streams of one token, and lets a place be taken again', async () => {
  const { url } = await api();
  const offer = await anOffer();
  const { customerId, expiresAt } = offer;
  const token = await tokens.issue({
    presentationId: offer.id,
    customerId,
    priceHash: offer.price.hash,
    expiresAt,
  });
  const open = await Promise.all(
    Array.from({ length: STREAMS_PER_TOKEN }, () => listenTo(events(url, offer.id), token)),
  );
  for (const stream of open) await stream.next();
  const refused = await fetch(events(url, offer.id), { headers: { authorization: `Bearer ${token}` } });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });

  open[0]?.close();
  await eventually('a free place', async () => {
    const stream = await listenTo(events(url, offer.id), token);
    stream.close();
    return stream.status === 200 || undefined;
  });
  for (const stream of open) stream.close();
});

it('ends when the server stops', async () => {
  const { url, streams } = await api();
  const offer = await anOffer();
  const stream = await listenTo(events(url, offer.id), BACKEND);
  await stream.next();
  await streams.close();
  expect(await stream.next()).toBeUndefined();
});

it('is for the holder of its own token alone', async () => {
  const { url } = await api();
  const [offer, other] = [await anOffer(), await anOffer()];
  const token = await tokens.issue({
    presentationId: other.id,
    customerId: other.customerId,
    priceHash: other.price.hash,
    expiresAt: other.expiresAt,
  });
  const stranger = await listenTo(events(url, offer.id), token);
  expect(stranger.status).toBe(404);
  expect((await listenTo(events(url, id('prs')), BACKEND)).status).toBe(404);
  expect((await listenTo(events(url, offer.id), 'nobody')).status).toBe(401);
});
