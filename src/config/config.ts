/** The configuration of a process, as every part of it sees it. */
import type { DodoConfig } from './dodo.js';
import type { DataRetention } from '../domain/customer-data.js';
import type { GivenKey } from './keys.js';
import type { LogLevel } from './fields.js';
import type { OidcConfig } from './oidc.js';

/**
 * `start`: everything on one machine, for development. `demo`: the same, driven without a person.
 * `server` and `worker`: the production processes, which share a database and a Temporal server.
 */
export type Mode = 'start' | 'server' | 'worker' | 'demo';

/** Frozen. Paths are absolute. */
export interface Config {
  mode: Mode;
  http: {
    host: string;
    /** 0 lets the system choose. */
    port: number;
    /** Whose pages may call the token routes; the origin of `appUrl` if undefined. */
    allowedOrigins?: readonly string[];
    /** Proxies whose `X-Forwarded-For` is believed: how many, or their addresses. */
    trustProxy?: number | readonly string[];
    /** How long an accept waits for its outcome before the API answers 202. */
    acceptWaitMs: number;
  };
  dodo: DodoConfig;
  temporal: {
    /** `host:port`. Without it, `start` and `demo` run a server of their own; production follows Temporal's own configuration. */
    address?: string;
    namespace?: string;
    taskQueue: string;
    uiUrl?: string;
    /** The Worker Deployment that workers are versions of; without it, Worker Versioning is off. */
    deployment?: string;
    /** Encrypt what runs carry: the first one encrypts, each of them decrypts. Without any, nothing is encrypted. */
    payloadKeys?: readonly { id: string; key: Buffer }[];
  };
  ledger:
    | { kind: 'embedded'; directory: string }
    | { kind: 'postgres'; url: string; /** Undefined means true. */ migrates?: boolean };
  metrics: {
    /** Where a process shows its metrics. Without it a worker shows none, and a server shows them beside the API. */
    port?: number;
    /** Where the Temporal SDK of a worker shows its own. */
    temporalPort?: number;
  };
  catalogPath: string;
  timing: {
    reconcileWindowMs: number;
    pollIntervalMs: number;
    actionWindowMs: number;
    sendWindowMs: number;
    sweepIntervalMs: number;
    sweepWindowMs: number;
  };
  auth: {
    /** Empty only in a worker without keys, which serves no API. */
    apiKeys: readonly GivenKey[];
    operatorKeys: readonly GivenKey[];
    /** Signs presentation tokens; at least 32 bytes. Undefined only in a worker. */
    tokenSecret?: Buffer;
    /** Those of before a rotation, or of after it: tokens signed with them are accepted. */
    earlierTokenSecrets?: readonly Buffer[];
    /** Where operators sign in to the dashboard by OpenID Connect. */
    oidc?: OidcConfig;
  };
  /** What is said to be paid without evidence takes the keys of two operators. */
  secondOperator: boolean;
  /** For how long anything is kept. */
  dataRetention: DataRetention;
  /** With two secrets, during a rotation, both sign. */
  merchantWebhook?: { url: string; secret: Buffer; otherSecret?: Buffer };
  /** An origin, such as `https://shop.example`. */
  appUrl: string;
  dataDir: string;
  logLevel: LogLevel;
}

/** The configuration of a process that serves the API. */
export type ServingConfig = Config & { auth: { tokenSecret: Buffer } };
