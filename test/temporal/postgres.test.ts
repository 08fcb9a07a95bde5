import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { postgresForTests } from '../support/postgres.js';

describe('PostgreSQL for tests', () => {
  it('is an empty database that disappears when stopped', async ({ skip }) => {
    const postgres = await postgresForTests();
    if (!postgres.available) return skip(postgres.reason);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query<{ tables: string }>(
      "select count(*) as tables from information_schema.tables where table_schema = 'public'",
    );
    expect(rows).toEqual([{ tables: '0' }]);
    await client.end();
    await postgres.stop();
    const again = new pg.Client({ connectionString: postgres.url });
    await expect(again.connect()).rejects.toThrow();
  });
});
