/** Reads the environment once: checks every variable, lists all mistakes in one error, returns one frozen result. */
import { DAY, HOUR, MINUTE, SECOND } from '../domain/duration.js';
import { join, resolve } from 'node:path';
import type { Config, ServingConfig } from './config.js';
import { keyText, type GivenKey } from './keys.js';
import { checkLive } from './live.js';
import { readDodo, type DodoConfig } from './dodo.js';
import { readOidc } from './oidc.js';
import * as fields from './fields.js';
import { ConfigError, createReader, type Environment, type Reader } from './reader.js';

/** The keys and the token secret that the environment gives. */
export interface GivenAuth {
  apiKeys?: GivenKey[];
  operatorKeys?: GivenKey[];
  /** The first one signs; the others are still accepted. */
  tokenSecrets?: Buffer[];
}

/** Supplies the keys that are not given. Called only when everything else is valid; `dataDir` is absolute. */
export type CompleteAuth = (given: GivenAuth, dataDir: string) => ServingConfig['auth'];

/** Production is given every key. Only a developer's machine completes what is missing. */
export type LoadOptions =
  { mode: 'server' | 'worker' } | { mode: 'start' | 'demo'; completeAuth: CompleteAuth };

const { duration } = fields;

/** How long Dodo keeps a charge session that is confirmed at once; until then it may still be paid. */
const CONFIRM_SESSION_LIFE = 15 * MINUTE;
const DEFAULT_PORT = 3000;

/** What nobody asks for after its run, and what must outlive Temporal's memory of runs. */
const KEPT = { quotes: 90 * DAY, idempotency_keys: 400 * DAY };

/**
 * Loads the configuration for a mode from `env`.
 *
 * @throws ConfigError listing every invalid variable; secrets are never quoted
 */
export function loadConfig(
  env: Environment,
  options: Exclude<LoadOptions, { mode: 'server' | 'worker' }> | { mode: 'server' },
): ServingConfig;
export function loadConfig(env: Environment, options: LoadOptions): Config;
export function loadConfig(env: Environment, options: LoadOptions): Config {
  const reader = createReader(env);
  const { optional, required, problems } = reader;
  const { mode } = options;
  const local = mode === 'start' || mode === 'demo';
  const ifServer = mode === 'server' ? required : optional;

  const port = optional('PORT', fields.port) ?? DEFAULT_PORT;
  const dataDir = resolve(optional('DATA_DIR', fields.path) ?? '.data');
  const database = (local ? optional : required)('DATABASE_URL', fields.databaseUrl);
  const migrates = optional('MIGRATE', fields.onOff);
  const dodo = readDodo(reader, {
    mayUseSandbox: local,
    receivesWebhooks: mode !== 'worker',
    mayPoll: mode === 'start',
    mayBeLive: mode !== 'demo',
  });
  const given = {
    apiKeys: ifServer('API_KEYS', fields.keyList),
    operatorKeys: ifServer('OPERATOR_KEYS', fields.keyList),
    tokenSecrets: ifServer('TOKEN_SECRET', fields.tokenSecrets),
  };
  const oidc = readOidc(reader);
  const givenAppUrl = optional('APP_URL', fields.origin);
  const settings = {
    mode,
    http: {
      host: optional('HOST', fields.host) ?? (local ? '127.0.0.1' : '0.0.0.0'),
      port,
      allowedOrigins: optional('ALLOWED_ORIGINS', fields.origins),
      trustProxy: optional('TRUST_PROXY', fields.trustProxy),
      acceptWaitMs: optional('ACCEPT_WAIT', duration(0, MINUTE)) ?? 8 * SECOND,
    },
    temporal: {
      address: optional('TEMPORAL_ADDRESS', fields.address),
      namespace: optional('TEMPORAL_NAMESPACE', fields.name),
      taskQueue: optional('TEMPORAL_TASK_QUEUE', fields.name) ?? 'offers',
      uiUrl: optional('TEMPORAL_UI_URL', fields.httpUrl),
      deployment: optional('TEMPORAL_DEPLOYMENT_NAME', fields.deploymentName),
      payloadKeys: optional('TEMPORAL_PAYLOAD_KEYS', fields.payloadKeys),
    },
    metrics: {
      port: optional('METRICS_PORT', fields.port),
      temporalPort: optional('TEMPORAL_METRICS_PORT', fields.port),
    },
    catalogPath: resolve(optional('CATALOG', fields.path) ?? 'offers.yaml'),
    timing: readTiming(reader, dodo, mode === 'start' && isPolled(dodo)),
    secondOperator: optional('SECOND_OPERATOR', fields.onOff) === 'on',
    dataRetention: { ...KEPT, ...optional('DATA_RETENTION', fields.dataRetention) },
    merchantWebhook: readMerchantWebhook(reader),
    // With port 0 the real port is known only later; the caller may replace this then.
    appUrl: givenAppUrl ?? `http://localhost:${port || DEFAULT_PORT}`,
    dataDir,
    logLevel: optional('LOG_LEVEL', fields.logLevel) ?? 'info',
  };
  const operators = new Set(given.operatorKeys?.map(keyText));
  if (given.apiKeys?.some((key) => operators.has(keyText(key)))) {
    reader.note('OPERATOR_KEYS', 'contains a key from API_KEYS; a backend must not act as an operator.');
  }
  if (settings.secondOperator && given.operatorKeys && given.operatorKeys.length < 2)
    reader.note('OPERATOR_KEYS', 'lists one key; with SECOND_OPERATOR=on it takes those of two people.');
  if (isLive(dodo)) {
    checkLive(reader, {
      baseURL: dodo?.sandbox === false ? dodo.target.baseURL : undefined,
      appUrl: givenAppUrl,
      merchantUrl: settings.merchantWebhook?.url,
      secrets: [
        { name: 'API_KEYS', values: given.apiKeys?.map(keyText) ?? [] },
        { name: 'OPERATOR_KEYS', values: given.operatorKeys?.map(keyText) ?? [] },
        { name: 'TOKEN_SECRET', values: given.tokenSecrets ?? [] },
        { name: 'DODO_PAYMENTS_WEBHOOK_KEY', values: dodo?.webhookSecrets ?? [] },
        {
          name: 'TEMPORAL_PAYLOAD_KEYS',
          values: settings.temporal.payloadKeys?.map(({ key }) => key) ?? [],
        },
        {
          name: 'MERCHANT_WEBHOOK_SECRET',
          values: merchantSecrets(settings.merchantWebhook),
        },
      ],
    });
  }
  if (problems.length > 0 || dodo === undefined) throw new ConfigError(problems);

  return deepFreeze({
    ...settings,
    dodo,
    ledger:
      database === undefined
        ? { kind: 'embedded', directory: join(dataDir, 'ledger') }
        : { kind: 'postgres', url: database, ...(migrates === 'off' && { migrates: false }) },
    // Last, so that an invalid configuration leaves no files behind.
    auth: {
      ...('completeAuth' in options
        ? options.completeAuth(given, dataDir)
        : {
            apiKeys: given.apiKeys ?? [],
            operatorKeys: given.operatorKeys ?? [],
            ...tokenSecretsOf(given.tokenSecrets),
          }),
      ...(oidc && { oidc }),
    },
  });
}

