import { chmod, chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../sandbox/local/ports.js';
import { lastLines, runCommand } from '../../sandbox/local/run-command.js';
import { startWatched } from '../../sandbox/local/watched-process.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

const DEBIAN_POSTGRES = '/usr/lib/postgresql';
const READY_WITHIN = 30_000;
const LOOK_EVERY = 50;
const STOP_GRACE = 2_000;
const KEPT_LINES = 20;

export interface TestPostgres {
  /** The connection string of an empty database for this test alone. */
  url: string;
  stop: () => Promise<void>;
}

export type PostgresForTests = ({ available: true } & TestPostgres) | { available: false; reason: string };

/**
 * Returns an empty PostgreSQL database for a test file, on the server that TEST_DATABASE_URL names, or on a throw-away
 * server started from the installed binaries. If there is neither, `available` is false and `reason` says so; skip the
 * tests then: `it.skipIf(!postgres.available)`.
 *
 * @throws Error if the server does not start or refuses the connection
 */
export async function postgresForTests(): Promise<PostgresForTests> {
  const existing = process.env.TEST_DATABASE_URL;
  if (existing) return { available: true, ...(await databaseOn(existing)) };
  const binaries = await findBinaries();
  if (binaries === undefined) {
    return {
      available: false,
      reason:
        `PostgreSQL tests are skipped: there are no PostgreSQL binaries under ${DEBIAN_POSTGRES} (apt-get install ` +
        'postgresql) and TEST_DATABASE_URL is not set.',
    };
  }
  return { available: true, ...(await startServer(binaries)) };
}

/** Creates a database with a unique name, so that test files do not meet. `stop` drops it. */
async function databaseOn(serverUrl: string): Promise<TestPostgres> {
  const name = `durable_upsells_test_${process.pid}_${Date.now()}`;
  await execute(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    stop: () => execute(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Returns the folder with `initdb` and `postgres` of the newest installed version. */
async function findBinaries(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN_POSTGRES).catch((): string[] => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? undefined : join(DEBIAN_POSTGRES, newest, 'bin');
}

async function startServer(binaries: string): Promise<TestPostgres> {
  const folder = await makeTemporaryFolder('postgres');
  try {
    const data = join(folder, 'data');
    await chmod(folder, 0o700);
    // PostgreSQL refuses to run as root.
    const asUser = process.getuid?.() === 0 ? await giveToPostgres(folder) : [];
    const [init = '', ...initArguments] = [...asUser, join(binaries, 'initdb'), '-D', data, '--no-sync'];
    initArguments.push('-U', 'postgres', '-A', 'trust', '-E', 'UTF8');
    const { code, output } = await runCommand(init, initArguments, { cwd: folder });
    if (code !== 0) throw new Error(`initdb ended with code ${code}: ${lastLines(output)}`);

    const port = await freePort();
    const [command = '', ...args] = [...asUser, join(binaries, 'postgres')];
    args.push(...serverArguments(data, folder, port));
    const lines: string[] = [];
    const keep = (line: string): void => void (lines.push(line) > KEPT_LINES && lines.shift());
    const server = await startWatched(command, args, keep, STOP_GRACE);
    let ended = false;
    void server.exited.then(() => (ended = true));
    const stop = async (): Promise<void> => {
      // An immediate shutdown: nothing here is worth a checkpoint.
      if (!ended) process.kill(server.pid, 'SIGQUIT');
      await server.exited;
      await removeFolder(folder);
    };
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    try {
      await untilReady(url, () => ended);
    } catch (error) {
      await stop();
      throw new Error(`PostgreSQL did not start: ${lines.join(' | ')}`, { cause: error });
    }
    return { url, stop };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

function serverArguments(data: string, socketFolder: string, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketFolder,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', data, '-p', String(port), ...flags];
}

/** Hands the folder to the user "postgres". Returns the command prefix that runs a program as that user. */
async function giveToPostgres(folder: string): Promise<string[]> {
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  await chown(folder, uid, gid);
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  const { code, output } = await runCommand('id', [flag, 'postgres']);
  if (code !== 0) {
    throw new Error(
      'PostgreSQL does not run as root, and there is no user "postgres" to run it as. ' +
        'Run the tests as another user, or set TEST_DATABASE_URL.',
    );
  }
  return Number(output.trim());
}

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + READY_WITHIN;
  for (;;) {
    try {
      await execute(url, 'select 1');
      return;
    } catch (error) {
      if (hasEnded() || Date.now() > deadline) throw error;
      await sleep(LOOK_EVERY);
    }
  }
}
