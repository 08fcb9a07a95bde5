/** What a process of this system is made of: the API, the worker, or both. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { workflowOfAttempt } from './domain/ids.js';
import { type PaymentEvent } from './domain/payment.js';
import type { ActivityContext } from '../activities/context.js';
import type { CatalogState } from './catalog/live.js';
import type { Catalog } from './domain/offers.js';
import type { Config, ServingConfig } from './config/config.js';
import type { Dodo } from './dodo/client.js';
import { createApp } from './http/app.js';
import { routeEvent, type Route } from './webhooks/route.js';
import { createTokens } from './http/token.js';
import type { Ledger } from './ledger/index.js';
import { connectClient, connectWorker, type TemporalTarget } from './temporal/connect.js';
import { installRequestIds } from './temporal/request-id.js';
import { createRuns, type RunsOptions } from './temporal/runs.js';
import { installRuntime } from './temporal/runtime.js';
import { ensureSweepSchedule } from './temporal/schedules.js';
import { registerSearchAttributes } from './temporal/search-attributes.js';
import { createWorker } from './temporal/worker.js';

const SECOND = 1000;
/** How long a request may take to arrive, so that a slow client holds nothing open. */
const REQUEST_TIMEOUT = 15 * SECOND;
const HEADERS_TIMEOUT = 10 * SECOND;
/** Longer than load balancers keep idle connections. */
const KEEP_ALIVE = 75 * SECOND;
const CLOSE_IDLE_EVERY = 100;

/** What both parts share within one process. */
export interface Parts {
  dodo: Dodo;
  ledger: Ledger;
  catalog: () => Catalog;
  /** Where the catalog comes from; left out for one that never changes. */
  catalogState?: () => CatalogState;
  temporal: TemporalTarget;
  log: Logger;
}

export interface Running {
  /** Lets what is under way finish. */
  stop(): Promise<void>;
}

export interface RunningApi extends Running {
  url: string;
}

/** The Temporal target a configuration names. */
export function temporalTarget({ temporal }: Config): TemporalTarget {
  return { address: temporal.address, namespace: temporal.namespace };
}

export async function startApi(
  config: ServingConfig,
  parts: Parts & { webhookSecrets: readonly Buffer[]; uiUrl?: string; pages?: RequestHandler },
): Promise<RunningApi> {
  const { dodo, ledger, catalog, log, uiUrl } = parts;
  const { connection, client, namespace } = await connectClient(parts.temporal);
  installRequestIds(connection);
  await registerSearchAttributes(connection, namespace, log);
  const runs = createRuns(runsOptions(config, client));
  const loadedAt = new Date().toISOString();
  const app = createApp(
    {
      dodo,
      ledger,
      runs,
      catalog,
      catalogState: parts.catalogState ?? (() => ({ catalog: catalog(), loadedAt })),
      log,
      tokens: createTokens(config.auth.tokenSecret),
      now: () => new Date(),
      appUrl: config.appUrl,
      acceptWaitMs: config.http.acceptWaitMs,
      apiKeys: config.auth.apiKeys,
      operatorKeys: config.auth.operatorKeys,
      webhookSecrets: parts.webhookSecrets,
      temporalLink: (run) => uiUrl && `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(run)}`,
    },
    parts.pages,
  );
  const server = await listen(app, config.http.port, config.http.host);
  server.requestTimeout = REQUEST_TIMEOUT;
  server.headersTimeout = HEADERS_TIMEOUT;
  server.keepAliveTimeout = KEEP_ALIVE;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.http.host === '0.0.0.0' ? 'localhost' : config.http.host}:${port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection whose last answer is under way becomes idle only then, and would be kept for KEEP_ALIVE.
      const closeIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY);
      await closed;
      clearInterval(closeIdle);
      await connection.close();
    },
  };
}

export interface RunningWorker extends Running {
  /** Settles when the worker has ended, with an error when it failed. */
  ended: Promise<void>;
}

/**
 * Runs workflows and activities until it is stopped.
 *
 * @param createActivities the activities themselves, which only the worker's process loads
 */
export async function startWorker(
  config: Config,
  parts: Parts,
  createActivities: (context: ActivityContext) => object,
): Promise<RunningWorker> {
  const { dodo, ledger, catalog, log } = parts;
  installRuntime(log);
  const { connection, namespace } = await connectWorker(parts.temporal);
  // The sweep comes by every few minutes and tells a run of each payment once.
  installRequestIds(connection);
  const client = new Client({ connection, namespace });
  const runs = createRuns(runsOptions(config, client));
  await ensureSweepSchedule(client, {
    taskQueue: config.temporal.taskQueue,
    intervalMs: config.timing.sweepIntervalMs,
    windowMs: config.timing.sweepWindowMs,
  });
  const worker = await createWorker({
    connection,
    namespace,
    taskQueue: config.temporal.taskQueue,
    activities: createActivities({
      dodo,
      ledger,
      catalog,
      log,
      appUrl: config.appUrl,
      now: () => new Date(),
      merchantWebhook: config.merchantWebhook,
      async deliverPayment(event, payment) {
        const route = payment
          ? routeEvent({ type: 'payment.succeeded', data: payment }, catalog(), new Date())
          : attemptRoute(event);
        if (!route || route.kind === 'ignored') return false;
        return (await runs.deliver(route, `sweep-${event.paymentId}`)) === 'delivered';
      },
    }),
    overrides: { maxTaskQueueActivitiesPerSecond: activitiesPerSecond(config) },
  });
  const ended = worker.run().finally(() => connection.close());
  // Whoever waits for the end is told; until then a failure is not "unhandled".
  ended.catch(() => undefined);
  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

function runsOptions(config: Config, client: Client): RunsOptions {
  const { reconcileWindowMs, pollIntervalMs } = config.timing;
  return {
    client,
    taskQueue: config.temporal.taskQueue,
    timing: { reconcileWindowMs, pollIntervalMs },
    notify: config.merchantWebhook !== undefined,
  };
}

/** An activity makes this many requests to Dodo on the average: evaluations five, the rest one or none. */
const REQUESTS_PER_ACTIVITY = 3;

/** Dodo's limit as one of the task queue, which the Temporal server keeps for all workers together. */
function activitiesPerSecond({ dodo }: Config): number | undefined {
  const { requestsPerMinute } = dodo;
  return requestsPerMinute === undefined ? undefined : requestsPerMinute / 60 / REQUESTS_PER_ACTIVITY;
}

function attemptRoute(event: PaymentEvent): Route | undefined {
  const run = event.attemptId === undefined ? undefined : workflowOfAttempt(event.attemptId);
  return run === undefined ? undefined : { kind: 'payment', workflowId: run, event };
}

async function listen(app: ReturnType<typeof createApp>, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, host, (error?: Error) => {
      if (!error) return resolve(server);
      const taken = 'code' in error && error.code === 'EADDRINUSE';
      reject(
        taken
          ? new Error(`Port ${port} is taken. Set PORT to another one, or stop what listens there.`)
          : error,
      );
    });
  });
}
