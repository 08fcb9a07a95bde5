/** `reversal/<refund or dispute id>`: one refund or dispute, whether or not the purchase run is still open. */
import { condition, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { ledgerActivities } from './activities.js';
import {
  reversalEvent,
  withdrawOffer,
  type ReversalEvent,
  type ReversalInput,
} from '../src/contract/messages.js';
import { openOutbox } from './outbox.js';
import { DAY } from './units.js';

/** Disputes take weeks; card networks end them within four months. */
const LONGEST_DISPUTE = 150 * DAY;

/** The last event of a dispute. A refund has a single one. */
const FINAL = new Set([
  'refund.succeeded',
  'refund.failed',
  'dispute.won',
  'dispute.lost',
  'dispute.accepted',
  'dispute.cancelled',
  'dispute.expired',
]);

export async function reversal({ notify }: ReversalInput): Promise<void> {
  const events: ReversalEvent[] = [];
  setHandler(reversalEvent, (event) => void events.push(event), {
    description: 'A refund or dispute changed at Dodo Payments.',
  });
  for (;;) {
    if (
      !(await condition(() => events.length > 0, LONGEST_DISPUTE, {
        summary: 'waiting for the dispute to end',
      }))
    )
      return;
    const event = events.shift();
    if (!event) continue;
    const recorded = await ledgerActivities.recordReversal(event);
    if (recorded.withdraw) {
      await getExternalWorkflowHandle(recorded.withdraw)
        .signal(withdrawOffer, { reason: `${event.type} of the purchase` })
        // The run has ended meanwhile.
        .catch(() => undefined);
    }
    if (recorded.reversed) {
      const { purchaseId, presentationId, amount, currency } = recorded.reversed;
      const { kind, id } = event;
      const outbox = openOutbox({ notify, purchaseId });
      outbox.send('offer.reversed', presentationId, {
        ...(amount !== undefined && currency !== undefined && { reversal: { kind, id, amount, currency } }),
      });
      await outbox.flushed();
    }
    if (FINAL.has(event.type)) return;
  }
}
