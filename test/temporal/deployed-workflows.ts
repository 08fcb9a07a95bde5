/** A workflow as it was deployed when its runs began. `changed-workflows.ts` has it as it was deployed later. */
import { condition, defineSignal, setHandler, sleep } from '@temporalio/workflow';

export const goOn = defineSignal('goOn');

export async function waiting(): Promise<void> {
  let isTold = false;
  setHandler(goOn, () => void (isTold = true));
  await Promise.race([sleep('1 hour'), condition(() => isTold)]);
}
