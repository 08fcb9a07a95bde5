/**
 * Tries to lock a folder at a given time, prints `held` or `refused`, and stays until it is killed. A third argument
 * is the id of another process to name as a holder.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderInUseError, lockFolder } from '../../../sandbox/local/folder-lock.js';

const [, , folder = '', startAt = '0', otherHolder] = process.argv;
await sleep(Math.max(0, Number(startAt) - Date.now()));
try {
  const lock = await lockFolder(folder);
  if (otherHolder !== undefined) await lock.addHolder(Number(otherHolder));
  process.stdout.write('held\n');
} catch (error) {
  if (!(error instanceof FolderInUseError)) throw error;
  process.stdout.write('refused\n');
}
setInterval(() => undefined, 60_000);
