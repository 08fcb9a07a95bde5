/** `late-payment/<paymentId>`: a payment of ours succeeded when its run had ended. It is fulfilled, or given back. */
import { persistent } from './activities.js';
import type { LatePaymentInput } from './messages.js';
import { openOutbox } from './outbox.js';

export async function latePayment({ paymentId, attemptId, notify }: LatePaymentInput): Promise<string> {
  const settled = await persistent.settleLatePayment({ paymentId, attemptId });
  if (settled.kind === 'fulfilled') {
    const outbox = openOutbox({ notify, purchaseId: settled.purchaseId });
    outbox.send('offer.fulfilled', settled.presentationId);
    await outbox.flushed();
  }
  return settled.kind;
}
