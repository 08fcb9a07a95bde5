import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderInUseError, lockFolder, withLock } from '../../../sandbox/local/folder-lock.js';
import { thisProcess } from '../../../sandbox/local/process-identity.js';
import { startChild, type Child } from '../../ledger/child.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let folder: string;
const children: Child[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-'));
});
afterEach(async () => {
  children.forEach((child) => child.kill('SIGKILL'));
  await Promise.all(children.splice(0).map(({ ended }) => ended));
  await rm(folder, { recursive: true, force: true });
});

function contend(place = folder, startAt = 0, ...otherHolder: string[]): Child {
  const child = startChild('../sandbox/local/lock-contender.ts', place, String(startAt), ...otherHolder);
  children.push(child);
  return child;
}

async function holding(...otherHolder: string[]): Promise<Child> {
  const child = contend(folder, 0, ...otherHolder);
  await child.printed(1);
  expect(child.lines).toEqual(['held']);
  return child;
}

async function kill(child: Child): Promise<void> {
  child.kill('SIGKILL');
  await child.ended;
}

async function touchedLongAgo(file: string): Promise<void> {
  const longAgo = new Date(Date.now() - MINUTE);
  await utimes(file, longAgo, longAgo);
}

async function isFree(): Promise<void> {
  await (await lockFolder(folder)).release();
}

describe('a folder lock', () => {
  it('belongs to one holder at a time, within one process as well', async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(
      `The folder ${folder} is in use by this process already.`,
    );
    await lock.release();
    await isFree();
  });

  it('names the process that holds it', async () => {
    const holder = await holding();
    await expect(lockFolder(folder)).rejects.toThrow(`in use by another process (${holder.pid} on `);
  });

  it('is free as soon as its holder is killed', async () => {
    await kill(await holding());
    await isFree();
  });

  it('goes to exactly one of several processes that find its holder gone at the same moment', async () => {
    const gone = { ...(await thisProcess()), start: 'an earlier process with the same id' };
    await writeFile(join(folder, 'lock.7'), JSON.stringify([gone]));
    await writeFile(join(folder, 'lock.7.123'), '[');
    const startAt = Date.now() + 3 * SECOND;
    const contenders = Array.from({ length: 5 }, () => contend(folder, startAt));
    await Promise.all(contenders.map((contender) => contender.printed(1)));
    const answers = contenders.flatMap(({ lines }) => lines).sort();
    expect(answers).toEqual(['held', 'refused', 'refused', 'refused', 'refused']);
    expect(await readdir(folder)).toEqual(['lock.8']);
  });

  it('belongs to a holder in another container for as long as that shows signs of life', async () => {
    const file = join(folder, 'lock.1');
    await writeFile(file, JSON.stringify([{ pid: 1, place: 'another-container', start: '1' }]));
    const refused = expect(lockFolder(folder)).rejects.toThrow('another process (1 on another-container)');
    const signs = setInterval(() => void utimes(file, new Date(), new Date()), 100);
    await refused;
    clearInterval(signs);

    await touchedLongAgo(file);
    await isFree();
  });

  it('shows signs of life itself', async () => {
    const lock = await lockFolder(folder);
    const file = join(folder, 'lock.1');
    await writeFile(file, JSON.stringify([{ pid: 1, place: 'another-container', start: '1' }]));
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUseError);
    await lock.release();
    await isFree();
  });

  it('is free when its file was never finished', async () => {
    const file = join(folder, 'lock.3');
    await writeFile(file, '[{"pid":');
    await touchedLongAgo(file);
    await isFree();
  });

  it('survives the deletion of its folder', async () => {
    const lock = await lockFolder(folder);
    await rm(folder, { recursive: true });
    await lock.release();
    await isFree();
  });

  describe('with patience', () => {
    it('is refused when the holder keeps it for longer', async () => {
      const holder = await holding();
      const started = performance.now();
      await expect(lockFolder(folder, { patience: SECOND })).rejects.toThrow(FolderInUseError);
      expect(performance.now() - started).toBeGreaterThanOrEqual(SECOND);
      await kill(holder);
    });

    it('is granted as soon as the holder is gone', async () => {
      const holder = await holding();
      const waiting = lockFolder(folder, { patience: MINUTE });
      await kill(holder);
      await (await waiting).release();
    });
  });

  describe('with a second holder', () => {
    it('is kept after the first was killed, until the second is gone too', async () => {
      const second = contend(join(folder, 'elsewhere'));
      await kill(await holding(String(second.pid)));
      await expect(lockFolder(folder)).rejects.toThrow(`another process (${second.pid} on `);
      await kill(second);
      await isFree();
    });

    it('is free for the next one after a release', async () => {
      const second = contend(join(folder, 'elsewhere'));
      const lock = await lockFolder(folder);
      await lock.addHolder(second.pid);
      await lock.release();
      await isFree();
    });
  });

  describe('of an earlier version', () => {
    it('is respected while its holder runs', async () => {
      await writeFile(join(folder, 'lock.4'), JSON.stringify(await thisProcess()));
      await expect(lockFolder(folder)).rejects.toThrow(FolderInUseError);
    });

    it('is free when its holder is gone', async () => {
      const gone = { ...(await thisProcess()), start: 'long ago' };
      await writeFile(join(folder, 'lock.4'), JSON.stringify(gone));
      await isFree();
    });

    it('is free when it was released', async () => {
      await writeFile(join(folder, 'lock.4'), '{"released":true}');
      await isFree();
    });
  });
});

describe('work under a lock', () => {
  it('is done by one caller at a time, the others wait', async () => {
    let inside = 0;
    let most = 0;
    const enter = (): Promise<void> =>
      withLock(folder, async () => {
        most = Math.max(most, ++inside);
        await readdir(folder);
        inside--;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
  });

  it('releases the lock when it fails', async () => {
    await expect(withLock(folder, () => Promise.reject(new Error('no network')))).rejects.toThrow(
      'no network',
    );
    expect(await withLock(folder, () => Promise.resolve('next'))).toBe('next');
  });

  it('starts when the process it waits for is killed', async () => {
    const holder = await holding();
    const done = withLock(folder, () => Promise.resolve('done'));
    await kill(holder);
    expect(await done).toBe('done');
  });

  it('starts in a folder that an earlier version left locked', async () => {
    const lock = join(folder, 'temporal.lock');
    await mkdir(lock);
    expect(await withLock(lock, () => Promise.resolve('done'))).toBe('done');
  });
});
