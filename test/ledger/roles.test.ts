/** The ledger in somebody else's PostgreSQL: roles with few rights, a schema of its own, other builds. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLedger, type Ledger } from '../../src/ledger/index.js';
import { postgresForTests } from '../support/postgres.js';
import { at } from './examples.js';

const postgres = await postgresForTests();
afterAll(() => (postgres.available ? postgres.stop() : undefined));

describe.skipIf(!postgres.available)('the ledger', () => {
  const database = `roles_${process.pid}`;
  let admin: pg.Client;
  const opened: Ledger[] = [];

  const urlFor = (role?: string, options?: string): string => {
    if (!postgres.available) throw new Error('PostgreSQL is not available.');
    const url = new URL(postgres.url);
    url.pathname = `/${database}`;
    if (role !== undefined) [url.username, url.password] = [role, 'secret'];
    if (options !== undefined) url.searchParams.set('options', options);
    return url.href;
  };
  const open = async (url: string, migrates?: boolean) => {
    const ledger = await openLedger({ url, migrates });
    opened.push(ledger);
    return ledger;
  };
  const bind = (ledger: Ledger) => ledger.bindKey({ key: crypto.randomUUID(), request: 'r', at: at(0) });

  beforeAll(async () => {
    if (!postgres.available) return;
    const server = new pg.Client({ connectionString: postgres.url });
    await server.connect();
    await server.query(`create database ${database}`);
    await server.end();
    admin = new pg.Client({ connectionString: urlFor() });
    await admin.connect();
    await admin.query(`
      revoke create, temporary on database ${database} from public;
      revoke create on schema public from public;
      create role owns_tables login password 'secret';
      create role uses_tables login password 'secret';
      create schema upsells authorization owns_tables;
      alter role owns_tables in database ${database} set search_path = upsells;
      alter role uses_tables in database ${database} set search_path = upsells;
      grant usage on schema upsells to uses_tables;
      alter default privileges for role owns_tables in schema upsells
        grant select, insert, update, delete on tables to uses_tables;
      alter default privileges for role owns_tables in schema upsells grant usage on sequences to uses_tables;`);
  });
  afterAll(async () => {
    for (const ledger of opened) await ledger.close();
    await admin?.end();
  });

  it('says what to do when its tables are missing and it may not make them', async () => {
    await expect(open(urlFor('uses_tables'))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('npm run migrate') as string,
    });
    await expect(open(urlFor('uses_tables'), false)).rejects.toMatchObject({ code: 'outdated' });
  });

  it('is migrated by a role without CREATE on the database, into the schema of its search path', async () => {
    const ledger = await open(urlFor('owns_tables'));
    expect(await bind(ledger)).toBe('r');
    const { rows } = await admin.query('select distinct schemaname from pg_tables where tablename = $1', [
      'presentations',
    ]);
    expect(rows).toEqual([{ schemaname: 'upsells' }]);
  });

  it('is used by a role that may only read and write', async () => {
    const ledger = await open(urlFor('uses_tables'), false);
    expect(await bind(ledger)).toBe('r');
    await ledger.ping();
  });

  it('is not ready when it can only be read', async () => {
    const ledger = await open(urlFor('owns_tables', '-c default_transaction_read_only=on'), true).catch(
      (error: unknown) => error,
    );
    expect(ledger).toMatchObject({ code: 'failed', sqlState: '25006' });
    await expect(
      open(urlFor('uses_tables', '-c default_transaction_read_only=on'), false),
    ).rejects.toMatchObject({ code: 'read_only' });
  });

  it('is refused by a build that is older than its tables, and not ready while tables are missing', async () => {
    const ledger = await open(urlFor('owns_tables'));
    await admin.query(
      "insert into upsells.ledger_migrations (hash, created_at) values ('later', 9999999999999)",
    );
    for (const migrates of [true, false])
      await expect(open(urlFor('owns_tables'), migrates)).rejects.toMatchObject({ code: 'too_new' });
    await expect(ledger.ping()).rejects.toMatchObject({ code: 'too_new' });
    await admin.query("delete from upsells.ledger_migrations where hash = 'later'");
    await ledger.ping();
    await admin.query('alter table upsells.ledger_migrations rename to elsewhere');
    await expect(ledger.ping()).rejects.toMatchObject({ code: 'outdated' });
    await admin.query('alter table upsells.elsewhere rename to ledger_migrations');
    await admin.query('alter table upsells.presentations rename to elsewhere');
    await expect(ledger.ping()).rejects.toMatchObject({
      code: 'outdated',
      message: expect.stringContaining('presentations') as string,
    });
    await admin.query('alter table upsells.elsewhere rename to presentations');
    await ledger.ping();
  });

  it('says that its disk is full, and is not ready until it has been written again', async () => {
    const ledger = await open(urlFor('owns_tables'));
    await admin.query(`
      create function upsells.is_full() returns trigger language plpgsql as $$ begin
        raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; end $$;
      create trigger is_full before insert on upsells.idempotency_keys execute function upsells.is_full();`);
    await expect(bind(ledger)).rejects.toMatchObject({
      code: 'disk_full',
      sqlState: '53100',
      message: expect.stringMatching(/disk of its database is full.*Free some space/) as string,
    });
    await expect(ledger.ping()).rejects.toMatchObject({ code: 'disk_full' });
    await admin.query('drop trigger is_full on upsells.idempotency_keys');
    expect(await bind(ledger)).toBe('r');
    await ledger.ping();
  });

  it('says that it can only be read once its server is a standby', async () => {
    const ledger = await open(urlFor('owns_tables'));
    await admin.query(
      `alter role owns_tables in database ${database} set default_transaction_read_only = on`,
    );
    const later = await open(urlFor('owns_tables'), false).catch((error: unknown) => error);
    expect(later).toMatchObject({ code: 'read_only' });
    await admin.query(`alter role owns_tables in database ${database} reset default_transaction_read_only`);
    await ledger.ping();
  });
});
