/** The folder of migrations, and the table that records which have been applied. */
import { fileURLToPath } from 'node:url';
import type { MigrationConfig } from 'drizzle-orm/migrator';

/** The table has our own name because a merchant's application in the same database may use Drizzle too. */
export const migrations = {
  migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)),
  migrationsTable: 'ledger_migrations',
} satisfies MigrationConfig;
