/** The product's workflows as they are, and the people around them: they live by the same clock. */
import { getExternalWorkflowHandle, proxyActivities, sleep } from '@temporalio/workflow';
import { acceptOffer, declineOffer } from '../../src/contract/messages.js';
import type { SimulationActivities } from './contract.js';

export * from '../../workflows/index.js';

const { arrive, payFallback } = proxyActivities<SimulationActivities>({ startToCloseTimeout: '1 minute' });

/** Buys something (or sets the trigger off) after a while; answers the id of the run that began. */
export async function customer(input: { index: number; afterMs: number }): Promise<string> {
  await sleep(input.afterMs);
  return arrive({ index: input.index });
}

/** Decides on one presentation after a while. The run may have ended before. */
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

/** Pays at the checkout that was handed over, after a while. */
export async function recovery(input: {
  sessionId?: string;
  paymentId?: string;
  afterMs: number;
}): Promise<void> {
  await sleep(input.afterMs);
  await payFallback(input);
}
