/** The dashboard and the API over real books: the sandbox, an embedded ledger, and runs that a test scripts. */
import { Router, type Express } from 'express';
import { createDashboard } from '../../src/dashboard/index.js';
import type { DashboardDeps } from '../../src/dashboard/deps.js';
import { sessionKeyFrom } from '../../src/dashboard/session.js';
import { createApp } from '../../src/http/app.js';
import { createTokens } from '../../src/http/token.js';
import { resolutionActivities } from '../../activities/afterwards/resolution.js';
import type { ResolutionInput } from '../../src/contract/messages.js';
import { createLogger } from '../../src/log.js';
import type { Shop } from '../activities/shop.js';

export const OPERATOR = 'key_operator_0123456789abcdef';
export const BACKEND = 'key_backend_0123456789abcdef';

const SECRET = Buffer.alloc(32, 7);

/** Builds the API with the dashboard. Runs answer `gone`, as if they had ended, unless a test says otherwise. */
export function operatorApp(shop: Shop, over: Partial<DashboardDeps> & { scripted?: object } = {}): Express {
  const { scripted, ...rest } = over;
  const { context } = shop;
  const runs = {
    ping: async () => undefined,
    countWorkers: async () => 1,
    status: async () => 'closed',
    openRunsOf: async () => [],
    parentOf: async () => undefined,
    end: async () => 'not_running',
    withdraw: async () => ({ kind: 'gone' }),
    extend: async () => ({ kind: 'gone' }),
    resolve: async () => ({ kind: 'gone' }),
    settleByWord: (input: ResolutionInput) => resolutionActivities(context).settleByWord(input),
    ...scripted,
  };
  const deps = {
    dodo: context.dodo,
    ledger: context.ledger,
    proofs: context.proofs,
    runs,
    tokens: createTokens(SECRET, () => shop.now()),
    catalog: context.catalog,
    catalogState: () => ({ catalog: context.catalog(), loadedAt: shop.now().toISOString() }),
    log: createLogger('silent'),
    now: () => shop.now(),
    appUrl: 'http://localhost',
    acceptWaitMs: 1,
    apiKeys: [BACKEND],
    operatorKeys: [OPERATOR],
    webhookSecrets: [],
    temporalLink: (run: string) => `https://temporal.example/${encodeURIComponent(run)}`,
    sessionKey: sessionKeyFrom(SECRET),
    startsLocked: false,
    dodoLink: (paymentId: string) => `https://dodo.example/${paymentId}`,
    ...rest,
  } as unknown as DashboardDeps;
  return createApp(deps, Router().use(createDashboard(deps)));
}
