/** A purchase workflow with bugs: it throws errors that are no failures of the workflow, in its first task or a handler. */
import { defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { PurchaseInput } from '../../src/contract/messages.js';

export async function purchase({ purchaseId }: PurchaseInput): Promise<void> {
  if (purchaseId.endsWith('first-task')) throw new TypeError('a bug in the first task');
  setHandler(defineSignal('withdrawOffer'), () => {
    throw new TypeError('a bug in a handler');
  });
  const { evaluate } = proxyActivities<{ evaluate(): Promise<void> }>({ startToCloseTimeout: '1 minute' });
  await evaluate();
  await new Promise(() => undefined);
}
