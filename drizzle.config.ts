import { defineConfig } from 'drizzle-kit';

/** Lets `drizzle-kit generate` write the next migration when the ledger's tables change. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/ledger/schema.ts',
  out: './src/ledger/migrations',
});
