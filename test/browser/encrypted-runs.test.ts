/** Runs whose payloads are encrypted, from the click to Temporal's own UI. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import { startDevServer, type DevServer } from '../../sandbox/local/dev-server.js';
import { connectClient, type TemporalClient } from '../../src/temporal/connect.js';
import { chromiumPath, launchBrowser } from '../support/browser.js';
import { buyWithOffer, settled } from '../support/purchases.js';
import { startWholeStack, type WholeStack } from '../support/whole-stack.js';

const KEYS = `2027-01:${Buffer.alloc(32, 5).toString('base64')}`;

let temporal: DevServer;
let stack: WholeStack;
let http: JsonClient;
/** Without the keys. */
let stranger: TemporalClient;
let bought: Awaited<ReturnType<typeof buyWithOffer>>;
let run: string;

beforeAll(async () => {
  temporal = await startDevServer();
  stack = await startWholeStack(temporal, {
    webhookTimeScale: 100,
    environment: () => ({
      POLL_INTERVAL: '1s',
      TEMPORAL_UI_URL: temporal.uiUrl ?? '',
      TEMPORAL_PAYLOAD_KEYS: KEYS,
    }),
  });
  http = jsonClient(stack.url, stack.apiKey);
  stranger = await connectClient({ ...temporal, embedded: true });
  bought = await buyWithOffer({ sandbox: stack.sandbox, http }, 'prod_basic_plan');
  const { body } = await http.post(`/api/presentations/${bought.presentationId}/accept`, {});
  expect(body).toMatchObject({ presentation: { status: 'paid' } });
  const { links } = await settled({ http }, bought.payment_id);
  run = decodeURIComponent(links.temporal?.split('/').at(-1) ?? '');
});

afterAll(async () => {
  await stranger?.connection.close();
  await stack?.stop();
  await temporal?.stop();
});

it('leaves nothing in a history but ids, types and times', async () => {
  const history = await stranger.client.workflow.getHandle(run).fetchHistory();
  const payloads = payloadsIn(history);
  expect(payloads.length).toBeGreaterThan(10);
  for (const { metadata } of payloads)
    expect(Buffer.from(metadata.encoding ?? []).toString()).toBe('binary/encrypted');
});

interface StoredPayload {
  metadata: Record<string, Uint8Array>;
}

/** Lists what a codec sees; search attributes are for the server, and the headers of runs carry ids alone. */
function payloadsIn(value: unknown, name = ''): StoredPayload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if (name === 'searchAttributes' || name === 'header') return [];
  if ('metadata' in value && 'data' in value && value.metadata) return [value as StoredPayload];
  return Object.entries(value).flatMap(([key, one]) => payloadsIn(one, key));
}

describe('POST /dashboard/decode', () => {
  const decode = async (headers: Record<string, string> = {}, body: unknown = { payloads: [] }) =>
    fetch(`${stack.url}/dashboard/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it('answers operators alone', async () => {
    expect((await decode()).status).toBe(401);
    expect((await decode({ authorization: `Bearer ${stack.apiKey}` })).status).toBe(403);
    expect((await decode({ authorization: `Bearer ${stack.operatorKey}` })).status).toBe(200);
  });

  it('decrypts, and leaves what it has no key for', async () => {
    const { events } = await stranger.client.workflow.getHandle(run).fetchHistory();
    const [input] = payloadsIn(events?.[0]?.workflowExecutionStartedEventAttributes?.input) as unknown as {
      metadata: Record<string, Uint8Array>;
      data: Uint8Array;
    }[];
    const toBase64 = (bytes?: Uint8Array) => Buffer.from(bytes ?? []).toString('base64');
    const id = (text: string) => ({
      metadata: {
        encoding: toBase64(input?.metadata.encoding),
        'encryption-key-id': toBase64(Buffer.from(text)),
      },
      data: toBase64(input?.data),
    });
    const response = await decode(
      { authorization: `Bearer ${stack.operatorKey}` },
      { payloads: [id('2027-01'), id('lost')] },
    );
    const { payloads } = (await response.json()) as { payloads: { data: string }[] };
    expect(Buffer.from(payloads[0]?.data ?? '', 'base64').toString()).toContain(bought.payment_id);
    expect(payloads[1]).toEqual(id('lost'));
  });

  it('refuses what is no list of payloads', async () => {
    const operator = { authorization: `Bearer ${stack.operatorKey}` };
    expect((await decode(operator, { payloads: [{ data: '%' }] })).status).toBe(400);
    expect((await decode(operator, [])).status).toBe(400);
  });

  it('can be read by Temporal’s UI, and by no other page', async () => {
    const uiOrigin = temporal.uiUrl ?? '';
    const preflight = async (origin: string) =>
      fetch(`${stack.url}/dashboard/decode`, { method: 'OPTIONS', headers: { origin } });
    const own = await preflight(uiOrigin);
    expect(own.status).toBe(204);
    expect(own.headers.get('access-control-allow-origin')).toBe(uiOrigin);
    expect(own.headers.get('access-control-allow-credentials')).toBe('true');
    const other = await preflight('https://elsewhere.example');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe.skipIf(chromiumPath() === undefined)('Temporal’s UI', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Opens the page of the run, and returns how its payloads were decrypted for it. */
  async function openRun(page: Page): Promise<number> {
    const decrypted = page.waitForResponse((response) => response.url().endsWith('/dashboard/decode'));
    await page.goto(
      `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(run)}`,
    );
    return (await decrypted).status();
  }

  it('shows a run to an operator who has signed in, and to nobody else', async () => {
    const context = await browser.newContext();
    // As the UI's own dialog keeps them.
    const settings = {
      endpoint: `${stack.url}/dashboard`,
      includeCredentials: true,
      overrideRemoteCodecConfiguration: true,
    };
    await context.addInitScript(
      Object.entries(settings)
        .map(([name, value]) => `localStorage.setItem('${name}', '${JSON.stringify(value)}');`)
        .join(''),
    );
    const page = await context.newPage();
    const input = page.getByText('"pollIntervalMs"').first();

    expect(await openRun(page)).toBe(401);
    await page.getByText('encryption-key-id').first().waitFor();
    expect(await input.isVisible()).toBe(false);

    await page.goto(`${stack.url}/dashboard`);
    await page.getByLabel('Operator key').fill(stack.operatorKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    expect(await openRun(page)).toBe(200);
    await input.waitFor();
  });
});
