import { openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import * as drizzleKit from 'drizzle-kit/api';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { migrateTables, migrations, openLedger } from '../../src/ledger/index.js';
import * as schema from '../../src/ledger/schema.js';
import type { Store } from '../../src/ledger/store.js';
import { postgresForTests } from '../support/postgres.js';
import { aPresentation, at } from './examples.js';

interface Snapshot {
  id: string;
}
/** Typed here because its own types cannot be resolved: they need another version of zod. */
const { generateDrizzleJson, generateMigration } = drizzleKit as unknown as {
  generateDrizzleJson: (tables: object, previousId: string) => Snapshot;
  generateMigration: (before: Snapshot, after: Snapshot) => Promise<string[]>;
};

const postgres = await postgresForTests();
const title = postgres.available ? '' : ` (${postgres.reason})`;
afterAll(() => (postgres.available ? postgres.stop() : undefined));

/** Reads every column and index from the database's own catalog. */
const TABLES = `
  select table_name, ordinal_position, column_name, data_type, udt_name, datetime_precision, is_nullable, column_default
  from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`;
const INDEXES = `select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' order by indexname`;
const APPLIED = 'select hash, created_at::text from ledger_migrations order by id';

it.skipIf(!postgres.available)(`make the same tables in both databases${title}`, async () => {
  if (!postgres.available) return;
  const directory = await mkdtemp(join(tmpdir(), 'ledger-'));
  await (await openLedger({ url: postgres.url })).close();
  await (await openEmbeddedLedger(directory)).close();

  const server = new pg.Client({ connectionString: postgres.url });
  await server.connect();
  const embedded = await PGlite.create(join(directory, 'postgres'));
  for (const query of [TABLES, INDEXES, APPLIED]) {
    const { rows } = await server.query<object>(query);
    expect(rows.length).toBeGreaterThan(0);
    expect((await embedded.query(query)).rows).toEqual(rows);
  }
  await server.end();
  await embedded.close();
  await rm(directory, { recursive: true });
});

it.skipIf(!postgres.available)(
  `are applied once when several processes open the ledger at once${title}`,
  async () => {
    if (!postgres.available) return;
    const admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    const name = `race_${process.pid}`;
    await admin.query(`create database ${name}`);
    const url = new URL(postgres.url);
    url.pathname = `/${name}`;

    const ledgers = await Promise.all(Array.from({ length: 6 }, () => openLedger({ url: url.href })));
    const presentation = aPresentation();
    const opened = await Promise.all(
      ledgers.map((ledger) => ledger.openPresentation({ presentation, workflowId: 'w', at: at(0) })),
    );
    expect(opened).toEqual(ledgers.map(() => ({ opened: true })));
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await admin.query(`drop database ${name}`);
    await admin.end();
  },
);

it.skipIf(!postgres.available)(`are not waited for without end${title}`, async () => {
  if (!postgres.available) return;
  const other = new pg.Client({ connectionString: postgres.url });
  const ours = new pg.Client({ connectionString: postgres.url });
  await Promise.all([other.connect(), ours.connect()]);
  // Another process is migrating, and hangs.
  await other.query('select pg_advisory_lock(7305881)');
  // What ends the wait if nothing else does: with another code.
  await ours.query('set lock_timeout = 5000');
  const transaction: Store['transaction'] = (work) => drizzle(ours).transaction(work);
  await expect(migrateTables({ transaction }, 100)).rejects.toMatchObject({ cause: { code: '57014' } });
  const { rows } = await ours.query<{ statement_timeout: string }>('show statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '0' }]);
  await Promise.all([other.end(), ours.end()]);
});

it('are complete: the declared tables need no further migration', async () => {
  const journal = JSON.parse(
    await readFile(join(migrations.migrationsFolder, 'meta/_journal.json'), 'utf8'),
  ) as {
    entries: { idx: number }[];
  };
  const last = String(journal.entries.at(-1)?.idx).padStart(4, '0');
  const snapshot = await readFile(join(migrations.migrationsFolder, `meta/${last}_snapshot.json`), 'utf8');
  const migrated = JSON.parse(snapshot) as Snapshot;
  expect(await generateMigration(migrated, generateDrizzleJson(schema, migrated.id))).toEqual([]);
});
