/** The merchant's endpoint for notifications: verifies each one, keeps it, and can be made to fail. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { parseWebhookSecret } from '../../src/webhooks/sign.js';
import { verifyWebhook } from '../../src/webhooks/verify.js';
import { eventually } from './eventually.js';
import { closeServer, listenOnLoopback } from './loopback.js';

/** Used on loopback only. */
const SECRET = `whsec_${Buffer.from('durable-upsells-test-merchant-key').toString('base64')}`;

/** A notification as it arrived. */
export interface ReceivedNotification {
  /** The `webhook-id`. A repeated delivery has the same one. */
  id: string;
  type: string;
  sequence: number;
  timestamp: string;
  data: Record<string, unknown> & { purchaseId: string; presentationId: string; status?: string };
  /** The answer's status. */
  status: number;
  /** False when the merchant failed before it had acted on the notification. */
  taken: boolean;
}

export interface Merchant {
  url: string;
  secret: string;
  /** Environment variables of a stack that notifies this merchant. */
  env: { MERCHANT_WEBHOOK_URL: string; MERCHANT_WEBHOOK_SECRET: string };
  /** Returns the notifications that the merchant acted on, including repetitions, in order of arrival. */
  taken(): ReceivedNotification[];
  /** Returns everything that arrived about a purchase, refused or not, in order of arrival. */
  about(purchaseId: string): ReceivedNotification[];
  /** Returns what was accepted about a purchase, once the last of it is of this type. */
  toldUntil(purchaseId: string, type: string): Promise<ReceivedNotification[]>;
  /** Answers 500 to the next notifications about a purchase. */
  refuse(purchaseId: string, times: number): void;
  /** Answers 400 to every notification of this type about a purchase. */
  refuseType(type: string, purchaseId: string): void;
  /** Answers 500 to everything while away. The merchant acts on every second notification all the same. */
  setAway(away: boolean): void;
  /** Acts on the next notification of this type about a purchase, but answers 500. */
  loseAnswer(type: string, purchaseId: string): void;
  close(): Promise<void>;
}

export async function startMerchant(): Promise<Merchant> {
  const parsed = parseWebhookSecret(SECRET);
  if (!parsed.ok) throw new Error(`The merchant's secret cannot be used: ${parsed.problem}.`);
  const { secret } = parsed;
  const received: ReceivedNotification[] = [];
  const refusals = new Map<string, number>();
  const answersToLose = new Set<string>();
  const refusedTypes = new Set<string>();
  let isAway = false;
  let missed = 0;

  /** Decides what happens to a notification. */
  function fate(type: string, purchaseId: string): Pick<ReceivedNotification, 'status' | 'taken'> {
    if (answersToLose.delete(`${type} ${purchaseId}`)) return { status: 500, taken: true };
    if (refusedTypes.has(`${type} ${purchaseId}`)) return { status: 400, taken: false };
    const left = refusals.get(purchaseId) ?? 0;
    if (left > 0) {
      refusals.set(purchaseId, left - 1);
      return { status: 500, taken: false };
    }
    return isAway ? { status: 500, taken: (missed += 1) % 2 === 0 } : { status: 204, taken: true };
  }

  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { headers } = request;
      const verified = verifyWebhook({ headers, body, secrets: [secret], now: new Date() });
      if (!verified.ok) {
        response.writeHead(401).end();
        return;
      }
      const notification = JSON.parse(body.toString()) as Omit<
        ReceivedNotification,
        'id' | 'status' | 'taken'
      >;
      const { status, taken } = fate(notification.type, notification.data.purchaseId);
      received.push({ ...notification, id: verified.id, status, taken });
      response.writeHead(status).end();
    });
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}/hooks`;

  const about = (purchaseId: string) => received.filter(({ data }) => data.purchaseId === purchaseId);
  return {
    url,
    secret: SECRET,
    env: { MERCHANT_WEBHOOK_URL: url, MERCHANT_WEBHOOK_SECRET: SECRET },
    taken: () => received.filter(({ taken }) => taken),
    about,
    toldUntil: (purchaseId, type) =>
      eventually(`${type} about ${purchaseId}`, async () => {
        const accepted = about(purchaseId).filter(({ status }) => status === 204);
        return accepted.at(-1)?.type === type ? accepted : undefined;
      }),
    refuse: (purchaseId, times) => void refusals.set(purchaseId, times),
    refuseType: (type, purchaseId) => void refusedTypes.add(`${type} ${purchaseId}`),
    setAway(away) {
      isAway = away;
    },
    loseAnswer: (type, purchaseId) => void answersToLose.add(`${type} ${purchaseId}`),
    close: () => closeServer(server),
  };
}
