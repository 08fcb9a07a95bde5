import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT = 2_000;
const STALE_AFTER = 15_000;
const LOOK_EVERY = 250;

/**
 * Runs `work` while no other process on this machine runs work under the same lock folder. A holder that died
 * stops touching the folder, and after 15 seconds the next one takes over.
 *
 * The lock saves double work only; what it guards must be put in place by a rename all the same.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(folder), { recursive: true });
  while (!(await tryLock(folder))) {
    await removeIfStale(folder);
    await sleep(LOOK_EVERY);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock taken away from a process that slept too long is no reason to fail its work.
    utimes(folder, now, now).catch(() => undefined);
  }, HEARTBEAT);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryLock(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfStale(folder: string): Promise<void> {
  const modified = await stat(folder).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
  if (modified === undefined || Date.now() - modified < STALE_AFTER) return;
  const aside = `${folder}.stale-${process.pid}-${Date.now()}`;
  // Only one of several waiting processes succeeds with the rename.
  await rename(folder, aside).then(
    () => rm(aside, { recursive: true, force: true }),
    () => undefined,
  );
}
