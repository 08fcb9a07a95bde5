import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import DodoPayments from 'dodopayments';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../sandbox/index.js';

export interface Received {
  id: string;
  type: string;
  headers: Record<string, string>;
  body: string;
  data: Record<string, unknown>;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Statuses to reply with, one per delivery; 200 after the last. */
  answers: number[];
  /** Resolves when `count` deliveries of a type, or of any type, have arrived. */
  until(count: number, type?: string): Promise<Received[]>;
  close(): Promise<void>;
}

/** Starts a webhook endpoint on loopback, closed at the end of the test. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  let watchers: (() => void)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
      const headers = plain(request.headers);
      received.push({ id: headers['webhook-id'] ?? '', type, headers, body, data });
      response.writeHead(answers.shift() ?? 200).end('{}');
      for (const watch of watchers) watch();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    answers,
    until: (count, type) =>
      new Promise((resolve) => {
        const watch = (): void => {
          const matching = received.filter((one) => type === undefined || one.type === type);
          if (matching.length < count) return;
          watchers = watchers.filter((one) => one !== watch);
          resolve(matching);
        };
        watchers.push(watch);
        watch();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(() => receiver.close());
  return receiver;
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

export interface Running {
  sandbox: Sandbox;
  client: DodoPayments;
}

/** Starts a sandbox for one test, with Dodo's own client for it, without retries. */
export async function running(options: SandboxOptions = {}): Promise<Running> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return { sandbox, client: clientOf(sandbox) };
}

export function clientOf(sandbox: Sandbox): DodoPayments {
  return new DodoPayments({
    bearerToken: sandbox.apiKey,
    baseURL: sandbox.url,
    webhookKey: sandbox.webhookKey,
    maxRetries: 0,
    logLevel: 'off',
  });
}

/** Returns Dodo's error code and the HTTP status of a refused call. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ status: number | undefined; code: string | undefined }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof DodoPayments.APIError)) throw error;
    const { status, error: body } = error as {
      status: number | undefined;
      error: { code?: string } | undefined;
    };
    return { status, code: body?.code };
  }
  throw new Error('The call was not refused.');
}

export const DECLINES_LATER = '4000000000000341';
export const DECLINES = '4000000000000002';
/** Pays while the customer is present, asks for 3-D Secure at every one-click charge. */
export const AUTHENTICATES_LATER = '4000000000003220';
export const NO_FUNDS = '4000000000009995';

/** Returns the body of a one-click charge. */
export function oneClick(
  customer: { customer_id: string; payment_method_id: string | null },
  productId: string,
  more: Partial<DodoPayments.CheckoutSessionCreateParams> = {},
): DodoPayments.CheckoutSessionCreateParams {
  return {
    product_cart: [{ product_id: productId, quantity: 1 }],
    customer: { customer_id: customer.customer_id },
    payment_method_id: customer.payment_method_id,
    confirm: true,
    minimal_address: true,
    billing_address: { country: 'US', zipcode: '10001' },
    ...more,
  };
}

/** Returns a clock that stands still until it is advanced. */
export function stoppedClock(start = '2026-03-01T00:00:00.000Z'): {
  now: () => Date;
  advance: (days: number) => void;
} {
  let at = new Date(start).getTime();
  return {
    now: () => new Date(at),
    advance(days) {
      at += days * 24 * 60 * 60 * 1000;
    },
  };
}
