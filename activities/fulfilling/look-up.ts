/** Reads the outcome of an attempt from Dodo, and records what was read. */
import { findAttempt, toPaymentEvent } from '../../src/dodo/payments.js';
import { ifFound } from '../../src/dodo/errors.js';
import { phaseOf, withoutProof, type PaymentEvent } from '../../src/domain/payment.js';
import { judgedAttempt } from '../../src/domain/evidence.js';
import { judgePayment, seenPayment } from '../../src/domain/verdict.js';
import type { Addon } from '../../src/domain/offers.js';
import { isPlan } from '../../src/domain/plan.js';
import type { AttemptRecord, Finding } from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';
import { MESSAGES } from './messages.js';

export interface LookUpInput {
  attemptId: string;
  presentationId: string;
  customerId: string;
  /** When the offer was accepted. */
  since: string;
  /** Set when Dodo has named the payment. */
  paymentId?: string;
}

export interface PlanChangeLookUp extends LookUpInput {
  subscriptionId: string;
  productId: string;
  quantity: number;
  /** Set if the change sets the add-ons. */
  addons?: Addon[];
  /** The amount due at the click. Minor units. */
  dueNow: number;
}

interface PaymentRead {
  event: PaymentEvent;
  /** Where the customer confirms it, while Dodo has such a page. */
  link?: string | null;
}

export function lookUpActivities({ dodo, ledger, proofs, now }: ActivityContext) {
  /**
   * Reads the payment of an attempt. The one that Dodo's reply named is ours, whatever its metadata says; any other needs
   * a valid proof, unless the attempt is older than proofs.
   */
  async function readPayment(
    input: LookUpInput,
    attempt: AttemptRecord | undefined,
  ): Promise<PaymentRead | undefined> {
    const { attemptId, customerId, presentationId, paymentId } = input;
    const isOlder = attempt !== undefined && attempt.proof !== true;
    let payment = paymentId === undefined ? undefined : await ifFound(dodo.payments.retrieve(paymentId));
    let proven = payment !== undefined;
    if (!payment) {
      const found = await findAttempt(dodo, { attemptId, customerId, since: input.since, proofs });
      if (!found || !(found.proven || isOlder)) return undefined;
      payment = await dodo.payments.retrieve(found.payment.payment_id);
      proven = found.proven;
    }
    const event: PaymentEvent = { ...toPaymentEvent(payment, proofs), attemptId, proven };
    await ledger.recordPayment({
      ...seenPayment(event),
      presentationId,
      source: 'look_up',
      seenAt: now().toISOString(),
    });
    return { event: isOlder ? withoutProof(event) : event, link: payment.payment_link };
  }

  /** Records what the customer sees until the attempt is decided. A fallback keeps its own words and link. */
  async function recordInterim(
    { attemptId, presentationId: id }: LookUpInput,
    read: PaymentRead | undefined,
    attempt: AttemptRecord | undefined,
  ): Promise<void> {
    if (attempt?.kind === 'fallback') return;
    if (!read) {
      const patch = { status: 'reconciling' as const, message: MESSAGES.reconciling };
      await ledger.updateAttempt(attemptId, { status: 'unknown' }, { id, patch });
      return;
    }
    const { paymentId, status } = read.event;
    const phase = phaseOf(status);
    if (phase === 'action_required') {
      const patch = {
        status: 'requires_action' as const,
        checkoutUrl: read.link ?? null,
        message: read.link ? MESSAGES.actionRequired : MESSAGES.actionWithoutLink,
      };
      await ledger.updateAttempt(attemptId, { status: 'requires_action', paymentId }, { id, patch });
    } else if (phase === 'pending') {
      const patch = {
        status: 'charging' as const,
        message: null,
        // Only the 3-D Secure link of this payment has lapsed; a checkout open beside it has not.
        ...(attempt?.status === 'requires_action' && { checkoutUrl: null }),
      };
      await ledger.updateAttempt(attemptId, { status: 'processing', paymentId }, { id, patch });
    }
  }

  return {
    /**
     * Looks for the payment of an attempt: by its id when Dodo has named one, else by the attempt id in its metadata.
     *
     * Dodo: reads one payment, or the customer's payments since the acceptance. Ledger: records what the customer sees
     * while the outcome is open. Repeated: reads again; a state the ledger has moved on from stays.
     *
     * @throws when Dodo or the ledger cannot be reached, or Dodo refuses our key. `absent` is only said after a
     * successful search.
     */
    async lookUpPayment(input: LookUpInput): Promise<Finding> {
      const attempt = await ledger.attempt(input.attemptId);
      const read = await readPayment(input, attempt);
      await recordInterim(input, read, attempt);
      if (!read) return { kind: 'absent' };
      return { ...found(read), ...(attempt && { dueNow: attempt.amount }) };
    },

    /**
     * Checks whether a plan was changed: the subscription says so, and what was due is paid.
     *
     * Dodo: reads the subscription and the payment of the attempt. Ledger and repetition: as `lookUpPayment`.
     *
     * @throws as `lookUpPayment`, and when the subscription does not exist
     */
    async lookUpPlanChange(input: PlanChangeLookUp): Promise<Finding> {
      const attempt = await ledger.attempt(input.attemptId);
      const [subscription, read] = await Promise.all([
        dodo.subscriptions.retrieve(input.subscriptionId),
        readPayment(input, attempt),
      ]);
      const changed = isPlan(subscription, input);
      const { scheduled_change } = subscription;
      const scheduled = scheduled_change != null && isPlan(scheduled_change, input);
      const paid = read && phaseOf(read.event.status) === 'paid';
      const asked = attempt && { dueNow: attempt.amount };
      if (scheduled || (changed && (paid || input.dueNow === 0)))
        return { kind: 'done', payment: read?.event, ...asked };
      // Changed without a payment of ours: credit covered it, or Dodo did not copy our metadata.
      if (changed && !read) return { kind: 'done' };
      await recordInterim(input, read, attempt);
      // Paid but not changed yet: Dodo is about to change it. What was not accepted is told of at once.
      if (paid && !isInDoubt(read.event, attempt, input))
        return { kind: 'payment', payment: { ...read.event, status: 'processing' }, ...asked };
      return read ? { ...found(read), ...asked } : { kind: 'absent' };
    },
  };
}

/** Checks for a paid payment that a person has to look at. */
function isInDoubt(
  event: PaymentEvent,
  attempt: AttemptRecord | undefined,
  { customerId }: LookUpInput,
): boolean {
  if (attempt === undefined) return false;
  return judgePayment(seenPayment(event), judgedAttempt(attempt, { customerId })).kind === 'review';
}

/** Says of a payment that waits for the customer whether there is a page to confirm it on. */
function found({ event, link }: PaymentRead) {
  const isWaiting = phaseOf(event.status) === 'action_required';
  return { kind: 'payment' as const, payment: event, ...(isWaiting && { link: Boolean(link) }) };
}
