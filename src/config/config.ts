/** The environment, read once: every variable checked, one error that lists all mistakes, one frozen result. */
import { join, resolve } from 'node:path';
import { DAY, HOUR, MINUTE, SECOND } from '../domain/duration.js';
import { readDodo } from './dodo.js';
import type { DodoConfig } from './dodo.js';
import * as fields from './fields.js';
import type { LogLevel } from './fields.js';
import { keepSecret } from './generated-secrets.js';
import { ConfigError, createReader } from './reader.js';
import type { Environment, Reader } from './reader.js';

export type { DodoConfig, DodoTarget } from './dodo.js';
export { loadDotEnv } from './dotenv.js';
export type { DodoEnvironment, LogLevel } from './fields.js';
export { ConfigError } from './reader.js';
export type { ConfigProblem, Environment } from './reader.js';

/**
 * `start`: everything on one machine, for development. `demo`: the same, driven without a person.
 * `server` and `worker`: the production processes, which share a database and a Temporal server.
 */
export type Mode = 'start' | 'server' | 'worker' | 'demo';

export interface Config {
  mode: Mode;
  http: {
    host: string;
    /** 0 lets the system choose. */
    port: number;
    /** How long an accept waits for its outcome before it answers 202. */
    acceptWaitMs: number;
  };
  dodo: DodoConfig;
  temporal: {
    /** `host:port`. Without it, `start` and `demo` run a server of their own; the others leave it to Temporal's own configuration. */
    address?: string;
    namespace?: string;
    taskQueue: string;
    uiUrl?: string;
  };
  ledger: { kind: 'embedded'; directory: string } | { kind: 'postgres'; url: string };
  /** Absolute. */
  catalogPath: string;
  timing: {
    reconcileWindowMs: number;
    pollIntervalMs: number;
    sweepIntervalMs: number;
    sweepWindowMs: number;
  };
  auth: {
    /** Empty in a worker that was given none: it serves no API. */
    apiKeys: readonly string[];
    operatorKeys: readonly string[];
    /** At least 32 bytes; signs presentation tokens. A worker may be without. */
    tokenSecret?: Buffer;
    /** Which of the keys were made here and have to be shown to the person who started this. */
    generated: { apiKeys: boolean; operatorKeys: boolean };
  };
  merchantWebhook?: { url: string; secret: Buffer };
  /** An origin, such as `https://shop.example`. */
  appUrl: string;
  /** Absolute. */
  dataDir: string;
  logLevel: LogLevel;
}

/** The configuration of a process that serves the API. */
export type ServingConfig = Config & { auth: { tokenSecret: Buffer } };

const { duration } = fields;

/** A charge session that is confirmed at once lives this long at Dodo, and may still be paid until then. */
const CONFIRM_SESSION_LIFE = 15 * MINUTE;
const DEFAULT_PORT = 3000;

/**
 * Reads the configuration. In `start` and `demo`, keys and the token secret that are not given are made once
 * and kept under `DATA_DIR`, so that a restart keeps them.
 *
 * @throws ConfigError listing every variable that is wrong; secrets are never quoted
 */
