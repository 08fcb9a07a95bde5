/** The merchant's endpoint for notifications: verifies every one, keeps what came in the order it came. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parseWebhookSecret } from '../../src/webhooks/sign.js';
import { verifyWebhook } from '../../src/webhooks/verify.js';
import { eventually } from '../support/stack.js';

const SECRET = `whsec_${Buffer.from('a secret of the merchant, for tests').toString('base64')}`;

export interface Told {
  id: string;
  type: string;
  sequence: number;
  timestamp: string;
  data: Record<string, unknown> & { purchaseId: string; presentationId: string; status?: string };
  /** What was answered. */
  status: number;
}

export interface Merchant {
  /** For the stack that is to notify this merchant. */
  env: { MERCHANT_WEBHOOK_URL: string; MERCHANT_WEBHOOK_SECRET: string };
  /** Everything that came about a purchase, refused or taken, as it came. */
  about(purchaseId: string): Told[];
  /** What was taken about a purchase, once the last of it is of this type. */
  toldUntil(purchaseId: string, type: string): Promise<Told[]>;
  /** Answers 500 to the next notifications about a purchase. */
  refuse(purchaseId: string, times: number): void;
  close(): Promise<void>;
}

export async function startMerchant(): Promise<Merchant> {
  const parsed = parseWebhookSecret(SECRET);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { secret } = parsed;
  const came: Told[] = [];
  const refusals = new Map<string, number>();

  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { headers } = request;
      const verified = verifyWebhook({ headers, body, secrets: [secret], now: new Date() });
      if (!verified.ok) {
        response.writeHead(401).end();
        return;
      }
      const told = JSON.parse(body.toString()) as Omit<Told, 'id' | 'status'>;
      const left = refusals.get(told.data.purchaseId) ?? 0;
      refusals.set(told.data.purchaseId, left - 1);
      const status = left > 0 ? 500 : 204;
      came.push({ ...told, id: verified.id, status });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const about = (purchaseId: string) => came.filter(({ data }) => data.purchaseId === purchaseId);
  return {
    env: {
      MERCHANT_WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
      MERCHANT_WEBHOOK_SECRET: SECRET,
    },
    about,
    toldUntil: (purchaseId, type) =>
      eventually(`${type} about ${purchaseId}`, async () => {
        const taken = about(purchaseId).filter(({ status }) => status === 204);
        return taken.at(-1)?.type === type && taken;
      }),
    refuse: (purchaseId, times) => void refusals.set(purchaseId, times),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
