/** A purchase workflow with a bug: it throws an error that no workflow means to throw, at the moment it is told to. */
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
