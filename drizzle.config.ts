import { defineConfig } from 'drizzle-kit';

/** For `drizzle-kit generate`: writes the next migration when the ledger's tables have changed. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/ledger/schema.ts',
  out: './src/ledger/migrations',
});
