/** The merchant's endpoint for notifications: verifies and records each one. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parseWebhookSecret, verifyWebhook } from '../../src/webhooks/verify.js';
import { eventually } from './eventually.js';

/** For loopback only. */
const SECRET = `whsec_${Buffer.from('durable-upsells-demo-merchant-inbox').toString('base64')}`;

interface Notification {
  id: string;
  type: string;
  sequence: number;
  purchaseId: string;
}

export interface MerchantInbox {
  url: string;
  secret: string;
  /** Returns the types of notifications about a purchase, by `sequence` and without duplicates. */
  about(purchaseId: string): string[];
  /** Resolves to the same list once it has `count` entries. */
  atLeast(purchaseId: string, count: number): Promise<string[]>;
  close(): Promise<void>;
}

/** Listens on a free port of loopback. */
export async function startMerchantInbox(): Promise<MerchantInbox> {
  const read = parseWebhookSecret(SECRET);
  if (!read.ok) throw new Error(`The inbox's secret is invalid: ${read.problem}.`);
  const { secret } = read;
  const received = new Map<string, Notification>();

  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { headers } = request;
      const verified = verifyWebhook({ headers, body, secrets: [secret], now: new Date() });
      if (verified.ok) {
        const { type, sequence, data } = JSON.parse(body.toString()) as {
          type: string;
          sequence: number;
          data: { purchaseId: string };
        };
        received.set(verified.id, { id: verified.id, type, sequence, purchaseId: data.purchaseId });
      }
      response.writeHead(verified.ok ? 204 : 401).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function about(purchaseId: string): string[] {
    return [...received.values()]
      .filter((one) => one.purchaseId === purchaseId)
      .sort((one, other) => one.sequence - other.sequence)
      .map(({ type }) => type);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: SECRET,
    about,
    atLeast: (purchaseId, count) =>
      eventually(`${count} notifications about ${purchaseId}`, async () => {
        const types = about(purchaseId);
        return types.length >= count ? types : undefined;
      }),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
