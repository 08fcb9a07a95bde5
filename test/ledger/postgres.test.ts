import { createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/index.js';
import { postgresForTests } from '../support/postgres.js';
import { listenForWarnings } from './databases.js';
import { aPresentation, at } from './examples.js';

const PASSWORD = 'hunter2-hunter2';

async function failure(url: string): Promise<{ code?: unknown; text: string }> {
  try {
    await (await openLedger({ url })).close();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      code: 'code' in error ? error.code : undefined,
      text: `${error.message} ${JSON.stringify(error)} ${error.stack}`,
    };
  }
  throw new Error('The ledger was opened.');
}

describe('a PostgreSQL database that cannot be used', () => {
  it('is named without the password when it cannot be reached', async () => {
    const port = await closedPort();
    const { code, text } = await failure(`postgresql://shop:${PASSWORD}@127.0.0.1:${port}/offers`);
    expect(code).toBe('unreachable');
    expect(text).toContain(
      `PostgreSQL at shop@127.0.0.1:${port}/offers cannot be reached: connect ECONNREFUSED`,
    );
    expect(text).not.toContain(PASSWORD);
  });

  it('is named without the password when it rejects the password', async () => {
    const server = await serverThatRefuses();
    const { code, text } = await failure(`postgresql://shop:${PASSWORD}@127.0.0.1:${server.port}/offers`);
    server.close();
    expect(code).toBe('refused');
    expect(text).toContain('refused the connection: password authentication failed for user "shop"');
    expect(text).not.toContain(PASSWORD);
  });

  it.each([
    `mysql://shop:${PASSWORD}@db/offers`,
    `shop:${PASSWORD}@db`,
    `postgresql://shop:${PASSWORD}#@db/offers`,
    '',
  ])('is not looked for at something that is no URL of one', async (url) => {
    const { code, text } = await failure(url);
    expect(code).toBe('misconfigured');
    expect(text).toContain('DATABASE_URL must look like postgresql://user:password@host:5432/database.');
    expect(text).not.toContain(PASSWORD);
  });

  /** Finds a port where nothing listens. */
  async function closedPort(): Promise<number> {
    const server = await listening(() => undefined);
    await new Promise((resolve) => server.server.close(resolve));
    return server.port;
  }

  /** Speaks just enough of the protocol to answer every startup message with an error. */
  async function serverThatRefuses() {
    const fields = 'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "shop"\0\0';
    const { server, port } = await listening((socket) => {
      socket.once('data', () => {
        const length = Buffer.alloc(4);
        length.writeInt32BE(4 + Buffer.byteLength(fields));
        socket.end(Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]));
      });
    });
    return { port, close: () => server.close() };
  }

  async function listening(onConnection: (socket: Socket) => void) {
    const server = createServer(onConnection);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { server, port: (server.address() as AddressInfo).port };
  }
});

const postgres = await postgresForTests();
afterAll(() => (postgres.available ? postgres.stop() : undefined));

describe.skipIf(!postgres.available)(
  `a ledger in PostgreSQL${postgres.available ? '' : ` (${postgres.reason})`}`,
  () => {
    const url = postgres.available ? postgres.url : '';

    it('reports that the database does not exist', async () => {
      const elsewhere = new URL(url);
      elsewhere.pathname = '/no_such_database';
      const { code, text } = await failure(elsewhere.href);
      expect(code).toBe('refused');
      expect(text).toContain('database "no_such_database" does not exist');
    });

    it('survives losing idle and busy connections, more of them than its pool holds', async () => {
      const warnings = listenForWarnings();
      const ledger = await openLedger({ url, log: warnings.log });
      const presentation = aPresentation();
      await ledger.openPresentation({ presentation, workflowId: 'w', at: at(0) });
      const admin = new pg.Client({ connectionString: url });
      await admin.connect();
      const killAll = `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'durable-upsells' and pid <> pg_backend_pid()`;

      for (let round = 1; round <= 12; round += 1) {
        await admin.query('begin');
        await admin.query('select from presentations where id = $1 for update', [presentation.id]);
        const waiting = ledger.updatePresentation(presentation.id, { message: 'hello' });
        const lost = expect(waiting).rejects.toMatchObject({
          name: 'LedgerError',
          code: 'unreachable',
          sqlState: '57P01',
        });
        await untilWaiting(admin);
        await admin.query(killAll);
        await lost;
        await admin.query('rollback');
        await ledger.ping();
      }
      expect(await ledger.presentation(presentation.id)).not.toHaveProperty('message');
      await ledger.updatePresentation(presentation.id, { message: 'hello' });
      expect(await ledger.presentation(presentation.id)).toMatchObject({ message: 'hello' });
      await admin.end();
      await ledger.close();
    });

    /** Resolves when a connection of the ledger waits for a lock. */
    async function untilWaiting(admin: pg.Client): Promise<void> {
      const waiting = `select 1 from pg_stat_activity where application_name = 'durable-upsells' and wait_event_type = 'Lock'`;
      while ((await admin.query(waiting)).rowCount === 0);
    }
  },
);
