/** Build A of two versions of a deployment: its workflows say which build they end on. */
import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import { pinToVersion } from '../../workflows/versioning.js';

async function untilTold(): Promise<string> {
  let isTold = false;
  setHandler(defineSignal('goOn'), () => void (isTold = true));
  await condition(() => isTold);
  return 'A';
}

export async function long(): Promise<string> {
  return await untilTold();
}

export async function short(): Promise<string> {
  return await untilTold();
}
pinToVersion(short);
