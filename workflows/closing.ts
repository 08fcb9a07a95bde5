/** `closing/<presentationId>`: tells the merchant of an offer that was settled as unpaid because its own run is gone. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { ClosingInput } from '../src/contract/messages.js';
import { openOutbox } from './outbox.js';

/** The run is started right before the offer is settled, so that nothing is settled of which nobody is told. */
const { closedOffer } = proxyActivities<Pick<Activities, 'closedOffer'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
  summary: 'wait until the offer is settled',
});

export async function closing({ presentationId, purchaseId, notify = false }: ClosingInput): Promise<string> {
  const closed = await closedOffer({ presentationId });
  const outbox = openOutbox({ notify, purchaseId });
  if (closed.kind === 'failed') outbox.send('offer.failed', presentationId, { status: 'failed' });
  if (closed.kind === 'expired') outbox.send('offer.expired', presentationId, { status: 'expired' });
  await outbox.flushed();
  return closed.kind;
}
