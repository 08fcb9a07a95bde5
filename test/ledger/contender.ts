/** Takes a directory's lock at a given time, reports it, and holds it until killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lockDirectory } from '../../sandbox/local/directory-lock.js';

const [, , directory = '', startAt = '0'] = process.argv;
await sleep(Math.max(0, Number(startAt) - Date.now()));
const answer = await lockDirectory(directory).then(
  () => 'held',
  (error: unknown) =>
    `refused ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`,
);
process.stdout.write(`${answer}\n`);
setInterval(() => undefined, 60_000);
