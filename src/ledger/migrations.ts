/** Where the SQL that builds the tables lies, and where the database notes what has been applied. */
import { fileURLToPath } from 'node:url';
import type { MigrationConfig } from 'drizzle-orm/migrator';

/** A table of our own name: a merchant's application in the same database may use Drizzle as well. */
export const migrations = {
  migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)),
  migrationsSchema: 'public',
  migrationsTable: 'ledger_migrations',
} satisfies MigrationConfig;
