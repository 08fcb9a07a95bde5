/** Sends webhooks at a steady rate (an open loop): the next one does not wait for an answer to the last. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { signWebhook } from '../../../src/webhooks/sign.js';
import { countBy, describeCounts } from '../../support/counting.js';

const SECOND = 1000;
/** Dodo's timeout. */
const ANSWER_WITHIN = 15 * SECOND;
/** Dodo retries after seconds, minutes and hours. */
const AGAIN_AFTER = SECOND / 2;

export interface Attempt {
  /** On the clock of `performance.now()`. */
  startedAt: number;
  endedAt: number;
  /** Null if the connection failed or timed out. */
  status: number | null;
}

export interface Sent {
  id: string;
  /** When it was due, so that a late sender counts as delay. */
  dueAt: number;
  /** The last attempt was acknowledged, unless the load was given up. */
  attempts: Attempt[];
}

export interface Outgoing {
  id: string;
  body: unknown;
}

export interface Load {
  url: string;
  perSecond: number;
  /** Returns the event and its id, when it is due. */
  next: (index: number) => Outgoing | Promise<Outgoing>;
  /** Returns the secrets with which Dodo signs now. */
  secrets: () => readonly Buffer[];
  /** Keeps connections open, as Dodo does. Behind a balancer each delivery has its own. */
  keepAlive: boolean;
}

export interface RunningLoad {
  sent: readonly Sent[];
  /** Stops sending new events. Resolves once each is acknowledged, or after `patience` milliseconds. */
  finish(patience?: number): Promise<Sent[]>;
}

export const isAcknowledged = ({ status }: Attempt): boolean =>
  status !== null && status >= 200 && status < 300;

/** Starts to send. An event that is not acknowledged is retried under its id. */
export function startLoad({ url, perSecond, next, secrets, keepAlive }: Load): RunningLoad {
  const agent = new Agent({ keepAlive });
  const sent: Sent[] = [];
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let isOver = false;
  let giveUpAt = Infinity;

  async function deliver(one: Sent, body: string): Promise<void> {
    for (;;) {
      const attempt = await post(url, { id: one.id, body, secrets: secrets(), agent });
      one.attempts.push(attempt);
      if (isAcknowledged(attempt) || performance.now() > giveUpAt) return;
      await sleep(AGAIN_AFTER);
    }
  }

  async function keepSending(): Promise<void> {
    for (let index = 0; ; index += 1) {
      const dueAt = startedAt + (index * SECOND) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      if (isOver) return;
      const { id, body } = await next(index);
      const one: Sent = { id, dueAt, attempts: [] };
      sent.push(one);
      const delivered = deliver(one, JSON.stringify(body)).finally(() => underWay.delete(delivered));
      underWay.add(delivered);
    }
  }

  const sending = keepSending();
  return {
    sent,
    async finish(patience = 60 * SECOND) {
      isOver = true;
      giveUpAt = performance.now() + patience;
      await sending;
      await Promise.all(underWay);
      agent.destroy();
      return sent;
    },
  };
}

interface Signed {
  id: string;
  body: string;
  secrets: readonly Buffer[];
  agent?: Agent;
}

/** Makes one attempt, signed now with each of the secrets. Does not throw; the result has the status. */
export function post(url: string, { id, body, secrets, agent }: Signed): Promise<Attempt> {
  const startedAt = performance.now();
  const timestamp = Math.floor(Date.now() / SECOND);
  const signatures = secrets.map((secret) => signWebhook({ id, timestamp, body, secret }));
  return new Promise((resolve) => {
    const end = (status: number | null) => resolve({ startedAt, endedAt: performance.now(), status });
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    };
    const sending = request(url, { method: 'POST', agent, headers, timeout: ANSWER_WITHIN }, (response) => {
      response.once('error', () => end(null));
      response.once('end', () => end(response.statusCode ?? null));
      response.resume();
    });
    sending.once('timeout', () => sending.destroy());
    sending.once('error', () => end(null));
    sending.end(body);
  });
}

/** Counts the attempts that were not acknowledged: `3 x 503, 1 x no answer`. */
export function refusals(sent: readonly Sent[]): string {
  const refused = sent.flatMap(({ attempts }) => attempts).filter((attempt) => !isAcknowledged(attempt));
  return describeCounts(countBy(refused, ({ status }) => String(status ?? 'no answer'))) ?? 'none';
}
