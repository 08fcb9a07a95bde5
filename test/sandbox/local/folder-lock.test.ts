import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { claimDataDir } from '../../../sandbox/local/data-dir-claim.js';
import { withLock } from '../../../sandbox/local/folder-lock.js';
import { identify, isSameProcess } from '../../../sandbox/local/temporal-process-identity.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

describe('a folder lock', () => {
  it('lets one in at a time, and is gone afterwards', async () => {
    let inside = 0;
    let most = 0;
    const enter = (): Promise<void> =>
      withLock(join(folder, 'lock'), async () => {
        most = Math.max(most, ++inside);
        await readdir(folder);
        inside--;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is let go of when the work fails', async () => {
    const lock = join(folder, 'lock');
    await expect(withLock(lock, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(await withLock(lock, () => Promise.resolve('next'))).toBe('next');
  });

  it('of a process that died is taken over', async () => {
    const lock = join(folder, 'lock');
    await mkdir(lock);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    expect(await withLock(lock, () => Promise.resolve('taken over'))).toBe('taken over');
  });
});

describe('the claim to a data folder', () => {
  it('is refused while another process holds it, in words', async () => {
    const claim = await claimDataDir(folder);
    await expect(claimDataDir(folder, 0)).rejects.toThrow(
      `The data folder ${folder} is in use by process ${process.pid}`,
    );
    await claim.release();
    await (await claimDataDir(folder, 0)).release();
  });

  it('of an earlier process with the same number counts for nothing', async () => {
    const file = join(folder, 'temporal.claim.json');
    await writeFile(file, JSON.stringify([{ pid: process.pid, started: 'long ago' }]));
    await (await claimDataDir(folder, 0)).release();
    await writeFile(file, '[{"pid":');
    await (await claimDataDir(folder, 0)).release();
  });
});

describe('a process', () => {
  it('is known again by its number and start', async () => {
    const self = await identify(process.pid);
    expect(self).toMatchObject({ pid: process.pid });
    expect(self && (await isSameProcess(self))).toBe(true);
    expect(await isSameProcess({ pid: process.pid, started: 'long ago' })).toBe(false);
  });
});
