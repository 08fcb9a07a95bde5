/**
 * A lock on a folder, for one process at a time. Node has no file locks, so the lock is a file that names its
 * holders, and a holder that is gone is recognized: a process killed with -9 does not keep the next one out.
 *
 * The files are numbered, and the highest number counts. A process that finds all holders gone creates the next
 * number, which only one process can do, and removes the lower ones. Numbers are never reused, so a process whose
 * view is out of date finds a higher number than its own and gives way. For this reason, the last file stays behind
 * after a release.
 */
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, thisProcess, type ProcessIdentity } from './process-identity.js';

const SECOND = 1000;
/** How often a holder touches its file, the only evidence of life for a process in another container. */
const SIGN_OF_LIFE_INTERVAL = 5 * SECOND;
/** Longer than the embedded database ever blocks its process. */
const SILENCE_OF_THE_GONE = 30 * SECOND;
const LOOK_INTERVAL = SECOND / 4;

const LOCK_FILE = /^lock\.(\d+)$/;
/** Left behind by a process that was killed while it replaced a lock file. */
const UNFINISHED_FILE = /^lock\.(\d+)\.\d+$/;

export interface FolderLock {
  /** Makes another process a holder too: the folder stays locked while either is running. */
  addHolder(pid: number): Promise<void>;
  /** May be called more than once. */
  release(): Promise<void>;
}

/** Another process, or another part of this one, kept the folder for longer than the caller was willing to wait. */
export class FolderInUseError extends Error {
  /**
   * @param holder for a message: `this process already` or `another process (12 on host)`
   */
  constructor(
    readonly folder: string,
    readonly holder: string,
  ) {
    super(`The folder ${folder} is in use by ${holder}.`);
    this.name = 'FolderInUseError';
  }
}

/**
 * Locks a folder for this process, creating the folder if it is missing.
 *
 * @param options.patience milliseconds to wait for a holder that is running; default 0, and `Infinity` waits as
 *   long as it takes. Finding out whether a holder in another container is running takes up to 30 seconds more.
 * @throws FolderInUseError when the holder outlasts the patience
 */
export async function lockFolder(folder: string, options: { patience?: number } = {}): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const deadline = Date.now() + (options.patience ?? 0);
  const holders = [await thisProcess()];
  for (;;) {
    const newest = Math.max(0, ...(await numbersIn(folder)));
    const holder = newest === 0 ? undefined : await runningHolder(lockFile(folder, newest));
    if (holder !== undefined) {
      if (Date.now() >= deadline) throw new FolderInUseError(folder, holder);
      await sleep(LOOK_INTERVAL);
      continue;
    }
    const mine = newest + 1;
    if (!(await createLock(folder, mine, holders))) continue;
    const numbers = await numbersIn(folder);
    if (numbers.some((number) => number > mine)) {
      await rm(lockFile(folder, mine), { force: true });
      continue;
    }
    await removeBelow(folder, mine);
    return heldLock(lockFile(folder, mine), holders);
  }
}

/**
 * Runs `work` while no other process runs work under the same lock folder, waiting for as long as it takes.
 *
 * Use it to avoid doing work twice; put the result in place by a rename all the same.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = await lockFolder(folder, { patience: Infinity });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

function heldLock(file: string, holders: readonly ProcessIdentity[]): FolderLock {
  let current = holders;
  let released: Promise<void> | undefined;
  const signs = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, SIGN_OF_LIFE_INTERVAL);
  signs.unref();
  return {
    async addHolder(pid) {
      const holder = await identify(pid);
      if (holder !== undefined) current = [...current, holder];
      await replaceLock(file, current);
    },
    async release() {
      clearInterval(signs);
      await (released ??= replaceLock(file, []));
    },
  };
}

/** Describes a holder that is still running; undefined when the lock is free. */
async function runningHolder(file: string): Promise<string | undefined> {
  for (const holder of await holdersIn(file)) {
    if ((await isRunning(holder)) ?? (await showsLife(file))) return describe(holder, await thisProcess());
  }
  return undefined;
}

function describe({ pid, place }: ProcessIdentity, self: ProcessIdentity): string {
  if (pid === self.pid && place === self.place) return 'this process already';
  const [host] = place.split(' ');
  return `another process (${pid} on ${host})`;
}

/** Watches the file of a holder that cannot be looked up: touched means running, long untouched means gone. */
async function showsLife(file: string): Promise<boolean> {
  const first = await lastTouched(file);
  const deadline = Date.now() + SILENCE_OF_THE_GONE;
  for (;;) {
    const touched = await lastTouched(file);
    if (touched === undefined || first === undefined) return false;
    if (touched !== first) return true;
    if (isSilent(touched, deadline)) return false;
    await sleep(LOOK_INTERVAL);
  }
}

/** The clock of another machine may be ahead of ours: its file is never awaited beyond the deadline. */
function isSilent(touched: number, deadline: number): boolean {
  return Date.now() - touched > SILENCE_OF_THE_GONE || Date.now() > deadline;
}

async function lastTouched(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(ignoreMissing);
  return found?.mtimeMs;
}

/** Reads the holders; none in a file that is missing, or that its writer did not finish before it was killed. */
async function holdersIn(file: string): Promise<ProcessIdentity[]> {
  const deadline = Date.now() + SILENCE_OF_THE_GONE;
  for (;;) {
    const touched = await lastTouched(file);
    const text = await readFile(file, 'utf8').catch(ignoreMissing);
    if (touched === undefined || text === undefined) return [];
    const holders = parseHolders(text);
    if (holders !== undefined) return holders;
    if (isSilent(touched, deadline)) return [];
    await sleep(LOOK_INTERVAL);
  }
}

function parseHolders(text: string): ProcessIdentity[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    // Earlier versions wrote a single holder without the list, or `{"released":true}`.
    return (Array.isArray(parsed) ? parsed : [parsed]).filter(isIdentity);
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const { pid, place, start } = (value ?? {}) as Partial<ProcessIdentity>;
  return Number.isInteger(pid) && typeof place === 'string' && typeof start === 'string';
}

async function createLock(
  folder: string,
  number: number,
  holders: readonly ProcessIdentity[],
): Promise<boolean> {
  try {
    await writeFile(lockFile(folder, number), JSON.stringify(holders), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Replaces the file in one step: a process killed meanwhile leaves the old content or the new. */
async function replaceLock(file: string, holders: readonly ProcessIdentity[]): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    await writeFile(temporary, JSON.stringify(holders), { mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    // The whole folder was deleted, and the lock with it.
    ignoreMissing(error);
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => LOCK_FILE.exec(name)?.[1] ?? []).map(Number);
}

async function removeBelow(folder: string, mine: number): Promise<void> {
  const old = (await readdir(folder)).filter((name) => {
    const [, number] = LOCK_FILE.exec(name) ?? UNFINISHED_FILE.exec(name) ?? [];
    return number !== undefined && Number(number) < mine;
  });
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
}

function lockFile(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

function ignoreMissing(error: unknown): undefined {
  if (isCode(error, 'ENOENT')) return undefined;
  throw error;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
