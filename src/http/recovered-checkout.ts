/**
 * `abandoned_checkout.recovered`: Dodo has reminded a customer of a checkout that was left, and it was paid in another
 * session. Its payment may not bear our metadata, so the event is what links it to an offer of ours.
 */
import { ifFound } from '../dodo/errors.js';
import { withPriority } from '../dodo/budget.js';
import { toPaymentEvent } from '../dodo/payments.js';
import type { AttemptRecord } from '../domain/attempt.js';
import { PURCHASE_ID } from '../domain/patterns.js';
import { phaseOf, type PaymentEvent } from '../domain/payment.js';
import { seenPayment } from '../domain/verdict.js';
import type { ApiDeps } from './deps.js';

const RECOVERED = 'abandoned_checkout.recovered';

/** Longer than Dodo takes, and well within the time after which it would send the webhook again. */
const READ_TIMEOUT_MS = 4_000;
const PATIENCE_MS = 5_000;

type RecoveryDeps = Pick<ApiDeps, 'dodo' | 'ledger' | 'now'> & {
  proofs: Pick<ApiDeps['proofs'], 'provesAttempt'>;
  log: Pick<ApiDeps['log'], 'warn'>;
};

interface Recovery {
  abandonedId: string;
  recoveredId: string;
}

/** Returns the payments that an event of a recovered checkout names; undefined for other events. */
export function recoveryIn(body: Record<string, unknown>): Recovery | undefined {
  if (body.type !== RECOVERED || typeof body.data !== 'object' || body.data === null) return undefined;
  const { payment_id, recovered_payment_id } = body.data as Record<string, unknown>;
  return isPaymentId(payment_id) && isPaymentId(recovered_payment_id)
    ? { abandonedId: payment_id, recoveredId: recovered_payment_id }
    : undefined;
}

/**
 * Accounts for the payment of a recovered checkout. One with our proof goes the way of every payment: its event is
 * returned. Of one without, which replaces the payment of an offer, a person is asked: nothing proves what it bought.
 *
 * @returns the event of the payment; undefined if there is nothing to deliver
 * @throws when Dodo or the ledger cannot be reached: Dodo sends the webhook again
 */
export async function takeRecovered(
  deps: RecoveryDeps,
  { abandonedId, recoveredId }: Recovery,
): Promise<Record<string, unknown> | undefined> {
  const { dodo, log, proofs } = deps;
  const read = (id: string) =>
    withPriority('offer', PATIENCE_MS, () =>
      ifFound(dodo.payments.retrieve(id, { timeout: READ_TIMEOUT_MS })),
    );
  const recovered = await read(recoveredId);
  if (!recovered) {
    log.warn({ paymentId: recoveredId }, 'Dodo reports a recovered checkout whose payment it does not have');
    return undefined;
  }
  const event = toPaymentEvent(recovered, proofs);
  if (phaseOf(event.status) !== 'paid') return undefined;
  if (event.proven) return { type: 'payment.succeeded', data: recovered };
  const attempt = await attemptOf(deps, abandonedId, read);
  // Whose checkout it was is not in doubt. Whatever else it may be: a payment of somebody else is not this customer's.
  if (attempt?.customerId !== undefined && attempt.customerId === event.customerId)
    await askPerson(deps, event, attempt);
  return undefined;
}

/** Finds the attempt whose checkout was left, by its payment. */
async function attemptOf(
  { ledger, proofs }: RecoveryDeps,
  paymentId: string,
  read: (id: string) => Promise<Parameters<typeof toPaymentEvent>[0] | undefined>,
): Promise<AttemptRecord | undefined> {
  const known = await ledger.payment(paymentId);
  if (known?.attemptId !== undefined && known.proven) return ledger.attempt(known.attemptId);
  const abandoned = await read(paymentId);
  const event = abandoned && toPaymentEvent(abandoned, proofs);
  return event?.proven && event.attemptId !== undefined ? ledger.attempt(event.attemptId) : undefined;
}

async function askPerson(
  { ledger, log, now }: RecoveryDeps,
  event: PaymentEvent,
  { attemptId, presentationId }: AttemptRecord,
): Promise<void> {
  const { paymentId, customerId, amount, currency } = event;
  // A copy of the event, or it has been decided about already.
  if ((await ledger.presentationPaidBy(paymentId)) !== undefined) return;
  const presentation = await ledger.presentation(presentationId);
  const at = now().toISOString();
  const about = { presentationId, ...(presentation && { purchaseId: presentation.purchaseId }) };
  await ledger.recordPayment({ ...seenPayment(event), ...about, source: 'webhook', seenAt: at });
  await ledger.openReview({
    kind: 'payment_unmatched',
    subject: paymentId,
    paymentId,
    attemptId,
    ...about,
    customerId,
    amount,
    currency,
    detail:
      'Dodo says that it was paid in place of the checkout of this offer, in another session and without our proof.',
    openedAt: at,
  });
  log.warn({ paymentId, attemptId, presentationId }, 'a checkout of ours was paid in another session');
}

function isPaymentId(value: unknown): value is string {
  return typeof value === 'string' && PURCHASE_ID.regex.test(value);
}
