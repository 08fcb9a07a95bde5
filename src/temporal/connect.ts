/** Connects to Temporal. */
import { Client, Connection, type ConnectionLike } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { encryptingConverter, type PayloadKey } from './payload-codec.js';
import { sendingHeaders } from './propagation.js';

/** The Temporal server and namespace to use. */
export interface TemporalTarget {
  /** `host:port`. Defaults to TEMPORAL_ADDRESS, then to the profile in Temporal's own configuration file. */
  address?: string;
  /** Defaults to TEMPORAL_NAMESPACE, then to the profile, then to `default`. */
  namespace?: string;
  /**
   * True when this process started the server itself: Temporal's environment variables and configuration file (API keys,
   * TLS, another address) are then meant for a different server and are ignored.
   */
  embedded?: boolean;
  /** The keys that encrypt what runs carry, now; without them nothing is encrypted. */
  payloadKeys?: () => readonly PayloadKey[];
  /** The environment to read; defaults to `process.env`. */
  env?: Record<string, string | undefined>;
}

interface ConnectClientOptions {
  /** How long to try, in milliseconds; defaults to 10 seconds. */
  connectTimeoutMs?: number;
}

export interface TemporalClient {
  connection: Connection;
  client: Client;
  namespace: string;
}

interface TemporalWorkerConnection {
  connection: NativeConnection;
  namespace: string;
  /** For the worker. */
  dataConverter: DataConverter | undefined;
  client: Client;
}

/** The settings that both kinds of connection accept. */
type ConnectionSettings = Pick<NativeConnectionOptions, 'address' | 'apiKey' | 'tls' | 'metadata'>;

/** Says in words why Temporal cannot be used as configured. */
export class TemporalError extends Error {
  override readonly name = 'TemporalError';
}

const DEFAULT_NAMESPACE = 'default';
const CONNECT_TIMEOUT = 10_000;

/**
 * Resolves the connection settings of a target. The target wins over the environment (TEMPORAL_ADDRESS,
 * TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*), which wins over the profile in Temporal's configuration file
 * (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE).
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
 * Connects a client for starting, signalling and updating runs.
 *
 * @throws TemporalError naming the address when Temporal cannot be reached
 */
export async function connectClient(
  target: TemporalTarget,
  options: ConnectClientOptions = {},
): Promise<TemporalClient> {
  const { settings, namespace } = temporalSettings(target);
  const connectTimeout = options.connectTimeoutMs ?? CONNECT_TIMEOUT;
  const connection = await explainFailure(settings.address, () =>
    Connection.connect({ ...settings, connectTimeout }),
  );
  return {
    connection,
    client: clientOn(connection, namespace, encryptingConverter(target.payloadKeys)),
    namespace,
  };
}

/**
 * Connects a worker, which runs on the SDK's native core, and a client on the same connection.
 *
 * @throws TemporalError naming the address when Temporal cannot be reached
 */
export async function connectWorker(target: TemporalTarget): Promise<TemporalWorkerConnection> {
  const { settings, namespace } = temporalSettings(target);
  const connection = await explainFailure(settings.address, () => NativeConnection.connect(settings));
  const dataConverter = encryptingConverter(target.payloadKeys);
  return { connection, namespace, dataConverter, client: clientOn(connection, namespace, dataConverter) };
}

function clientOn(
  connection: ConnectionLike,
  namespace: string,
  dataConverter: DataConverter | undefined,
): Client {
  return new Client({ connection, namespace, dataConverter, interceptors: { workflow: [sendingHeaders] } });
}

async function explainFailure<T>(address: string | undefined, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TemporalError(
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
