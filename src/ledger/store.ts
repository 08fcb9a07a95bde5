/** The database behind the ledger, PostgreSQL or embedded. */
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** A database, or a transaction on one. */
export type Database = PgDatabase<PgQueryResultHKT>;

export interface Store {
  db: Database;
  /** Runs `work` in one transaction, which is rolled back when `work` throws. */
  transaction: <T>(work: (tx: Database) => Promise<T>) => Promise<T>;
  /** Hears what is announced on a channel, also after the connection was lost, until it is told to stop. */
  listen: (channel: string, listener: Listener) => Promise<() => Promise<void>>;
  /** Checks what the database itself does not say of its files. */
  checkFiles?: () => Promise<void>;
  close: () => Promise<void>;
}

export interface Listener {
  heard: (payload: string) => void;
  /** The connection was lost and is back: something may have been missed. */
  resumed: () => void;
}

/** Where the ledger logs; a pino logger fits. */
export interface LedgerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export const silentLog: LedgerLog = { info: () => undefined, warn: () => undefined };
