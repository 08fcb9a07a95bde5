import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../../sandbox/local/directory-lock.js';
import { startOf, thisProcess } from '../../../sandbox/local/process-identity.js';
import { startChild, type Child } from '../../ledger/child.js';

const MINUTE = 60 * 1000;

describe('the lock on a directory', () => {
  let directory: string;
  const children: Child[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ledger-lock-'));
  });
  afterEach(async () => {
    children.forEach((child) => child.kill('SIGKILL'));
    await Promise.all(children.splice(0).map(({ ended }) => ended));
    await rm(directory, { recursive: true });
  });

  function contend(startAt = 0): Child {
    const child = startChild('contender.ts', directory, String(startAt));
    children.push(child);
    return child;
  }

  it('is had by one at a time, in one process as well', async () => {
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(
      `The ledger in ${directory} is open in this process already. One process at a time may open an embedded ledger`,
    );
    await lock.release();
    const next = await lockDirectory(directory);
    await next.release();
  });

  it('tells which process has it', async () => {
    const holder = contend();
    await holder.printed(1);
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining(`is open in another process (${holder.pid} on `) as string,
    });
  });

  it('is free as soon as its holder is killed', async () => {
    const holder = contend();
    await holder.printed(1);
    holder.kill('SIGKILL');
    await holder.ended;
    await (await lockDirectory(directory)).release();
  });

  it('goes to one of several that find its holder gone at once', async () => {
    const gone = { ...(await thisProcess()), start: 'an earlier process with the same id' };
    await writeFile(join(directory, 'lock.7'), JSON.stringify(gone));
    const startAt = Date.now() + 3000;
    const contenders = Array.from({ length: 5 }, () => contend(startAt));
    await Promise.all(contenders.map((contender) => contender.printed(1)));
    const answers = contenders.flatMap(({ lines }) => lines).sort();
    expect(answers).toEqual(['held', ...Array.from({ length: 4 }, () => 'refused in_use')]);
    expect((await readdir(directory)).filter((name) => name.startsWith('lock.'))).toEqual(['lock.8']);
  });

  it('is had by the one who shows signs of life where processes cannot be asked about', async () => {
    const file = join(directory, 'lock.1');
    const elsewhere = { pid: 1, place: 'another-container', start: '1' };
    await writeFile(file, JSON.stringify(elsewhere));
    const refused = expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'in_use' });
    const beating = setInterval(() => void utimes(file, new Date(), new Date()), 100);
    await refused;
    clearInterval(beating);

    const longAgo = new Date(Date.now() - MINUTE);
    await utimes(file, longAgo, longAgo);
    await (await lockDirectory(directory)).release();
  });

  it('is not kept by a file that was never finished', async () => {
    const file = join(directory, 'lock.3');
    await writeFile(file, '{"pid":');
    const longAgo = new Date(Date.now() - MINUTE);
    await utimes(file, longAgo, longAgo);
    await (await lockDirectory(directory)).release();
  });
});

it('knows a process that ended from one that runs', async () => {
  expect(await startOf(process.pid)).toBe((await thisProcess()).start);
  const child = startChild('contender.ts', tmpdir(), String(Date.now() + MINUTE));
  expect(await startOf(child.pid)).toEqual(expect.any(String));
  child.kill('SIGKILL');
  await child.ended;
  expect(await startOf(child.pid)).toBeUndefined();
});
