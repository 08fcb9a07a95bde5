import { Client, Connection, type ClientOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';

/** Which Temporal to speak to. */
export interface TemporalTarget {
  /** `host:port`. Without it, TEMPORAL_ADDRESS or the profile of Temporal's own configuration file decides. */
  address?: string;
  /** Without it, TEMPORAL_NAMESPACE or the profile decides, else `default`. */
  namespace?: string;
  /**
   * The address is a server this process started itself: Temporal's environment variables and configuration
   * file (API keys, TLS, another address) are for a different server and are left alone.
   */
  embedded?: boolean;
  /** The environment to read; `process.env` when absent. */
  env?: Record<string, string | undefined>;
}

export interface ConnectClientOptions {
  /** Put the first contact off until the first call, so that an API may start while Temporal is down. */
  lazy?: boolean;
  /** How long to try, in milliseconds; default 10 seconds. */
  connectTimeoutMs?: number;
  /** Handed to the SDK's `Client`: data converter, interceptors, ... */
  client?: Omit<ClientOptions, 'connection' | 'namespace'>;
}

export interface TemporalClient {
  connection: Connection;
  client: Client;
  namespace: string;
}

export interface TemporalWorkerConnection {
  connection: NativeConnection;
  namespace: string;
}

/** Understood by both kinds of connection. */
type ConnectionSettings = Pick<NativeConnectionOptions, 'address' | 'apiKey' | 'tls' | 'metadata'>;

const DEFAULT_NAMESPACE = 'default';
const CONNECT_TIMEOUT = 10_000;

/**
 * Connection settings for a target. What the target names wins over the environment (TEMPORAL_ADDRESS,
 * TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*), which wins over the profile of Temporal's
 * configuration file (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE).
 *
 * @throws Error when the environment or the configuration file contradicts itself
 */
export function temporalSettings(target: TemporalTarget): {
  settings: ConnectionSettings;
  namespace: string;
} {
  if (target.embedded) {
    return {
      settings: { address: target.address, tls: false },
      namespace: target.namespace ?? DEFAULT_NAMESPACE,
    };
  }
  const loaded = loadClientConnectConfig({ overrideEnvVars: definedOnly(target.env ?? process.env) });
  const { address, apiKey, tls, metadata } = loaded.connectionOptions;
  return {
    settings: { address: target.address ?? address, apiKey, tls, metadata },
    namespace: target.namespace ?? loaded.namespace ?? DEFAULT_NAMESPACE,
  };
}

/**
 * A client for starting, signalling and updating runs.
 *
 * @throws Error naming the address when Temporal cannot be reached (not when `lazy`)
 */
export async function connectClient(
  target: TemporalTarget,
  options: ConnectClientOptions = {},
): Promise<TemporalClient> {
  const { settings, namespace } = temporalSettings(target);
  const connectionOptions = { ...settings, connectTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT };
  const connection = options.lazy
    ? Connection.lazy(connectionOptions)
    : await reaching(settings.address, () => Connection.connect(connectionOptions));
  const client = new Client({ ...options.client, connection, namespace });
  return { connection, client, namespace };
}

/**
 * A connection for workers, which run on the SDK's native core.
 *
 * @throws Error naming the address when Temporal cannot be reached
 */
export async function connectWorker(target: TemporalTarget): Promise<TemporalWorkerConnection> {
  const { settings, namespace } = temporalSettings(target);
  const connection = await reaching(settings.address, () => NativeConnection.connect(settings));
  return { connection, namespace };
}

async function reaching<T>(address: string | undefined, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Temporal cannot be reached at ${address ?? 'localhost:7233'}: ${reason}. ` +
        'Check TEMPORAL_ADDRESS, and TEMPORAL_API_KEY or the TEMPORAL_TLS_* variables if the server needs them.',
      { cause: error },
    );
  }
}

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
