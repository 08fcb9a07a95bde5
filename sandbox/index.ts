/** A stand-in for Dodo Payments: API, hosted pages, signed webhooks, faults, and books that count every cent. */
import type { Books } from './books.js';
import { openBooks } from './books.js';
import type { Control } from './control/control.js';
import { createControl } from './control/control.js';
import { controlRoutes } from './control/routes.js';
import { startEngine } from './engine.js';
import { createApp, listen, stopListening } from './server.js';
import { SANDBOX_WEBHOOK_KEY, webhookEndpoint } from './webhooks/settings.js';

export type { Books } from './books.js';
export type { Control } from './control/control.js';
export type { PurchaseResult } from './control/purchase.js';
export type { Fault, FaultInput } from './faults.js';
export type { DeliveryRow, MovementRow, RequestRow } from './model.js';
export type { BusinessPolicy } from './policy.js';
export type { Lag, RowOverride } from './read-faults.js';
export type { WebhookPolicy } from './webhooks/settings.js';
export { DEFAULT_TEST_CARD, TEST_CARDS } from './dodo/cards.js';
export { SANDBOX_WEBHOOK_KEY };

export const SANDBOX_API_KEY = 'dodo_test_sandbox';

export interface SandboxOptions {
  /** Any free port by default, or with 0. */
  port?: number;
  /** `127.0.0.1` by default. */
  host?: string;
  /** Folder for the books: nothing that was answered is lost in a crash. Without it they live in memory. */
  dataDir?: string;
  apiKey?: string;
  /** Receives the webhooks; none are sent without it. */
  webhookUrl?: string;
  /** `whsec_...`, or two of these separated by a comma. */
  webhookKey?: string;
  /** Divides the pauses between webhook attempts. */
  timeScale?: number;
  /** The books' clock, for billing dates, expiries and `created_at`. */
  now?: () => Date;
}

export interface Sandbox {
  url: string;
  apiKey: string;
  webhookKey: string;
  books: Books;
  control: Control;
  close(): Promise<void>;
}

/**
 * Starts a sandbox, on loopback unless another host is given.
 *
 * @throws Error when the port is taken or the books in `dataDir` are damaged
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, apiKey = SANDBOX_API_KEY, webhookUrl, webhookKey } = options;
  const engine = await startEngine({
    dataDir: options.dataDir,
    timeScale: options.timeScale ?? 1,
    now: options.now ?? (() => new Date()),
  });
  const endpoint = { ...(webhookUrl && { url: webhookUrl }), ...(webhookKey && { key: webhookKey }) };
  const control = createControl(engine, configure);

  async function configure(): Promise<void> {
    if (Object.keys(endpoint).length > 0) await control.setWebhookEndpoint(endpoint);
  }

  const books = openBooks(engine);
  const app = createApp(engine, apiKey, controlRoutes(control, books, engine.faults));
  await configure();
  const listening = await listen(app, host, port).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  engine.world.url = `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`;
  engine.dispatcher.resume();
  return {
    url: engine.world.url,
    apiKey,
    webhookKey: webhookEndpoint(engine.world).key,
    books,
    control,
    async close() {
      await stopListening(listening.server);
      await engine.close();
    },
  };
}
