/** The whole system on the shared Temporal server, with the sandbox as Dodo and a ledger in memory, over real HTTP. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack } from '../../sandbox/stack.js';
import type { PurchaseResult, Sandbox } from '../../sandbox/index.js';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import { createLogger } from '../../src/log.js';
import type { PresentationView } from '../../src/http/presentation-view.js';
import { testTemporal, uniqueTaskQueue } from './temporal.js';

export interface TestStack extends Omit<Stack, 'sandbox'> {
  sandbox: Sandbox;
  http: ApiClient;
  taskQueue: string;
  /** A catalog that is saved here comes into force. */
  catalogPath: string;
}

/**
 * @param env variables to set, beside those that connect the parts
 * @param catalog the text of one of its own; the example catalog is in force without
 */
export async function testStack(env: Record<string, string> = {}, catalog?: string): Promise<TestStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'durable-upsells-stack-'));
  const ownCatalog = join(dataDir, 'offers.yaml');
  if (catalog !== undefined) await writeFile(ownCatalog, catalog);
  const { address, namespace } = await testTemporal();
  const taskQueue = uniqueTaskQueue('stack');
  const config = loadLocalConfig(
    {
      PORT: '0',
      DATA_DIR: dataDir,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_TASK_QUEUE: taskQueue,
      POLL_INTERVAL: '1s',
      RECONCILE_WINDOW: '3s',
      TEMPORAL_UI_URL: 'http://localhost:8233',
      ...(catalog !== undefined && { CATALOG: ownCatalog }),
      ...env,
    },
    { mode: 'start' },
  );
  const stack = await startStack(config, {
    log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
    volatile: true,
    anyPorts: true,
    webhookTimeScale: 100,
  });
  const { sandbox } = stack;
  if (!sandbox) throw new Error('The test stack runs the sandbox.');
  return {
    ...stack,
    sandbox,
    taskQueue,
    catalogPath: config.catalogPath,
    http: apiClient(stack.url, stack.apiKey),
    async stop() {
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Reply<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export type ApiClient = ReturnType<typeof apiClient>;

/** Calls the API as a backend, or with any other credential. */
export function apiClient(url: string, credential?: string) {
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as T,
    };
  }
  return {
    get: <T = Record<string, unknown>>(path: string) => call<T>('GET', path),
    post: <T = Record<string, unknown>>(path: string, body?: unknown, headers?: Record<string, string>) =>
      call<T>('POST', path, body ?? {}, headers),
  };
}

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

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** Asks until there is an answer. For what the system tells nobody about when it happens. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > giveUp) throw new Error(`Not within ${PATIENCE_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** The customer's open offer, once it is open. */
export async function openOffer(
  { http }: Pick<TestStack, 'http'>,
  customerId: string,
): Promise<PresentationView> {
  return eventually(`an offer for ${customerId}`, async () => {
    const { body } = await http.get<UpsellReply>(`/api/upsell/${customerId}`);
    return body.presentation;
  });
}

/** The purchase, once its run has ended. */
export async function settled({ http }: Pick<TestStack, 'http'>, purchaseId: string): Promise<PurchaseReply> {
  let last: unknown;
  return eventually(`purchase ${purchaseId} settled`, async () => {
    const { status, body } = await http.get<PurchaseReply>(`/api/purchases/${purchaseId}`);
    last = body;
    return status === 200 && body.status === 'settled' ? body : undefined;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(last)}`);
  });
}

/** Buys as on the checkout page, with a card that works unless another is named. */
export async function buy(
  { sandbox }: Pick<TestStack, 'sandbox'>,
  productId: string,
  input: Partial<Parameters<Sandbox['control']['purchase']>[0]> = {},
): Promise<PurchaseResult> {
  return sandbox.control.purchase({
    product_id: productId,
    email: `${crypto.randomUUID()}@example.com`,
    ...input,
  });
}
