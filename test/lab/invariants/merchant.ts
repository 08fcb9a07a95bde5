/** The merchant's endpoint: verifies what it is told, keeps it, and can be made to be away for a while. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parseWebhookSecret, verifyWebhook } from '../../../src/webhooks/verify.js';
import type { Told } from './evidence.js';

/** For loopback alone. */
const SECRET = `whsec_${Buffer.from('durable-upsells-test-merchant-key').toString('base64')}`;

export interface Merchant {
  url: string;
  secret: string;
  /** Everything that was told, repetitions included. */
  told: Told[];
  /** From now on it takes what it is sent, or answers 500; half of those it has taken all the same. */
  setAway(away: boolean): void;
  /** Takes the next webhook of this type about a purchase, and answers 500 all the same. */
  loseAnswer(type: string, purchaseId: string): void;
  close(): Promise<void>;
}

/** Listens on a free port of loopback. */
export async function startMerchant(): Promise<Merchant> {
  const read = parseWebhookSecret(SECRET);
  if (!read.ok) throw new Error(`The merchant's secret cannot be used: ${read.problem}.`);
  const { secret } = read;
  const told: Told[] = [];
  let away = false;
  let refused = 0;
  const answersToLose = new Set<string>();

  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const verified = verifyWebhook({ headers: request.headers, body, secrets: [secret], now: new Date() });
      if (!verified.ok) return response.writeHead(401).end();
      const { type, data } = JSON.parse(body.toString()) as {
        type: string;
        data: { purchaseId: string; presentationId: string };
      };
      const { purchaseId, presentationId } = data;
      const losesAnswer = answersToLose.delete(`${type} ${purchaseId}`);
      const takes = losesAnswer || !away || (refused += 1) % 2 === 0;
      if (takes) told.push({ id: verified.id, type, purchaseId, presentationId });
      return response.writeHead(losesAnswer || away ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: SECRET,
    told,
    setAway(value) {
      away = value;
    },
    loseAnswer(type, purchaseId) {
      answersToLose.add(`${type} ${purchaseId}`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
