/** What both kinds of database have in common. */
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** The database itself or a transaction on it. */
export type Database = PgDatabase<PgQueryResultHKT>;

export interface Store {
  db: Database;
  /** Runs `work` in one transaction; everything is rolled back when it throws. */
  transaction: <T>(work: (tx: Database) => Promise<T>) => Promise<T>;
  close: () => Promise<void>;
}

/** Where the ledger reports what is worth knowing; a pino logger fits. */
export interface LedgerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export const silentLog: LedgerLog = { info: () => undefined, warn: () => undefined };
