/**
 * One process at a time may use a directory. Node has no file locks, so the lock is a file that names its
 * holder, and a holder that is gone is recognised: a process killed with -9 must not keep the next one out.
 *
 * The files are numbered and the highest number counts. Whoever finds its holder gone creates the next number,
 * which only one process can do, and sweeps the lower ones. Numbers are never used twice, so a process that
 * looked too long ago finds a higher number than its own and gives way.
 */
import { mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '../../src/ledger/index.js';
import { startOf, thisProcess, type ProcessIdentity } from './process-identity.js';

const SECOND = 1000;
/** Only a sign of life tells whether a holder in another container still runs. */
const SIGN_OF_LIFE_INTERVAL = 5 * SECOND;
/** Longer than the embedded database ever keeps its process from doing anything else. */
const SILENCE_OF_THE_GONE = 30 * SECOND;
const LOOK_INTERVAL = SECOND / 4;

const LOCK_FILE = /^lock\.(\d+)$/;

export interface DirectoryLock {
  release(): Promise<void>;
}

type Holder = ProcessIdentity | { released: true } | 'unreadable';

/**
 * Takes the directory for this process, creating it when it is missing. Throws a LedgerError `in_use` when
 * another process, or another part of this one, has it.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true });
  const me = await thisProcess();
  for (;;) {
    const newest = Math.max(0, ...(await numbersIn(directory)));
    if (newest > 0) await refuseIfHeld(directory, newest, me);

    const mine = newest + 1;
    if (!(await createLock(directory, mine, me))) continue;
    const numbers = await numbersIn(directory);
    if (numbers.some((number) => number > mine)) {
      await rm(lockFile(directory, mine), { force: true });
      continue;
    }
    await Promise.all(
      numbers
        .filter((number) => number < mine)
        .map((number) => rm(lockFile(directory, number), { force: true })),
    );
    return heldLock(lockFile(directory, mine));
  }
}

function heldLock(file: string): DirectoryLock {
  const signs = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, SIGN_OF_LIFE_INTERVAL);
  signs.unref();
  return {
    async release() {
      clearInterval(signs);
      // Kept, because its number must not be used again.
      await writeFile(file, JSON.stringify({ released: true }));
    },
  };
}

async function refuseIfHeld(directory: string, number: number, me: ProcessIdentity): Promise<void> {
  const file = lockFile(directory, number);
  const holder = await readHolder(file);
  if (holder === undefined || (holder !== 'unreadable' && 'released' in holder)) return;
  const held =
    holder !== 'unreadable' && holder.place === me.place
      ? (await startOf(holder.pid)) === holder.start
      : await showsLife(file);
  if (!held) return;
  const who =
    holder === 'unreadable' ? 'another process' : `another process (${holder.pid} on ${holder.place})`;
  throw new LedgerError(
    'in_use',
    `The ledger in ${directory} is open in ${holder !== 'unreadable' && holder.pid === me.pid && holder.place === me.place ? 'this process already' : who}. ` +
      'One process at a time may open an embedded ledger: stop the other one, or set DATABASE_URL to a PostgreSQL database that both use.',
  );
}

/** Watches the file of a holder that cannot be asked about: touched means alive, untouched for long means gone. */
async function showsLife(file: string): Promise<boolean> {
  const first = await lastTouched(file);
  const startedLooking = Date.now();
  for (;;) {
    const now = Date.now();
    const touched = await lastTouched(file);
    if (touched === undefined || first === undefined) return false;
    if (touched !== first) return true;
    if (now - touched > SILENCE_OF_THE_GONE || now - startedLooking > SILENCE_OF_THE_GONE) return false;
    await sleep(LOOK_INTERVAL);
  }
}

async function lastTouched(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(ignoreMissing);
  return found?.mtimeMs;
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ProcessIdentity | { released: true };
  } catch {
    // Its writer is in the middle of it, or was killed there.
    return 'unreadable';
  }
}

async function createLock(directory: string, number: number, me: ProcessIdentity): Promise<boolean> {
  try {
    await writeFile(lockFile(directory, number), JSON.stringify(me), { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function numbersIn(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => LOCK_FILE.exec(name)?.[1] ?? []).map(Number);
}

function lockFile(directory: string, number: number): string {
  return join(directory, `lock.${number}`);
}

function ignoreMissing(error: unknown): undefined {
  if (isCode(error, 'ENOENT')) return undefined;
  throw error;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
