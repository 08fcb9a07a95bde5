/**
 * Brings the ledger's tables up to date. Needs no more than the right to create tables in the first schema of the search
 * path, and no session: it works through a pooler in transaction mode.
 */
import { getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { LedgerError } from './errors.js';
import { migrations } from './migrations.js';
import * as schema from './schema.js';
import type { Database, Store } from './store.js';

/** An arbitrary number that every version of this program must share. */
const MIGRATION_LOCK = 7_305_881;
const TABLES = Object.values(schema).flatMap((one: unknown) => (is(one, PgTable) ? [getTableName(one)] : []));
const APPLIED = sql.identifier(migrations.migrationsTable);

/**
 * Applies the migrations that are missing, all or none. Several processes may do so at once.
 *
 * @throws LedgerError `too_new` when a later build has migrated the tables
 */
export async function migrateTables(
  { transaction }: Pick<Store, 'transaction'>,
  timeoutMs: number,
): Promise<void> {
  await transaction(async (tx) => {
    await tx.execute(sql.raw(`set local statement_timeout = ${timeoutMs}`));
    await tx.execute(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await tx.execute(
      sql`create table if not exists ${APPLIED} (id serial primary key, hash text not null, created_at bigint)`,
    );
    const last = await lastApplied(tx);
    refuseNewer(last);
    for (const { sql: statements, hash, folderMillis } of readMigrationFiles(migrations)) {
      if (last !== undefined && last >= folderMillis) continue;
      for (const statement of statements) await tx.execute(sql.raw(statement));
      await tx.execute(sql`insert into ${APPLIED} (hash, created_at) values (${hash}, ${folderMillis})`);
    }
  });
}

/**
 * Checks that the tables are those of this build, and that they can be written.
 *
 * @throws LedgerError `outdated`, `too_new` or `read_only`
 */
export async function checkTables(db: Database): Promise<void> {
  const [exists] = rows<{ there: boolean; read_only: string }>(
    await db.execute(
      sql`select to_regclass(${migrations.migrationsTable}) is not null as there, current_setting('transaction_read_only') as read_only`,
    ),
  );
  const last = exists?.there ? await lastApplied(db) : undefined;
  refuseNewer(last);
  const missing = rows<{ name: string }>(
    await db.execute(
      sql`select name from unnest(array[${sql.join(
        TABLES.map((name) => sql`${name}`),
        sql`, `,
      )}]::text[]) as name where to_regclass(name) is null`,
    ),
  );
  if (last !== undefined && last >= newest() && missing.length > 0)
    throw new LedgerError(
      'outdated',
      `The ledger has lost tables (${missing.map(({ name }) => name).join(', ')}). Restore them from a backup.`,
    );
  if (last === undefined || last < newest())
    throw new LedgerError(
      'outdated',
      "The ledger's tables are missing or older than this build. Run npm run migrate as their owner, or start with MIGRATE=on.",
    );
  if (exists?.read_only === 'on')
    throw new LedgerError(
      'read_only',
      'The ledger can only be read: the database is a standby, or was set read-only.',
    );
}

/** Returns the time of the last migration that this build brings. Milliseconds since the epoch. */
export function newest(): number {
  return Math.max(...readMigrationFiles(migrations).map(({ folderMillis }) => folderMillis));
}

function refuseNewer(last: number | undefined): void {
  if (last !== undefined && last > newest())
    throw new LedgerError(
      'too_new',
      'The ledger was migrated by a later build than this one. Start that build, or restore the backup from before its migration.',
    );
}

/** Returns the time of the last migration that was applied; undefined when none was. */
export async function lastApplied(db: Database): Promise<number | undefined> {
  const [row] = rows<{ at: string | null }>(
    await db.execute(sql`select max(created_at)::text as at from ${APPLIED}`),
  );
  return row?.at == null ? undefined : Number(row.at);
}

/** Both drivers answer with `rows`. */
function rows<T>(result: unknown): T[] {
  return (result as { rows: T[] }).rows;
}
