import { checkDisk, openEmbeddedLedger } from '../../../sandbox/local/embedded-ledger.js';
import { chmod, cp, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../../ledger/child.js';
import { aPurchase } from '../../ledger/examples.js';

/** Lists a folder, with everything in it. */
async function everything(folder: string): Promise<string[]> {
  const below = await readdir(folder, { recursive: true });
  return [folder, ...below.map((name) => join(folder, name))];
}

/** The embedded database takes seconds to start, longer on a busy machine. */
const SEVERAL_STARTS = 2 * 60 * 1000;

describe('the embedded ledger', { timeout: SEVERAL_STARTS }, () => {
  let template: string;
  let dataDir: string;
  let writer: Child | undefined;

  beforeAll(async () => {
    // Created once and copied, because creating one takes seconds.
    template = join(await mkdtemp(join(tmpdir(), 'ledger-')), 'not', 'there', 'yet');
    await (await openEmbeddedLedger(template)).close();
  });
  afterAll(() => rm(join(template, '..', '..', '..'), { recursive: true }));
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ledger-'));
    await cp(template, dataDir, { recursive: true });
  });
  afterEach(async () => {
    writer?.kill('SIGKILL');
    await writer?.ended;
    await rm(dataDir, { recursive: true });
  });

  async function everyAcknowledgedWriteIsThere(lines: string[]): Promise<void> {
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
      await everyAcknowledgedWriteIsThere(acknowledged);
    }
  });

  it('can be read and changed by its owner only, also where its files were open to everybody before', async () => {
    for (const file of await everything(dataDir)) await chmod(file, 0o777);
    await (await openEmbeddedLedger(dataDir)).close();
    const open: string[] = [];
    for (const file of await everything(dataDir))
      if (((await stat(file)).mode & 0o077) !== 0) open.push(file);
    expect(open).toEqual([]);
  });

  it('is refused to a second process while it is open', async () => {
    writer = startChild('writer.ts', dataDir);
    await writer.printed(1);
    await expect(openEmbeddedLedger(dataDir)).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining('set DATABASE_URL to a PostgreSQL database for both to use') as string,
    });
  });

  it('starts again after a first start that was cut short', async () => {
    await rename(join(dataDir, 'postgres'), join(dataDir, 'postgres.unfinished'));
    await rm(join(dataDir, 'postgres.unfinished', 'global'), { recursive: true });

    const again = await openEmbeddedLedger(dataDir);
    await again.recordPurchase(aPurchase(), 'evaluating');
    await Promise.all([again.close(), again.close()]);
    expect(await readdir(dataDir)).toEqual(['lock.2', 'postgres']);
  });

  it('reports damaged files, and releases the folder', async () => {
    await rm(join(dataDir, 'postgres', 'global', 'pg_control'));
    const damaged = {
      code: 'damaged',
      message: expect.stringContaining('Restore it from a backup') as string,
    };
    await expect(openEmbeddedLedger(dataDir)).rejects.toMatchObject(damaged);
    await expect(openEmbeddedLedger(dataDir)).rejects.toMatchObject(damaged);
  });
});

describe('the disk of the embedded ledger', () => {
  it('is named when it is full, before the database stops on it', async () => {
    await checkDisk(tmpdir(), 1);
    await expect(checkDisk(tmpdir(), Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringMatching(new RegExp(`${tmpdir()} is full: \\d+ MB are left`)) as string,
    });
  });

  it('is named when it cannot be written', async () => {
    await expect(checkDisk('/nowhere/at/all')).rejects.toMatchObject({
      code: 'read_only',
      message: expect.stringContaining('/nowhere/at/all cannot be written') as string,
    });
  });
});
