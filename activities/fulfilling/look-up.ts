/** Reading Dodo for the outcome of an attempt, and writing into the ledger what was read. */
import { findAttempt, toPaymentEvent } from '../../src/dodo/payments.js';
import { ifFound } from '../../src/dodo/errors.js';
import { phaseOf, type PaymentEvent } from '../../src/domain/payment.js';
import type { Finding } from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';

export interface LookUpInput {
  attemptId: string;
  presentationId: string;
  customerId: string;
  /** When the offer was accepted. */
  since: string;
  /** When Dodo has named it. */
  paymentId?: string;
}

export interface PlanChangeLookUp extends LookUpInput {
  subscriptionId: string;
  productId: string;
  quantity: number;
  /** What was due at the click. Minor units. */
  dueNow: number;
}

export const RECONCILING_MESSAGE =
  'Your payment is being confirmed with the payment provider. You will not be charged twice; there is nothing you need to do.';
const ACTION_MESSAGE = 'Your bank wants you to confirm this payment. Please follow the link.';

export function lookUpActivities({ dodo, ledger }: ActivityContext) {
  async function readPayment(input: LookUpInput) {
    if (input.paymentId !== undefined) {
      const payment = await ifFound(dodo.payments.retrieve(input.paymentId));
      if (payment)
        return {
          event: { ...toPaymentEvent(payment), attemptId: input.attemptId },
          link: payment.payment_link,
        };
    }
    const row = await findAttempt(dodo, input);
    if (!row) return undefined;
    const payment = await dodo.payments.retrieve(row.payment_id);
    return { event: toPaymentEvent(payment), link: payment.payment_link };
  }

  /** What the customer sees while it is not decided. A fallback keeps its own words and link. */
  async function writeInterim(
    input: LookUpInput,
    read: { event: PaymentEvent; link?: string | null } | undefined,
  ) {
    const attempt = await ledger.attempt(input.attemptId);
    if (attempt?.kind === 'fallback') return;
    if (!read) {
      await ledger.updateAttempt(
        input.attemptId,
        { status: 'unknown' },
        {
          id: input.presentationId,
          patch: { status: 'reconciling', message: RECONCILING_MESSAGE },
        },
      );
      return;
    }
    const phase = phaseOf(read.event.status);
    const { paymentId } = read.event;
    if (phase === 'action_required') {
      await ledger.updateAttempt(
        input.attemptId,
        { status: 'requires_action', paymentId },
        {
          id: input.presentationId,
          patch: { status: 'requires_action', checkoutUrl: read.link ?? null, message: ACTION_MESSAGE },
        },
      );
    } else if (phase === 'pending') {
      await ledger.updateAttempt(
        input.attemptId,
        { status: 'processing', paymentId },
        {
          id: input.presentationId,
          // Only the 3-D Secure link of this payment is over; a checkout that stands beside it is not.
          patch: {
            status: 'charging',
            message: null,
            ...(attempt?.status === 'requires_action' && { checkoutUrl: null }),
          },
        },
      );
    }
  }

  return {
    /** The payment of an attempt: by its id when Dodo named one, else by the attempt id in its metadata. */
    async lookUpPayment(input: LookUpInput): Promise<Finding> {
      const read = await readPayment(input);
      await writeInterim(input, read);
      if (!read) return { kind: 'absent' };
      const attempt = await ledger.attempt(input.attemptId);
      return { kind: 'payment', payment: read.event, ...(attempt && { dueNow: attempt.amount }) };
    },

    /** Whether a plan was changed: the subscription says so, and what was due is paid. */
    async lookUpPlanChange(input: PlanChangeLookUp): Promise<Finding> {
      const [subscription, read] = await Promise.all([
        dodo.subscriptions.retrieve(input.subscriptionId),
        readPayment(input),
      ]);
      const changed = subscription.product_id === input.productId && subscription.quantity === input.quantity;
      const scheduled = subscription.scheduled_change?.product_id === input.productId;
      const paid = read && phaseOf(read.event.status) === 'paid';
      if (scheduled || (changed && (paid || input.dueNow === 0)))
        return { kind: 'done', payment: read?.event };
      // Changed without a payment of ours: credit covered it, or Dodo did not copy our metadata.
      if (changed && !read) return { kind: 'done' };
      await writeInterim(input, read);
      // Paid and not yet changed: Dodo is about to change it.
      if (paid) return { kind: 'payment', payment: { ...read.event, status: 'processing' } };
      return read ? { kind: 'payment', payment: read.event } : { kind: 'absent' };
    },
  };
}
