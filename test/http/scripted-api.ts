/** The API over a ledger of presentations in memory and a run that answers as it is told. */
import { randomBytes } from 'node:crypto';
import { createApp } from '../../src/http/app.js';
import type { ApiDeps } from '../../src/http/deps.js';
import { createTokens } from '../../src/http/token.js';
import type { DecisionReply } from '../../src/contract/messages.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import type { PurchaseStatus } from '../../src/domain/words.js';
import type { Answer } from '../../src/temporal/runs.js';
import { serve } from './serve.js';

export const NOW = new Date('2026-11-22T12:00:00.000Z');
export const BACKEND = 'key_backend_0123456789abcdef';

/** One open presentation, with these differences. */
export function aRecord(over: Partial<PresentationRecord> = {}): PresentationRecord {
  return {
    id: 'prs_1',
    status: 'open',
    offerId: 'pro',
    funnelId: 'basic-to-pro',
    step: 'pro',
    type: 'upsell',
    customerId: 'cus_1',
    purchaseId: 'pay_1',
    product: { id: 'prod_pro', name: 'Pro' },
    quantity: 1,
    price: { currency: 'USD', dueNow: 4900, hash: 'sha256:a' },
    payment: { mode: 'one_click' },
    copy: { headline: 'Go Pro', accept: 'Yes', decline: 'No' },
    expiresAt: '2026-11-22T13:00:00.000Z',
    workflowId: 'purchase/pay_1',
    presentedAt: NOW.toISOString(),
    handedOutAt: NOW.toISOString(),
    recovered: false,
    refundedAmount: 0,
    ...over,
  };
}

export interface Script {
  /** The presentation as the ledger has it when the click arrives. */
  before?: PresentationRecord;
  /** As the ledger has it after the run has answered. */
  after?: PresentationRecord;
  /** Others that the ledger has. */
  others?: PresentationRecord[];
  /** The customer's current presentation. */
  current?: PresentationRecord;
  /** The one that was accepted within the last minute. */
  accepted?: PresentationRecord;
  /** The customer's latest purchase. */
  latest?: { status: PurchaseStatus; reason?: string; presentations: PresentationRecord[] };
  answer?: Answer<DecisionReply>;
  /** What the run answers to one request after the other, in place of `answer`. */
  answers?: Answer<DecisionReply>[];
}

/** What the run was asked, in order. */
export type Asked = [what: string, ...args: unknown[]][];

export const tokens = createTokens(randomBytes(32), () => NOW);

export function scriptedApp(
  { before = aRecord(), after, others = [], current, accepted, latest, answer, answers }: Script,
  asked: Asked,
  kept: { hash: string; acceptance: object }[] = [],
  over: Partial<ApiDeps> = {},
) {
  let record = before;
  const keys = new Map<string, string>();
  const ask =
    (what: string) =>
    (run: string, ...args: unknown[]) => {
      asked.push([what, run, ...args]);
      record = after ?? record;
      return Promise.resolve(answers ? answers.shift() : answer);
    };
  const deps = {
    ledger: {
      presentation: (id: string) => Promise.resolve([record, ...others].find((one) => one.id === id)),
      currentPresentation: () => Promise.resolve(current),
      lastAccepted: () => Promise.resolve(accepted),
      latestPurchase: () => Promise.resolve(latest),
      markHandedOut: (id: string, _at: string, ...unless: unknown[]) => {
        asked.push(['markHandedOut', id, ...unless.filter(Boolean)]);
        return Promise.resolve();
      },
      quotes: () => Promise.resolve([]),
      confirmationOf: () => Promise.resolve(undefined),
      bindKey: ({ key, request }: { key: string; request: string }) => {
        if (!keys.has(key)) keys.set(key, request);
        return Promise.resolve(keys.get(key));
      },
      freeKey: ({ key }: { key: string }) => Promise.resolve(void keys.delete(key)),
      recordTriggerFacts: (given: object) => {
        asked.push(['recordTriggerFacts', given]);
        return Promise.resolve();
      },
      recordAcceptance: (hash: string, acceptance: object) => {
        kept.push({ hash, acceptance });
        return Promise.resolve();
      },
    },
    runs: {
      accept: ask('accept'),
      decline: ask('decline'),
      leaveAcceptance: ask('leaveAcceptance'),
      leaveDecline: ask('leaveDecline'),
      trigger: (eventId: string, ...args: unknown[]) => {
        asked.push(['trigger', eventId, ...args]);
        return Promise.resolve(`trigger/${eventId}`);
      },
    },
    tokens,
    log: { error: () => undefined, warn: () => undefined },
    now: () => NOW,
    appUrl: 'https://shop.example',
    acceptWaitMs: 1,
    apiKeys: [BACKEND],
    operatorKeys: [],
    webhookSecrets: [],
  };
  // Getters stay what they are.
  const all = Object.defineProperties(deps, Object.getOwnPropertyDescriptors(over));
  return createApp(all as unknown as ApiDeps);
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

/** Starts the API for one test. Sends POST requests to a presentation as a backend, or with another credential. */
export async function scriptedApi(script: Script) {
  const asked: Asked = [];
  const kept: { hash: string; acceptance: object }[] = [];
  const url = await serve(scriptedApp(script, asked, kept));
  async function post(
    path: string,
    body: object = {},
    options: { credential?: string; key?: string } = {},
  ): Promise<Reply> {
    const { credential = BACKEND, key } = options;
    const response = await fetch(path.startsWith('/') ? url + path : `${url}/api/presentations/${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${credential}`,
        'Content-Type': 'application/json',
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as Record<string, unknown>,
    };
  }
  return { post, asked, kept };
}
