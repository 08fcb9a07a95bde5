/** Looks at a database without changing anything. */
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { getTableName, is } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { lastApplied, newest } from './migrate.js';
import { migrations } from './migrations.js';
import { describeServer, explain } from './postgres.js';
import * as schema from './schema.js';

export interface LedgerInspection {
  /** `user@host:port/database`. */
  server: string;
  /** Migrations that this version brings and the database lacks. */
  missingMigrations: number;
  /** The database has migrations that this version does not know. */
  isNewer: boolean;
  /** A standby, or a session that may only read. */
  readOnly: boolean;
  /** Rights that are missing, such as `insert on purchases`. */
  missingRights: string[];
}

const CONNECT_TIMEOUT = 3_000;
const STATEMENT_TIMEOUT = 3_000;
const RIGHTS = ['select', 'insert', 'update', 'delete'] as const;

/**
 * Reads how far a database is migrated, and what we may do in it.
 *
 * @throws LedgerError that names the server but no password
 */
export async function inspectLedger(url: string): Promise<LedgerInspection> {
  const server = describeServer(url);
  try {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      statement_timeout: STATEMENT_TIMEOUT,
      application_name: 'durable-upsells doctor',
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return { server, ...(await inspect(client)) };
    } finally {
      await client.end();
    }
  } catch (error) {
    throw explain(error, server);
  }
}

async function inspect(client: pg.Client): Promise<Omit<LedgerInspection, 'server'>> {
  const { rows: state } = await client.query<{
    read_only: string;
    has_log: boolean;
    schema: string | null;
    may_create: boolean;
  }>(
    `select current_setting('transaction_read_only') as read_only,
       to_regclass($1) is not null as has_log,
       current_schema() as schema,
       coalesce(has_schema_privilege(current_user, current_schema(), 'create'), false) as may_create`,
    [migrations.migrationsTable],
  );
  const readOnly = state[0]?.read_only === 'on';
  const known = readMigrationFiles(migrations).map(({ folderMillis }) => folderMillis);
  const latest = (state[0]?.has_log === true ? await lastApplied(drizzle(client)) : undefined) ?? 0;
  const missingMigrations = known.filter((at) => at > latest).length;
  return {
    readOnly,
    missingMigrations,
    isNewer: latest > newest(),
    missingRights: [
      ...(missingMigrations > 0 && state[0]?.may_create === false
        ? [`create in the schema ${state[0].schema ?? 'of the search path'}`]
        : []),
      ...(await missingTableRights(client)),
    ],
  };
}

/** Returns what we may not do with the tables that exist. */
async function missingTableRights(client: pg.Client): Promise<string[]> {
  const tables = Object.values(schema)
    .filter((value) => is(value, PgTable))
    .map((table) => getTableName(table));
  const { rows } = await client.query<{ name: string; right: string }>(
    `select name, "right" from unnest($1::text[]) as name, unnest($2::text[]) as "right"
       where to_regclass(quote_ident(name)) is not null
         and not has_table_privilege(current_user, quote_ident(name), "right")`,
    [tables, RIGHTS],
  );
  return rows.map(({ name, right }) => `${right} on ${name}`);
}
