/** A ledger and a Dodo that answer as a test says, and record the order of the calls. */
import { noRuns } from './no-runs.js';
import { createProofs } from '../../src/dodo/proof.js';
import type DodoPayments from 'dodopayments';
import type { ActivityContext } from '../../activities/context.js';
import { createDodo } from '../../src/dodo/client.js';
import type { Ledger } from '../../src/ledger/index.js';
import { createLogger } from '../../src/log.js';
import {
  aCartPreview,
  aListedPayment,
  aPayment,
  aPlanChangePreview,
  aProduct,
  aSubscription,
} from '../dodo/examples.js';
import { json, refusal, startRawServer, type Answer, type RawRequest } from '../dodo/raw-server.js';

export const NOW = new Date('2026-11-23T12:00:00.000Z');
const IMPATIENT_MS = 2_000;

type Answers = Record<string, Answer>;

export interface ScriptedWorld {
  context: ActivityContext;
  /** Calls to the ledger and to Dodo in order: `ledger.billingOf`, `POST /checkouts`, ... */
  events: string[];
  /** Returns the bodies of the requests to a route such as `POST /checkouts`. */
  sent(route: string): unknown[];
  /** Returns the arguments of the calls to a ledger method. */
  written<M extends keyof Ledger>(method: M): Parameters<Ledger[M]>[];
  /** Dodo's answers by route; they replace the defaults. */
  dodo: Answers;
  /** Methods of the ledger; they replace the defaults. */
  ledger: Partial<Ledger>;
  /** Shortens the time-out of requests to Dodo. */
  hurry(): void;
  /** Forgets everything and restores the defaults. */
  reset(): void;
  close(): Promise<void>;
}

/** Dodo sells a team license for $399 and knows of no earlier attempt. */
const DODO: Answers = {
  'GET /products/prod_team_license': json(200, aProduct()),
  'GET /products/prod_pro_plan': json(200, aProduct({ product_id: 'prod_pro_plan', name: 'Pro plan' })),
  'GET /payments': json(200, { items: [aListedPayment()] }),
  'GET /payments/pay_1': json(200, aPayment()),
  'GET /subscriptions/sub_1': json(200, aSubscription()),
  'POST /checkouts/preview': json(200, aCartPreview()),
  'POST /subscriptions/sub_1/change-plan/preview': json(200, aPlanChangePreview()),
  'POST /checkouts': json(200, {
    session_id: 'cks_2',
    payment_id: 'pay_2',
    checkout_url: null,
    client_secret: null,
    publishable_key: null,
  } satisfies DodoPayments.CheckoutSessionResponse),
  'POST /payments': json(200, { payment_id: 'pay_2', total_amount: 39_900 }),
  'POST /subscriptions/sub_1/change-plan': (res) => res.writeHead(200).end(),
};

const LEDGER: Partial<Ledger> = {
  billingOf: async () => ({ country: 'US', zipcode: '10001' }),
  returnUrlOf: async () => undefined,
  attempt: async () => undefined,
  presentation: async () => undefined,
  // Slow, so that a request that does not wait for it shows up before it is done.
  recordAttempt: () => new Promise((resolve) => setTimeout(resolve, 20, true)),
  updateAttempt: async () => undefined,
  recordPayment: (async () => undefined) as never,
  updatePresentation: async () => undefined,
};

export async function startScriptedWorld(): Promise<ScriptedWorld> {
  let events: string[] = [];
  let calls: { method: string; args: unknown[] }[] = [];

  const routeOf = ({ method, path }: RawRequest) => `${method} ${path.split('?')[0]}`;
  const server = await startRawServer((res, request) => {
    const route = routeOf(request);
    events.push(route);
    (world.dodo[route] ?? DODO[route] ?? refusal(404, 'NOT_FOUND'))(res, request);
  });

  const ledger = new Proxy({} as Ledger, {
    get:
      (_, method: keyof Ledger) =>
      async (...args: never[]): Promise<unknown> => {
        events.push(`ledger.${method}`);
        calls.push({ method, args });
        const answer = (world.ledger[method] ?? LEDGER[method]) as
          ((...args: never[]) => unknown) | undefined;
        if (!answer) throw new Error(`Unexpected call of ledger.${method}.`);
        const result = await answer(...args);
        if (method === 'recordAttempt') events.push('recorded');
        return result;
      },
  });

  // A client each time: a refusal stops it for a while.
  const newDodo = () => createDodo('dodo_test_key', { baseURL: server.url });
  const world: ScriptedWorld = {
    context: {
      dodo: newDodo(),
      ledger,
      catalog: () => {
        throw new Error('Unexpected look at the catalog in force.');
      },
      appUrl: 'https://shop.example',
      log: createLogger('silent'),
      now: () => NOW,
      proofs: createProofs(Buffer.alloc(32, 1)),
      deliverPayment: () => Promise.reject(new Error('Unexpected delivery of a payment to a run.')),
      runs: noRuns(),
    },
    get events() {
      return events;
    },
    sent: (route) =>
      server.requests.filter((one) => routeOf(one) === route).map(({ body }) => JSON.parse(body) as unknown),
    written: <M extends keyof Ledger>(method: M) =>
      calls.filter((one) => one.method === method).map(({ args }) => args as Parameters<Ledger[M]>),
    dodo: {},
    ledger: {},
    hurry() {
      world.context.dodo = world.context.dodo.withOptions({ timeout: IMPATIENT_MS });
    },
    reset() {
      world.context.dodo = newDodo();
      world.dodo = {};
      world.ledger = {};
      events = [];
      calls = [];
      server.clear();
    },
    close: () => server.close(),
  };
  return world;
}
