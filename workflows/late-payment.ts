/**
 * `late-payment/<paymentId>`: a payment of ours that its run no longer waits for. It is fulfilled, given back, or left to
 * a person.
 */
import { condition, patched, setHandler } from '@temporalio/workflow';
import { reviewResolved, type LatePaymentInput } from '../src/contract/messages.js';
import { ledgerActivities } from './activities.js';
import { startCompensation } from './compensation.js';
import { openOutbox } from './outbox.js';
import { PATCHES } from './patches.js';
import { DAY, HOUR, MINUTE } from './units.js';

/** First and longest pause between two looks at a review; they double. */
const FIRST_LOOK = MINUTE;
const LONGEST_LOOK = 6 * HOUR;
/** After this the review is left to itself: it stays open, and the money where it is. */
const LONGEST_REVIEW = 90 * DAY;

export async function latePayment(input: LatePaymentInput): Promise<string> {
  const settled = await settle(input);
  if (settled.kind === 'nothing') return settled.kind;
  if (settled.kind === 'fulfilled') {
    const outbox = openOutbox({ notify: input.notify, purchaseId: settled.purchaseId });
    outbox.send('offer.fulfilled', settled.presentationId, { status: 'paid' });
    await outbox.flushed();
  }
  if ('unwanted' in settled) {
    for (const subscription of settled.unwanted ?? []) {
      await ledgerActivities.cancelReplacedSubscription(subscription);
    }
  }
  if ('undo' in settled) for (const compensation of settled.undo ?? []) await startCompensation(compensation);
  return settled.kind;
}

/** Settles the payment, once a person has decided about it where one has to. */
async function settle({ paymentId, attemptId, rejected }: LatePaymentInput) {
  if (!patched(PATCHES.compensation)) return ledgerActivities.settleLatePayment({ paymentId, attemptId });
  let resolved = 0;
  setHandler(reviewResolved, () => void (resolved += 1), {
    description: 'An operator has decided about this payment: look at once.',
  });
  const deadline = Date.now() + LONGEST_REVIEW;
  for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 2, LONGEST_LOOK)) {
    const before = resolved;
    const settled = await ledgerActivities.settleLatePayment({
      paymentId,
      attemptId,
      ...(rejected && { rejected }),
      compensates: true,
    });
    if (settled.kind !== 'review' || Date.now() >= deadline) return settled;
    await condition(() => resolved !== before, pause, { summary: 'waiting for an operator' });
  }
}
