/** `late-payment/<paymentId>`: a payment of ours that its run no longer waits for. It is fulfilled, or given back. */
import { ledgerActivities } from './activities.js';
import type { LatePaymentInput } from '../src/contract/messages.js';
import { openOutbox } from './outbox.js';

export async function latePayment({ paymentId, attemptId, notify }: LatePaymentInput): Promise<string> {
  const settled = await ledgerActivities.settleLatePayment({ paymentId, attemptId });
  if (settled.kind === 'nothing') return settled.kind;
  if (settled.kind === 'fulfilled') {
    const outbox = openOutbox({ notify, purchaseId: settled.purchaseId });
    outbox.send('offer.fulfilled', settled.presentationId, { status: 'paid' });
    await outbox.flushed();
  }
  for (const subscription of settled.unwanted ?? []) {
    await ledgerActivities.cancelReplacedSubscription(subscription);
  }
  return settled.kind;
}
