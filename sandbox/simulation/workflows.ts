/** The product's workflows unchanged, and those of the customers, on the same clock. */
import { getExternalWorkflowHandle, proxyActivities, sleep } from '@temporalio/workflow';
import { acceptOffer, declineOffer } from '../../src/contract/messages.js';
import type { SimulationActivities } from './contract.js';

export * from '../../workflows/index.js';

const { arrive, payFallback } = proxyActivities<SimulationActivities>({ startToCloseTimeout: '1 minute' });

/** Buys something, or causes the trigger, after a while. Returns the id of the run it started. */
export async function customer(input: { index: number; afterMs: number }): Promise<string> {
  await sleep(input.afterMs);
  return arrive({ index: input.index });
}

/** Decides on a presentation after a while. The run may have ended by then. */
export async function decision(input: {
  run: string;
  presentationId: string;
  decision: 'accepted' | 'declined';
  afterMs: number;
}): Promise<void> {
  await sleep(input.afterMs);
  const { presentationId } = input;
  const run = getExternalWorkflowHandle(input.run);
  await run
    .signal(input.decision === 'accepted' ? acceptOffer : declineOffer, { presentationId })
    .catch(() => undefined);
}

/** Pays at the fallback checkout after a while. */
export async function recovery(input: {
  sessionId?: string;
  paymentId?: string;
  afterMs: number;
}): Promise<void> {
  await sleep(input.afterMs);
  await payFallback(input);
}
