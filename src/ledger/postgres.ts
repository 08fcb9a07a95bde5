/** Opens PostgreSQL databases for the ledger. */
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { codeOf, isConnectionLoss, isSqlState, LedgerError, rootCause } from './errors.js';
import { listenOn } from './listen.js';
import { checkTables, migrateTables } from './migrate.js';
import type { Database, LedgerLog, Store } from './store.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const POOL_SIZE = 10;
const CONNECT_TIMEOUT = 5 * SECOND;
/** Our statements are short; a long one is waiting for a lock. */
const STATEMENT_TIMEOUT = 10 * SECOND;
/** Enforced by the client, in case the server vanishes without closing the connection. */
const ANSWER_TIMEOUT = 15 * SECOND;
const IDLE_IN_TRANSACTION_TIMEOUT = 30 * SECOND;
/** Includes the wait for another process that is migrating. */
const MIGRATION_TIMEOUT = 2 * MINUTE;
/** Set once a connection stands: a pooler refuses them as startup parameters. */
const SESSION = `set statement_timeout = ${STATEMENT_TIMEOUT}; set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT}`;

/**
 * Opens the PostgreSQL database at `url`, and migrates the ledger's tables or checks that somebody has.
 *
 * @param migrates false for a role that may only read and write the tables
 * @throws LedgerError (`misconfigured`, `unreachable`, `refused`, `failed`) that names the server but no password
 */
export async function openPostgres(url: string, log: LedgerLog, migrates = true): Promise<Store> {
  const server = describeServer(url);
  const connection = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    application_name: 'durable-upsells',
    keepAlive: true,
  };
  if (migrates) await migrateFirst(connection, server);

  const pool = new pg.Pool({
    ...connection,
    max: POOL_SIZE,
    query_timeout: ANSWER_TIMEOUT,
    // Awaited by the pool, though its type says otherwise.
    onConnect: (client) => client.query(SESSION) as unknown as undefined,
  });
  const lost = (error: Error) => log.warn({ server, reason: error.message }, 'The ledger lost a connection.');
  // Without listeners, a lost connection ends the process. The pool's covers idle connections, the client's busy ones.
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', () => undefined));

  const store: Store = {
    db: drizzle(pool),
    transaction: (work) => inTransaction(pool, server, work),
    listen: (channel, listener) => listenOn(connection, channel, listener, lost),
    close: () => pool.end(),
  };
  if (!migrates) {
    await checkTables(store.db).catch(async (error: unknown) => {
      await pool.end();
      throw error instanceof LedgerError ? error : explain(error, server);
    });
  }
  return store;
}

async function inTransaction<T>(
  pool: pg.Pool,
  server: string,
  work: (tx: Database) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw explain(error, server);
  });
  let failure: { error: unknown } | undefined;
  try {
    return await drizzle(client).transaction((tx) =>
      work(tx).catch((error: unknown) => {
        failure = { error };
        throw error;
      }),
    );
  } catch (error) {
    failure ??= { error };
    // The first error: rolling back on a lost connection fails as well and says less.
    throw failure.error;
  } finally {
    // After a failure the connection may be in any state, so it is not reused.
    client.release(failure !== undefined);
  }
}

async function migrateFirst(connection: pg.PoolConfig, server: string): Promise<void> {
  const pool = new pg.Pool({ ...connection, max: 1 });
  pool.on('error', () => undefined);
  try {
    await migrateTables({ transaction: (work) => inTransaction(pool, server, work) }, MIGRATION_TIMEOUT);
  } catch (error) {
    throw error instanceof LedgerError ? error : explain(error, server);
  } finally {
    await pool.end();
  }
}

/** Explains why a server cannot be used. */
export function explain(error: unknown, server: string): LedgerError {
  const root = rootCause(error);
  const reason = root instanceof Error ? root.message : String(root);
  const code = codeOf(root);
  if (reason.includes('client password must be a string')) {
    return new LedgerError(
      'refused',
      `PostgreSQL at ${server} requires a password, but DATABASE_URL contains none.`,
    );
  }
  if (reason.startsWith('SASL') || ['28P01', '28000', '3D000'].includes(code ?? '')) {
    return new LedgerError(
      'refused',
      `PostgreSQL at ${server} refused the connection: ${reason}. Check the user, password and database name in DATABASE_URL.`,
      code,
    );
  }
  if (code === '42501') {
    return new LedgerError(
      'refused',
      `The ledger's tables at ${server} could not be migrated: ${reason}. Run npm run migrate as a role that may create tables there, and start with MIGRATE=off.`,
      code,
    );
  }
  if (isSqlState(code) && !isConnectionLoss(code)) {
    return new LedgerError(
      'failed',
      `The ledger's tables at ${server} could not be migrated: ${reason} (${code}).`,
      code,
    );
  }
  return new LedgerError(
    'unreachable',
    `PostgreSQL at ${server} cannot be reached: ${reason}. Check that it is running and that DATABASE_URL names its host and port.`,
    code,
  );
}

/** Formats a URL as `user@host:port/database`, without the password. */
export function describeServer(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    // The text itself is not repeated because it may contain a password.
    throw new LedgerError(
      'misconfigured',
      'DATABASE_URL must look like postgresql://user:password@host:5432/database.',
    );
  }
  const user = parsed.username === '' ? '' : `${parsed.username}@`;
  const host = parsed.host === '' ? (parsed.searchParams.get('host') ?? 'localhost') : parsed.host;
  return `${user}${host}${parsed.pathname}`;
}
