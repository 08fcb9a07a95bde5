/** Runs the one-time set-up of docker-compose.yml against a real Temporal server and a real PostgreSQL. */
import { symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retentionDays } from '../../src/temporal/namespace.js';
import { runCommand, type CommandResult } from '../../sandbox/local/run-command.js';
import { indexedValueTypes } from '../../src/temporal/search-attributes.js';
import { findTemporalBinary } from '../../sandbox/local/server-binary.js';
import { postgresForTests, type PostgresForTests } from '../support/postgres.js';
import { testClient, testTemporal, uniqueId } from '../support/temporal.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';

const deploy = (path: string) => fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url));
const { PATH = '' } = process.env;

describe('deploy/temporal/setup-namespace.sh', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await makeTemporaryFolder('setup');
    await symlink((await findTemporalBinary()).path, join(folder, 'temporal'));
  });
  afterAll(() => removeFolder(folder));

  async function setUp(namespace: string, env: Record<string, string> = {}): Promise<CommandResult> {
    const { address } = await testTemporal();
    return await runCommand('sh', [deploy('temporal/setup-namespace.sh')], {
      cwd: folder,
      env: {
        PATH: folder + delimiter + PATH,
        HOME: folder,
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
        PAUSE_SECONDS: '1',
        ...env,
      },
    });
  }

  it('creates a namespace with a retention of 30 days and all search attributes', async () => {
    const namespace = uniqueId('setup');
    expect(await setUp(namespace)).toMatchObject({ code: 0 });

    const { connection } = await testClient();
    expect(await retentionDays(connection, namespace)).toBe(30);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(customAttributes).toMatchObject(indexedValueTypes());

    const again = await setUp(namespace);
    expect(again).toMatchObject({ code: 0 });
    expect(again.output.trim()).toBe(`The namespace ${namespace} is ready.`);
  });

  it('raises a retention that is too short, and keeps a longer one', async () => {
    const namespace = uniqueId('setup');
    const { connection } = await testClient();
    await setUp(namespace, { RETENTION_HOURS: '48' });
    expect(await retentionDays(connection, namespace)).toBe(2);

    const { output } = await setUp(namespace);
    expect(output).toContain(`Raised the retention of ${namespace} from 48 to 720 hours.`);
    expect(await retentionDays(connection, namespace)).toBe(30);

    expect(await setUp(namespace, { RETENTION_HOURS: '100' })).toMatchObject({ code: 0 });
    expect(await retentionDays(connection, namespace)).toBe(30);
  });

  it('gives up with the reason if Temporal cannot be reached', async () => {
    const { code, output } = await setUp('never', { TEMPORAL_ADDRESS: '127.0.0.1:9', ATTEMPTS: '2' });
    expect(code).toBe(1);
    expect(output).toContain('Gave up on: reaching Temporal at 127.0.0.1:9. The last answer was:');
    expect(output).toContain('failed reaching server');
  });
});

const hasPsql = await runCommand('psql', ['--version']).then(
  ({ code }) => code === 0,
  () => false,
);
// It creates users, which should not be left on a server that is not our own.
const mayMakeUsers = hasPsql && process.env.TEST_DATABASE_URL === undefined;
const postgres: PostgresForTests = mayMakeUsers
  ? await postgresForTests()
  : {
      available: false,
      reason: 'The set-up of the databases is not tested: there is no psql, or the server is not our own.',
    };
if (!postgres.available) console.warn(postgres.reason);

describe.skipIf(!postgres.available)('deploy/postgres/init.sql', () => {
  const url = postgres.available ? postgres.url : '';
  afterAll(async () => {
    if (postgres.available) await postgres.stop();
  });

  it('creates a user for Temporal and one for the ledger, neither of which can connect to the other database', async () => {
    const { code, output } = await runCommand(
      'psql',
      [url, '--set=ON_ERROR_STOP=1', '--no-psqlrc', `--file=${deploy('postgres/init.sql')}`],
      { env: { PATH, TEMPORAL_DB_PASSWORD: "it's temporal", LEDGER_DB_PASSWORD: 'ledger' } },
    );
    expect(code, output).toBe(0);

    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const query = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows;
    try {
      expect(
        await query(`select rolname, rolsuper, rolcreatedb, rolpassword is not null as password
                     from pg_authid where rolname in ('temporal', 'upsells') order by 1`),
      ).toEqual([
        { rolname: 'temporal', rolsuper: false, rolcreatedb: false, password: true },
        { rolname: 'upsells', rolsuper: false, rolcreatedb: false, password: true },
      ]);
      expect(
        await query(`select datname as database,
                            has_database_privilege('temporal', oid, 'connect') as temporal,
                            has_database_privilege('upsells', oid, 'connect') as ledger
                     from pg_database where datname in ('temporal', 'temporal_visibility', 'upsells') order by 1`),
      ).toEqual([
        { database: 'temporal', temporal: true, ledger: false },
        { database: 'temporal_visibility', temporal: true, ledger: false },
        { database: 'upsells', temporal: false, ledger: true },
      ]);
    } finally {
      await client.end();
    }
  });
});
