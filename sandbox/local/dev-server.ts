import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { searchAttributeKeys } from '../../src/contract/search-attributes.js';
import { FolderInUseError, lockFolder, type FolderLock } from './folder-lock.js';
import { makePrivateFolder } from './private-folder.js';
import { POLL_LIMITS } from './poll-limits.js';
import { freePort, portBecomesFree } from './ports.js';
import { ensureRetention } from './retention.js';
import { registerSearchAttributes } from '../../src/temporal/search-attributes.js';
import { findTemporalBinary } from './server-binary.js';
import { startWatched, type ProcessExit, type WatchedProcess } from './watched-process.js';

const SECOND = 1_000;
/** A killed process leaves its server behind for a moment: by then it has released its ports and its folder. */
const PORT_PATIENCE = 10 * SECOND;
const FOLDER_PATIENCE = 10 * SECOND;
const READY_WITHIN = 60 * SECOND;
const LOOK_EVERY = 100;
const STOP_GRACE = 5 * SECOND;
const KEPT_LINES = 20;
const UI_PORT_OFFSET = 1_000;
/** The lock of earlier versions, of no meaning now. */
const OLD_LOCK = 'temporal.claim.json';

export interface DevServerOptions {
  /** Folder that keeps runs in `temporal.db`, for one server at a time; without it, runs are kept in memory. */
  dataDir?: string;
  /** Default: a free port. */
  port?: number;
  /** Serves Temporal's web UI; default true. */
  ui?: boolean;
  /** Default: 1000 above `port` if that is given, else a free port. */
  uiPort?: number;
  /** Milliseconds to wait for a given port that is taken; default 10 seconds. */
  portPatience?: number;
  /** Milliseconds to wait for a data folder that is in use; default 10 seconds. */
  folderPatience?: number;
  namespace?: string;
  /** The `temporal` program; by default searched for, and fetched if necessary. */
  binary?: string;
  /** Receives each line the server prints (warnings and errors). */
  log?: (line: string) => void;
}

export interface DevServer {
  /** `127.0.0.1:port` */
  address: string;
  uiUrl?: string;
  namespace: string;
  /** The process id of the server itself. */
  pid: number;
  stop: () => Promise<void>;
  /** Settles when the server has ended, for whatever reason. */
  exited: Promise<ProcessExit>;
}

/**
 * Starts Temporal's own single-process server on loopback and waits until its namespace is usable: it keeps
 * finished runs for at least 30 days and knows the search attributes. The server ends with this process, even if
 * this process is killed.
 *
 * @throws Error with an explanation when no server program is found, a port is taken, the data folder is in use,
 *   or the server ends or does not answer within a minute
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const namespace = options.namespace ?? 'default';
  const log = options.log ?? ((): void => undefined);
  const binary = options.binary ?? (await findTemporalBinary({ dataDir: options.dataDir })).path;
  const lock = options.dataDir === undefined ? undefined : await lockDataDir(options.dataDir, options);
  let stopping = false;
  try {
    const port = await choosePort('Temporal', options.port, options.portPatience);
    const withUi = options.ui ?? true;
    const uiPort = withUi ? await chooseUiPort(options) : undefined;
    const lines: string[] = [];
    const server = await startWatched(
      binary,
      serverArguments({ port, uiPort, namespace, dataDir: options.dataDir }),
      (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        // While it shuts down, the server complains about every part that has already stopped.
        if (!stopping) log(line);
      },
      STOP_GRACE,
    );
    await lock?.addHolder(server.pid);
    const exited = server.exited.then(async (exit) => {
      await lock?.release();
      return exit;
    });
    const address = `127.0.0.1:${port}`;
    await untilUsable(server, address, namespace, lines);
    return {
      address,
      uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
      namespace,
      pid: server.pid,
      exited,
      stop: async () => {
        stopping = true;
        await server.stop();
        await exited;
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/** Locks the folder, because two servers would corrupt its database. */
async function lockDataDir(dataDir: string, options: DevServerOptions): Promise<FolderLock> {
  try {
    await makePrivateFolder(dataDir);
    const lock = await lockFolder(dataDir, { patience: options.folderPatience ?? FOLDER_PATIENCE });
    await rm(join(dataDir, OLD_LOCK), { force: true });
    return lock;
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    throw new Error(
      `The data folder ${dataDir} is in use by ${error.holder}, which runs a Temporal server on it. ` +
        'Stop that process, or set DATA_DIR to another folder.',
      { cause: error },
    );
  }
}

async function choosePort(
  what: string,
  wanted: number | undefined,
  patience = PORT_PATIENCE,
): Promise<number> {
  if (wanted === undefined || wanted === 0) return await freePort();
  if (await portBecomesFree(wanted, patience)) return wanted;
  throw new Error(
    `Port ${wanted} on 127.0.0.1, needed for ${what}, is taken by another program. ` +
      'Stop that program, or set TEMPORAL_ADDRESS if it is the Temporal server you want to use.',
  );
}

async function chooseUiPort(options: DevServerOptions): Promise<number> {
  const besideServer = options.port ? options.port + UI_PORT_OFFSET : undefined;
  return await choosePort("Temporal's web UI", options.uiPort ?? besideServer, options.portPatience);
}

function serverArguments(server: {
  port: number;
  uiPort: number | undefined;
  namespace: string;
  dataDir: string | undefined;
}): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(server.port)];
  args.push('--namespace', server.namespace, '--log-level', 'warn', '--log-format', 'json');
  if (server.uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(server.uiPort));
  if (server.dataDir !== undefined) {
    // Write-ahead logging survives kill -9 as the default does, with more than twice the throughput.
    args.push('--db-filename', join(resolve(server.dataDir), 'temporal.db'));
    args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  }
  for (const [key, value] of Object.entries(POLL_LIMITS))
    args.push('--dynamic-config-value', `${key}=${value}`);
  // A new database has the attributes at once, without the wait for ones added later; an existing one ignores them.
  for (const { name, type } of Object.values(searchAttributeKeys)) {
    args.push('--search-attribute', `${name}=${type === 'DATETIME' ? 'Datetime' : 'Keyword'}`);
  }
  return args;
}

/** Waits for the namespace and prepares it; stops the server if that fails. */
async function untilUsable(
  server: WatchedProcess,
  address: string,
  namespace: string,
  lines: readonly string[],
): Promise<void> {
  let gone: ProcessExit | undefined;
  void server.exited.then((exit) => (gone = exit));
  const connection = Connection.lazy({ address, tls: false, connectTimeout: '2s' });
  const deadline = Date.now() + READY_WITHIN;
  try {
    for (;;) {
      try {
        await connection.withDeadline(Date.now() + 2 * SECOND, () => ensureRetention(connection, namespace));
        await registerSearchAttributes(connection, namespace);
        return;
      } catch (error) {
        if (gone) {
          const how = gone.signal ? `by ${gone.signal}` : `with code ${String(gone.code)}`;
          throw new Error(`Temporal's server ended ${how} while starting:\n${lines.join('\n')}`, {
            cause: error,
          });
        }
        if (Date.now() > deadline) {
          throw new Error(
            `Temporal's server was not ready after ${READY_WITHIN / SECOND} s:\n${lines.join('\n')}`,
            { cause: error },
          );
        }
        await sleep(LOOK_EVERY);
      }
    }
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await connection.close();
  }
}
