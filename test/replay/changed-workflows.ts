/** Workflow code with an incompatible change: it waits before it does anything else. */
import { sleep } from '@temporalio/workflow';
import type { PurchaseInput, PurchaseResult } from '../../src/contract/messages.js';
import * as unchanged from '../../workflows/purchase.js';

export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  await sleep('1s');
  return unchanged.purchase(input);
}
