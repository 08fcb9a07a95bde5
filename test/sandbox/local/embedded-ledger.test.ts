import { openEmbeddedLedger } from '../../../sandbox/local/embedded-ledger.js';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../../ledger/child.js';
import { aPurchase } from '../../ledger/examples.js';

/** A start of the embedded database takes seconds, and more on a busy machine. */
const SEVERAL_STARTS = 2 * 60 * 1000;

describe('the embedded ledger', { timeout: SEVERAL_STARTS }, () => {
  let made: string;
  let dataDir: string;
  let writer: Child | undefined;

  beforeAll(async () => {
    // Made once and copied: making one takes seconds.
    made = join(await mkdtemp(join(tmpdir(), 'ledger-')), 'not', 'there', 'yet');
    await (await openEmbeddedLedger(made)).close();
  });
  afterAll(() => rm(join(made, '..', '..', '..'), { recursive: true }));
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ledger-'));
    await cp(made, dataDir, { recursive: true });
  });
  afterEach(async () => {
    writer?.kill('SIGKILL');
    await writer?.ended;
    await rm(dataDir, { recursive: true });
  });

  async function everythingPrintedIsThere(lines: string[]): Promise<void> {
    const ledger = await openEmbeddedLedger(dataDir);
    for (const purchaseId of lines) {
      const view = await ledger.purchase(purchaseId);
      expect(view, purchaseId).toMatchObject({ status: 'offering', timeline: [{ type: 'charging' }] });
      expect(view?.presentations[0]?.status).toBe('charging');
    }
    await ledger.close();
  }

  it('keeps everything it acknowledged when its process is killed, and opens again at once', async () => {
    const acknowledged: string[] = [];
    for (const wanted of [1, 50, 100]) {
      writer = startChild('writer.ts', dataDir);
      await writer.printed(wanted);
      writer.kill('SIGKILL');
      await writer.ended;
      acknowledged.push(...writer.lines);
      await everythingPrintedIsThere(acknowledged);
    }
  });

  it('tells a second process that it is open already', async () => {
    writer = startChild('writer.ts', dataDir);
    await writer.printed(1);
    await expect(openEmbeddedLedger(dataDir)).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('set DATABASE_URL to a PostgreSQL database') as string,
    });
  });

  it('starts again where a first start was cut short', async () => {
    await rename(join(dataDir, 'postgres'), join(dataDir, 'postgres.unfinished'));
    await rm(join(dataDir, 'postgres.unfinished', 'global'), { recursive: true });

    const again = await openEmbeddedLedger(dataDir);
    await again.recordPurchase(aPurchase(), 'evaluating');
    await Promise.all([again.close(), again.close()]);
    expect(await readdir(dataDir)).toEqual(['lock.2', 'postgres']);
  });

  it('says so when its files are damaged, and gives the directory back', async () => {
    await rm(join(dataDir, 'postgres', 'global', 'pg_control'));
    const damaged = {
      code: 'damaged',
      message: expect.stringContaining('Restore it from a backup') as string,
    };
    await expect(openEmbeddedLedger(dataDir)).rejects.toMatchObject(damaged);
    await expect(openEmbeddedLedger(dataDir)).rejects.toMatchObject(damaged);
  });
});