export function loadConfig(env: Environment, options: { mode: Exclude<Mode, 'worker'> }): ServingConfig;
export function loadConfig(env: Environment, options: { mode: Mode }): Config;
export function loadConfig(env: Environment, { mode }: { mode: Mode }): Config {
  const reader = createReader(env);
  const { optional, required, problems } = reader;
  const embedded = mode === 'start' || mode === 'demo';
  const ifServer = mode === 'server' ? required : optional;

  const port = optional('PORT', fields.port) ?? DEFAULT_PORT;
  const dataDir = resolve(optional('DATA_DIR', fields.path) ?? '.data');
  const database = (embedded ? optional : required)('DATABASE_URL', fields.databaseUrl);
  const dodo = readDodo(reader, {
    mayUseSandbox: embedded,
    receivesWebhooks: mode !== 'worker',
    mayBeLive: mode !== 'demo',
  });
  const given = {
    apiKeys: ifServer('API_KEYS', fields.keyList),
    operatorKeys: ifServer('OPERATOR_KEYS', fields.keyList),
    tokenSecret: ifServer('TOKEN_SECRET', fields.tokenSecret),
  };
  const settings = {
    mode,
    http: {
      host: optional('HOST', fields.host) ?? (embedded ? '127.0.0.1' : '0.0.0.0'),
      port,
      acceptWaitMs: optional('ACCEPT_WAIT', duration(0, MINUTE)) ?? 8 * SECOND,
    },
    temporal: {
      address: optional('TEMPORAL_ADDRESS', fields.address),
      namespace: optional('TEMPORAL_NAMESPACE', fields.name),
      taskQueue: optional('TEMPORAL_TASK_QUEUE', fields.name) ?? 'offers',
      uiUrl: optional('TEMPORAL_UI_URL', fields.httpUrl),
    },
    catalogPath: resolve(optional('CATALOG', fields.path) ?? 'offers.yaml'),
    timing: {
      reconcileWindowMs: optional('RECONCILE_WINDOW', duration(SECOND, 7 * DAY)) ?? 20 * MINUTE,
      pollIntervalMs: optional('POLL_INTERVAL', duration(100, HOUR)) ?? 10 * SECOND,
      sweepIntervalMs: optional('SWEEP_INTERVAL', duration(SECOND, DAY)) ?? 5 * MINUTE,
      sweepWindowMs: optional('SWEEP_WINDOW', duration(MINUTE, 90 * DAY)) ?? 48 * HOUR,
    },
    merchantWebhook: readMerchantWebhook(reader),
    // With port 0 the real one is known only later; a caller that knows it may replace this.
    appUrl: optional('APP_URL', fields.origin) ?? `http://localhost:${port || DEFAULT_PORT}`,
    dataDir,
    logLevel: optional('LOG_LEVEL', fields.logLevel) ?? 'info',
  };

  if (settings.timing.sweepWindowMs < settings.timing.sweepIntervalMs) {
    reader.note(
      'SWEEP_WINDOW',
      'is shorter than SWEEP_INTERVAL; payments between two sweeps would be missed.',
    );
  }
  if (isLive(dodo) && settings.timing.reconcileWindowMs < CONFIRM_SESSION_LIFE) {
    reader.note(
      'RECONCILE_WINDOW',
      'is shorter than 15m; in live_mode a lost charge may still go through until then.',
    );
  }
  if (given.apiKeys?.some((key) => given.operatorKeys?.includes(key))) {
    reader.note(
      'OPERATOR_KEYS',
      'holds a key of API_KEYS; a backend must not be able to do what operators do.',
    );
  }
  if (problems.length > 0 || dodo === undefined) throw new ConfigError(problems);

  return deepFreeze({
    ...settings,
    dodo,
    ledger:
      database === undefined
        ? { kind: 'embedded', directory: join(dataDir, 'ledger') }
        : { kind: 'postgres', url: database },
    // Last, so that a configuration that is refused leaves no files behind.
    auth: embedded ? withGenerated(given, dataDir) : withoutGenerated(given),
  });
}

function readMerchantWebhook({ optional, has, note }: Reader): Config['merchantWebhook'] {
  const url = optional('MERCHANT_WEBHOOK_URL', fields.httpUrl);
  const secret = optional('MERCHANT_WEBHOOK_SECRET', fields.webhookSecret);
  const hasUrl = has('MERCHANT_WEBHOOK_URL');
  const hasSecret = has('MERCHANT_WEBHOOK_SECRET') || has('MERCHANT_WEBHOOK_SECRET_FILE');
  if (hasUrl && !hasSecret) {
    note('MERCHANT_WEBHOOK_SECRET', 'is missing; notifications to MERCHANT_WEBHOOK_URL are signed with it.');
  }
  if (hasSecret && !hasUrl) {
    note('MERCHANT_WEBHOOK_URL', 'is missing; MERCHANT_WEBHOOK_SECRET is of no use without it.');
  }
  return url !== undefined && secret !== undefined ? { url, secret } : undefined;
}

function isLive(dodo: DodoConfig | undefined): boolean {
  return dodo?.sandbox === false && dodo.target.environment === 'live_mode';
}

interface GivenAuth {
  apiKeys?: string[];
  operatorKeys?: string[];
  tokenSecret?: Buffer;
}

function withoutGenerated({ apiKeys = [], operatorKeys = [], tokenSecret }: GivenAuth): Config['auth'] {
  return { apiKeys, operatorKeys, tokenSecret, generated: { apiKeys: false, operatorKeys: false } };
}

function withGenerated(given: GivenAuth, dataDir: string): Config['auth'] {
  const directory = join(dataDir, 'secrets');
  try {
    return {
      apiKeys: given.apiKeys ?? [keepSecret(directory, 'api-key', 'key_backend_')],
      operatorKeys: given.operatorKeys ?? [keepSecret(directory, 'operator-key', 'key_operator_')],
      tokenSecret: given.tokenSecret ?? Buffer.from(keepSecret(directory, 'token-secret', '')),
      generated: { apiKeys: given.apiKeys === undefined, operatorKeys: given.operatorKeys === undefined },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      { name: 'DATA_DIR', message: `is where generated keys are kept, and that failed: ${reason}.` },
    ]);
  }
}

/** Buffers are left as they are: JavaScript cannot freeze their bytes. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
