/** Temporal's production server on PostgreSQL, with a database that fails on purpose. */
import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { stringify } from 'yaml';
import { POLL_LIMITS } from '../../sandbox/local/poll-limits.js';
import { portBecomesFree } from '../../sandbox/local/ports.js';
import { MINIMUM_RETENTION_DAYS } from '../../src/temporal/namespace.js';
import { lastLines, runCommand } from '../../sandbox/local/run-command.js';
import { registerSearchAttributes } from '../../src/temporal/search-attributes.js';
import { startWatched } from '../../sandbox/local/watched-process.js';
import { postgresForTests } from './postgres.js';
import type { ServerPrograms } from './temporal-server.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const READY_WITHIN = 90 * SECOND;
const STOP_GRACE = 5 * SECOND;
const KEPT_LINES = 20;
/** Longer lines are stack traces. */
const LINE_LENGTH = 400;
const NAMESPACE = 'default';
/** A shard is reacquired after every failed write, and does nothing else meanwhile. */
const SHARDS = 16;

/** Failure rates from 0 to 1, by method of Temporal's store and kind of failure. */
export type Faults = Record<
  string,
  Partial<Record<'ResourceExhausted' | 'Timeout' | 'ExecuteAndTimeout', number>>
>;

/** There is no PostgreSQL. The message says what is missing. */
export class NoPostgres extends Error {}

export interface PostgresTemporal {
  address: string;
  namespace: string;
  /** Returns how many injected faults the server has logged. */
  faultsSeen(): number;
  stop(): Promise<void>;
}

/**
 * Starts the server on loopback, on databases of its own, and waits until its namespace is usable.
 *
 * @param faults of the store of runs. The same seed gives the same random numbers
 * @throws NoPostgres if there is none; Error if the server exits or does not become ready
 */
export async function startTemporalOnPostgres(
  programs: ServerPrograms,
  { faults, seed }: { faults: Faults; seed: number },
): Promise<PostgresTemporal> {
  const stopping: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const part of stopping.splice(0).reverse()) await part();
  };
  try {
    const folder = await makeTemporaryFolder('temporal');
    stopping.push(() => removeFolder(folder));
    const databases = { temporal: '', visibility: '' };
    for (const name of ['temporal', 'visibility'] as const) {
      const postgres = await postgresForTests();
      if (!postgres.available) throw new NoPostgres(postgres.reason);
      stopping.push(postgres.stop);
      databases[name] = postgres.url;
      await setUpSchema(programs, name, postgres.url);
    }
    const port = await lowPort();
    await mkdir(join(folder, 'config'));
    const dynamicConfig = join(folder, 'dynamic-config.yaml');
    await writeFile(dynamicConfig, stringify(dynamicValues(POLL_LIMITS)));
    const config = await serverConfig({ port, databases, faults, seed, dynamicConfig });
    await writeFile(join(folder, 'config', 'development.yaml'), stringify(config));

    let faultsSeen = 0;
    let gone = false;
    const lines: string[] = [];
    const server = await startWatched(
      programs.server,
      ['--root', folder, '--allow-no-auth', 'start'],
      (line) => {
        if (line.includes('fault injection error')) faultsSeen += 1;
        lines.push(line.slice(0, LINE_LENGTH));
        if (lines.length > KEPT_LINES) lines.shift();
      },
      STOP_GRACE,
    );
    stopping.push(() => server.stop());
    void server.exited.then(() => (gone = true));
    const address = `127.0.0.1:${port}`;
    await untilUsable(address, () => gone).catch((error: unknown) => {
      throw new Error(`Temporal's server on PostgreSQL is not usable:\n${lines.join('\n')}`, {
        cause: error,
      });
    });
    return { address, namespace: NAMESPACE, faultsSeen: () => faultsSeen, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const handedOut = new Set<number>();

/** Returns a free port below 2^15, which is as high as the server can note. Each is handed out once. */
async function lowPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    if (handedOut.has(port) || !(await portBecomesFree(port, 0))) continue;
    handedOut.add(port);
    return port;
  }
}

async function setUpSchema({ sqlTool, schema }: ServerPrograms, name: string, url: string): Promise<void> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const target = ['--plugin', 'postgres12', '--endpoint', hostname, '--port', port || '5432'];
  target.push('--user', username, '--password', password || 'none', '--database', pathname.slice(1));
  for (const step of [
    ['setup-schema', '--version', '0.0'],
    ['update-schema', '--schema-dir', join(schema, name, 'versioned')],
  ]) {
    const { code, output } = await runCommand(sqlTool, [...target, ...step]);
    if (code !== 0) throw new Error(`${step[0]} of ${name} ended with code ${code}: ${lastLines(output)}`);
  }
}

async function serverConfig(options: {
  port: number;
  databases: { temporal: string; visibility: string };
  faults: Faults;
  seed: number;
  /** The path of a file. */
  dynamicConfig: string;
}): Promise<object> {
  const { port, databases, faults, seed, dynamicConfig } = options;
  const service = async (grpcPort?: number) => ({
    rpc: {
      grpcPort: grpcPort ?? (await lowPort()),
      membershipPort: await lowPort(),
      bindOnLocalHost: true,
    },
  });
  const methods = Object.fromEntries(
    Object.entries(faults).map(([method, errors]) => [method, { errors, seed }]),
  );
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'runs',
      visibilityStore: 'visibility',
      numHistoryShards: SHARDS,
      datastores: {
        runs: {
          sql: database(databases.temporal),
          faultInjection: { targets: { dataStores: { ExecutionStore: { methods } } } },
        },
        visibility: { sql: database(databases.visibility) },
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: await service(port),
      history: await service(),
      matching: await service(),
      worker: await service(),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${port}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '60s' },
  };
}

/** The values as Temporal's file of dynamic configuration lists them. */
function dynamicValues(values: Readonly<Record<string, number>>): object {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [{ value }]]));
}

function database(url: string): object {
  const { host, username, password, pathname } = new URL(url);
  return {
    pluginName: 'postgres12',
    databaseName: pathname.slice(1),
    connectAddr: host,
    connectProtocol: 'tcp',
    user: username,
    password: password || 'none',
    maxConns: 20,
    maxIdleConns: 20,
    maxConnLifetime: '1h',
  };
}

/** Registers the namespace, which a new server lacks, and its search attributes. */
async function untilUsable(address: string, isGone: () => boolean): Promise<void> {
  const connection = Connection.lazy({ address, tls: false, connectTimeout: '2s' });
  const deadline = Date.now() + READY_WITHIN;
  const retention = msToTs(MINIMUM_RETENTION_DAYS * DAY);
  try {
    for (;;) {
      try {
        await connection.withDeadline(Date.now() + 5 * SECOND, async () => {
          await connection.workflowService
            .registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod: retention })
            .catch((error: Error) => {
              if (!/already exists/i.test(error.message)) throw error;
            });
          await registerSearchAttributes(connection, NAMESPACE);
          // Each service of the server learns of a namespace at a different time.
          const query = 'ExecutionStatus = "Running"';
          await connection.workflowService.countWorkflowExecutions({ namespace: NAMESPACE, query });
        });
        return;
      } catch (error) {
        if (isGone() || Date.now() > deadline) throw error;
        await sleep(SECOND / 2);
      }
    }
  } finally {
    await connection.close();
  }
}
