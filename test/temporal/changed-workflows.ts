/** The workflow of `deployed-workflows.ts` with an unguarded change: it calls an activity before it waits. */
import { condition, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { probeActivities } from './probe-activities.js';
import { goOn } from './deployed-workflows.js';

const { greet } = proxyActivities<typeof probeActivities>({ startToCloseTimeout: '1 minute' });

export async function waiting(): Promise<void> {
  let isTold = false;
  setHandler(goOn, () => void (isTold = true));
  await greet('a newer build');
  await Promise.race([sleep('1 hour'), condition(() => isTold)]);
}

export async function failing(): Promise<void> {
  await greet('somebody');
  throw new TypeError('a bug');
}