/** In place of webhooks: 20 requests a minute while nothing happens. */
const POLLED = { pollIntervalMs: 2 * SECOND, sweepIntervalMs: 3 * SECOND };

/** Checks for a Dodo that is not the sandbox and sends no webhooks that could be verified. */
function isPolled(dodo: DodoConfig | undefined): boolean {
  return dodo?.sandbox === false && dodo.webhookSecrets.length === 0;
}

function readTiming(
  { optional, note }: Reader,
  dodo: DodoConfig | undefined,
  polled: boolean,
): Config['timing'] {
  const usual = { pollIntervalMs: 10 * SECOND, sweepIntervalMs: 5 * MINUTE, ...(polled && POLLED) };
  const timing = {
    reconcileWindowMs: optional('RECONCILE_WINDOW', duration(SECOND, 7 * DAY)) ?? 20 * MINUTE,
    pollIntervalMs: optional('POLL_INTERVAL', duration(100, HOUR)) ?? usual.pollIntervalMs,
    actionWindowMs: optional('ACTION_WINDOW', duration(SECOND, 7 * DAY)) ?? HOUR,
    sendWindowMs: optional('SEND_WINDOW', duration(SECOND, 7 * DAY)) ?? 2 * HOUR,
    sweepIntervalMs: optional('SWEEP_INTERVAL', duration(SECOND, DAY)) ?? usual.sweepIntervalMs,
    sweepWindowMs: optional('SWEEP_WINDOW', duration(MINUTE, 90 * DAY)) ?? 48 * HOUR,
  };
  if (timing.sweepWindowMs < timing.sweepIntervalMs) {
    note('SWEEP_WINDOW', 'is shorter than SWEEP_INTERVAL, so payments between two sweeps would be missed.');
  }
  if (isLive(dodo) && timing.reconcileWindowMs < CONFIRM_SESSION_LIFE) {
    note('RECONCILE_WINDOW', 'is shorter than 15m; in live_mode a lost charge may still succeed until then.');
  }
  return timing;
}

function merchantSecrets(webhook: Config['merchantWebhook']): Buffer[] {
  if (!webhook) return [];
  return [webhook.secret, ...(webhook.otherSecret ? [webhook.otherSecret] : [])];
}

function readMerchantWebhook({ optional, has, note }: Reader): Config['merchantWebhook'] {
  const url = optional('MERCHANT_WEBHOOK_URL', fields.httpUrl);
  const [secret, otherSecret] = optional('MERCHANT_WEBHOOK_SECRET', fields.webhookSecrets) ?? [];
  const hasUrl = has('MERCHANT_WEBHOOK_URL');
  const hasSecret = has('MERCHANT_WEBHOOK_SECRET') || has('MERCHANT_WEBHOOK_SECRET_FILE');
  if (hasUrl && !hasSecret) {
    note('MERCHANT_WEBHOOK_SECRET', 'is missing; it signs the notifications to MERCHANT_WEBHOOK_URL.');
  }
  if (hasSecret && !hasUrl) {
    note('MERCHANT_WEBHOOK_URL', 'is missing; MERCHANT_WEBHOOK_SECRET has no effect without it.');
  }
  return url !== undefined && secret !== undefined
    ? { url, secret, ...(otherSecret && { otherSecret }) }
    : undefined;
}

/** Splits the token secrets into the one that signs and those of before a rotation. */
export function tokenSecretsOf(secrets: readonly Buffer[] | undefined) {
  const [tokenSecret, ...earlierTokenSecrets] = secrets ?? [];
  return { tokenSecret, ...(earlierTokenSecrets.length > 0 && { earlierTokenSecrets }) };
}

/** A live key or a live target: either may move real money. */
function isLive(dodo: DodoConfig | undefined): boolean {
  return dodo?.live === true;
}

/** Freezes an object and all it holds. Buffers are left as they are: JavaScript cannot freeze their bytes. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
