/** Starts the two parts of a process: the API and the worker. */
import type { Client } from '@temporalio/client';
import { Router, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { ActivityContext } from '../activities/context.js';
import type { CatalogState } from './catalog/live.js';
import type { Config, ServingConfig } from './config/config.js';
import type { Dodo } from './dodo/client.js';
import { createProofs } from './dodo/proof.js';
import { workflowOfAttempt } from './domain/ids.js';
import type { DashboardDeps } from './dashboard/deps.js';
import type { Catalog } from './domain/offers.js';
import type { PaymentEvent } from './domain/payment.js';
import { serveHttp } from './http-server.js';
import { createDashboard } from './dashboard/index.js';
import { createOidcSignIn } from './dashboard/oidc.js';
import { sessionKeyFrom } from './dashboard/session.js';
import { createApp, createMetricsApp } from './http/app.js';
import { deliver, handOver, UntoldAmountError } from './http/hand-over.js';
import { createReceiptSigner } from './http/receipts/sign.js';
import { createStreamHub } from './http/streams/hub.js';
import { rotatingTokens } from './http/token.js';
import { workerProbes } from './http/worker-probes.js';
import type { Ledger } from './ledger/index.js';
import { connectClient, connectWorker, type TemporalTarget } from './temporal/connect.js';
import { checkNamespace } from './temporal/namespace.js';
import { installRequestIds } from './temporal/request-id.js';
import { createRuns, type Runs } from './temporal/runs.js';
import { installRuntime } from './temporal/runtime.js';
import { ensureJanitorSchedule, ensureSweepSchedule } from './temporal/schedules.js';
import { registerSearchAttributes } from './temporal/search-attributes.js';
import { watchStuckRuns } from './temporal/stuck-runs.js';
import { createWorker } from './temporal/worker.js';
import type { Route } from './webhooks/route.js';

/** What the API and the worker of one process share. */
export interface Parts {
  dodo: Dodo;
  ledger: Ledger;
  catalog: () => Catalog;
  /** Where the catalog comes from; omitted for one that never changes. */
  catalogState?: () => CatalogState;
  temporal: TemporalTarget;
  log: Logger;
}

export interface ApiParts extends Parts {
  webhookSecrets: readonly Buffer[];
  /** Returns the configuration with the secrets in force; `config` if omitted. */
  latest?: () => ServingConfig;
  /** Temporal's UI, for links. */
  uiUrl?: string;
  /** Serves further pages, such as the demo shop's. */
  pages?: RequestHandler;
}

export interface Running {
  /** Waits for work under way to finish. */
  stop(): Promise<void>;
}

export interface RunningApi extends Running {
  url: string;
  /** Where metrics are served apart from the API. */
  metricsUrl?: string;
}

export interface RunningWorker extends Running {
  /** Settles when the worker has ended; rejects when it failed. */
  ended: Promise<void>;
}

/** Returns the Temporal target that a configuration names. */
export function temporalTarget({ temporal }: Config): TemporalTarget {
  return { address: temporal.address, namespace: temporal.namespace };
}

/** Serves the API until it is stopped. */
export async function startApi(config: ServingConfig, parts: ApiParts): Promise<RunningApi> {
  const { dodo, ledger, catalog, log, uiUrl, webhookSecrets, latest = () => config } = parts;
  const payloadKeys = payloadKeysOf(config, latest);
  const { connection, client, namespace } = await connectClient({ ...parts.temporal, payloadKeys });
  installRequestIds(connection);
  await checkNamespace(connection, namespace, { catalog: catalog(), log });
  await registerSearchAttributes(connection, namespace, log);

  const { allowedOrigins, trustProxy } = config.http;
  const { port: metricsPort } = config.metrics;
  const deps: DashboardDeps = {
    dodo,
    streams: createStreamHub(ledger, log),
    receipts: await createReceiptSigner(await ledger.receiptKey()),
    ledger,
    runs: runsFor(config, client),
    catalog,
    catalogState: parts.catalogState ?? fixedState(catalog),
    log,
    proofs: createProofs(await ledger.proofKey()),
    tokens: rotatingTokens(() => {
      const { tokenSecret, earlierTokenSecrets = [] } = latest().auth;
      return [tokenSecret, ...earlierTokenSecrets];
    }),
    now: () => new Date(),
    appUrl: config.appUrl,
    acceptWaitMs: config.http.acceptWaitMs,
    get apiKeys() {
      return latest().auth.apiKeys;
    },
    get operatorKeys() {
      return latest().auth.operatorKeys;
    },
    get webhookSecrets() {
      const { dodo: received } = latest();
      return parts.latest && !received.sandbox ? received.webhookSecrets : webhookSecrets;
    },
    temporalLink: (run) => uiUrl && `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(run)}`,
    ...(allowedOrigins && { allowedOrigins }),
    ...(trustProxy !== undefined && { trustProxy }),
    metricsApart: metricsPort !== undefined,
    sessionKey: sessionKeyFrom(config.auth.tokenSecret),
    ...(config.auth.oidc && { oidc: createOidcSignIn(config.auth.oidc) }),
    startsLocked: isLive(config),
    secondOperator: config.secondOperator,
    dodoLink: dodoLinks(config, dodo),
    ...(payloadKeys && {
      payloads: { keys: payloadKeys, ...(uiUrl && { uiOrigin: new URL(uiUrl).origin }) },
    }),
  };
  const { streams } = deps;
  const pages = Router().use(createDashboard(deps));
  if (parts.pages) pages.use(parts.pages);
  const server = await serveHttp(createApp(deps, pages), config.http);
  const metrics =
    metricsPort === undefined
      ? undefined
      : await serveHttp(createMetricsApp(deps), { host: config.http.host, port: metricsPort });

  return {
    url: server.url,
    ...(metrics && { metricsUrl: metrics.url }),
    async stop() {
      // Streams would stay open for as long as their offers.
      await streams.close();
      await server.close();
      await metrics?.close();
      await connection.close();
    },
  };
}

/**
 * Runs workflows and activities until it is stopped.
 *
 * @param createActivities creates the activities, which only the worker's process loads
 */
export async function startWorker(
  config: Config,
  parts: Parts & { latest?: () => Config },
  createActivities: (context: ActivityContext) => object,
): Promise<RunningWorker> {
  const { dodo, ledger, catalog, log, latest = () => config } = parts;
  const { taskQueue, deployment } = config.temporal;
  const { port: metricsPort, temporalPort } = config.metrics;
  installRuntime(log, temporalPort === undefined ? undefined : `${config.http.host}:${temporalPort}`);
  const { connection, namespace, dataConverter, client } = await connectWorker({
    ...parts.temporal,
    payloadKeys: payloadKeysOf(config, latest),
  });
  // The sweep repeats every few minutes but must deliver each payment once.
  installRequestIds(connection);
  await checkNamespace(connection, namespace, { catalog: catalog(), log });
  await ensureSweepSchedule(client, {
    taskQueue,
    intervalMs: config.timing.sweepIntervalMs,
    windowMs: config.timing.sweepWindowMs,
  });
  await ensureJanitorSchedule(client, {
    taskQueue,
    sweepIntervalMs: config.timing.sweepIntervalMs,
    windowMs: config.timing.sweepWindowMs,
    reconcileWindowMs: config.timing.reconcileWindowMs,
  });

  const runs = runsFor(config, client);
  const proofs = createProofs(await ledger.proofKey());
  const worker = await createWorker({
    connection,
    namespace,
    taskQueue,
    deployment,
    dataConverter,
    activities: createActivities({
      dodo,
      ledger,
      catalog,
      log,
      appUrl: config.appUrl,
      now: () => new Date(),
      proofs,
      get merchantWebhook() {
        return latest().merchantWebhook;
      },
      dataRetention: config.dataRetention,
      deliverPayment: deliveringPayments({
        runs,
        catalog,
        dodo,
        ledger,
        proofs,
        log,
        now: () => new Date(),
      }),
      runs,
    }),
  });
  const version = worker.options.workerDeploymentOptions?.version;
  if (version)
    log.info(
      { deployment: version.deploymentName, buildId: version.buildId },
      'this worker is a version of a deployment, and gets no work before it is ramped or promoted: deploy/temporal/versions.sh',
    );
  const isRunning = () => worker.getState() === 'RUNNING';
  const probes =
    metricsPort === undefined
      ? undefined
      : await serveHttp(workerProbes({ ledger, runs, log, isRunning }), {
          host: config.http.host,
          port: metricsPort,
        });
  const watch = watchStuckRuns({ client, taskQueue, log });
  const ended = worker.run().finally(async () => {
    await watch.stop();
    await probes?.close();
    await connection.close();
  });
  // Callers learn of a failure through `ended`; until they await it, it must not count as unhandled.
  ended.catch(() => undefined);

  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

function isLive({ dodo }: Config): boolean {
  return !dodo.sandbox && dodo.target.environment === 'live_mode';
}

/** Where payments can be looked at: in Dodo's dashboard, or in the pages of whatever stands in for it. */
function dodoLinks({ dodo: config }: Config, dodo: Dodo): (paymentId: string) => string {
  const isDodo = !config.sandbox && config.target.environment !== undefined;
  return (paymentId) =>
    isDodo
      ? `https://app.dodopayments.com/transactions/payments/${encodeURIComponent(paymentId)}`
      : `${dodo.baseURL}/invoices/payments/${encodeURIComponent(paymentId)}`;
}

/** Returns the keys in force; undefined if the process began without any. */
function payloadKeysOf({ temporal }: Config, latest: () => Config): TemporalTarget['payloadKeys'] {
  const { payloadKeys: first } = temporal;
  return first && (() => latest().temporal.payloadKeys ?? first);
}

function runsFor(config: Config, client: Client): Runs {
  const { reconcileWindowMs, pollIntervalMs, actionWindowMs, sendWindowMs } = config.timing;
  return createRuns({
    client,
    taskQueue: config.temporal.taskQueue,
    timing: { reconcileWindowMs, pollIntervalMs, actionWindowMs, sendWindowMs },
    notify: config.merchantWebhook !== undefined,
  });
}

function fixedState(catalog: () => Catalog): () => CatalogState {
  const loadedAt = new Date().toISOString();
  return () => ({ catalog: catalog(), loadedAt });
}

/** Lets the sweep deliver payments whose webhooks were lost, each of them once. */
function deliveringPayments(deps: Parameters<typeof handOver>[0]): ActivityContext['deliverPayment'] {
  return async (event, payment) => {
    const deliveryId = `sweep-${event.paymentId}`;
    if (payment) {
      const handed = await handOver(deps, { type: 'payment.succeeded', data: payment }, deliveryId);
      return handed.kind === 'handed_over' && handed.result === 'delivered';
    }
    const route = routeOfAttempt(event);
    if (route === undefined) return false;
    const handed = await deliver(deps, route, deliveryId).catch((error: unknown) => {
      // The next sweep looks again, and the payments behind it are not held up.
      if (error instanceof UntoldAmountError) return undefined;
      throw error;
    });
    return handed?.kind === 'handed_over' && handed.result === 'delivered';
  };
}

function routeOfAttempt(event: PaymentEvent): Extract<Route, { kind: 'payment' }> | undefined {
  const run = event.attemptId === undefined ? undefined : workflowOfAttempt(event.attemptId);
  return run === undefined ? undefined : { kind: 'payment', workflowId: run, event };
}
