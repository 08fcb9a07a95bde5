/** The ledger behind PgBouncer in transaction mode, as Debian installs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../sandbox/local/ports.js';
import { openLedger } from '../../src/ledger/index.js';
import { eventually } from '../support/eventually.js';
import { postgresForTests } from '../support/postgres.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';
import { at } from './examples.js';

const PGBOUNCER = '/usr/sbin/pgbouncer';
/** It refuses to run as root. */
const NOBODY = 65_534;

const postgres = await postgresForTests();
afterAll(() => (postgres.available ? postgres.stop() : undefined));

describe.skipIf(!postgres.available || !existsSync(PGBOUNCER))('the ledger behind PgBouncer', () => {
  let pooler: ChildProcess;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    if (!postgres.available) return;
    const server = new URL(postgres.url);
    const [port, name] = [await freePort(), server.pathname.slice(1)];
    folder = await makeTemporaryFolder('pgbouncer');
    await chmod(folder, 0o755);
    const config = join(folder, 'pgbouncer.ini');
    await writeFile(
      config,
      `[databases]
${name} = host=${server.hostname} port=${server.port} user=${server.username} ${server.password && `password=${server.password}`}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
`,
      { mode: 0o644 },
    );
    pooler = spawn(PGBOUNCER, [config], {
      stdio: 'ignore',
      ...(process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
    });
    url = `postgres://anybody@127.0.0.1:${port}/${name}`;
    await eventually('PgBouncer listens', async () => {
      const client = new pg.Client({ connectionString: url });
      return client.connect().then(
        () => client.end().then(() => true),
        () => false,
      );
    });
  });
  afterAll(async () => {
    const ended = pooler && new Promise((resolve) => pooler.once('exit', resolve));
    pooler?.kill('SIGKILL');
    await ended;
    if (folder) await removeFolder(folder);
  });

  it('is migrated, written under load, and opened by a second process meanwhile', async () => {
    const first = await openLedger({ url });
    let busy = true;
    let written = 0;
    const traffic = Array.from({ length: 8 }, async () => {
      while (busy) {
        await first.bindKey({ key: crypto.randomUUID(), request: 'r', at: at(0) });
        written += 1;
      }
    });
    await eventually('there is traffic', () => Promise.resolve(written > 20));
    const others = await Promise.all([openLedger({ url }), openLedger({ url, migrates: false })]);
    for (const other of others) expect(await other.bindKey({ key: 'k', request: 'r', at: at(0) })).toBe('r');
    busy = false;
    await Promise.all(traffic);
    for (const ledger of [first, ...others]) await ledger.close();
  });
});
