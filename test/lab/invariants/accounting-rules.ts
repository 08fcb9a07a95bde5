/** Invariants about what follows money: every payment is accounted for, and nothing waits for ever. */
import type { PaymentRecord } from '../../../src/domain/accounting.js';
import { compensationIds } from '../../../src/domain/compensation.js';
import { ATTEMPT_METADATA_KEY, PROOF_METADATA_KEY } from '../../../src/domain/ids.js';
import { isFulfilling } from '../../../src/domain/presentation.js';
import { money, presentationsOf, reviewsOf, type Check, type Evidence } from './evidence.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A run ends an offer at once when its window is over; its worker may be busy. */
const LATE_END = 5 * MINUTE;
/** The longest a payment may be under way, and some time to settle it. */
const LONGEST_FULFILMENT = 16 * DAY;

/** 11. Every payment of ours has one verdict that says what became of it, and what is kept is what the ledger books. */
export const everyPaymentHasVerdict: Check = (evidence) => {
  const { accounts } = evidence.ledger;
  if (accounts === undefined) return [];
  const records = new Map(accounts.payments.map((record) => [record.paymentId, record]));
  const found = ourPaid(evidence).flatMap((payment) => {
    const { payment_id: id, total_amount, currency } = payment;
    const record = records.get(id);
    if (record === undefined || record.verdict === 'undecided')
      return [`Payment ${id} of ${money(total_amount, currency)} is not accounted for.`];
    const known = money(record.amount ?? 0, record.currency ?? '');
    return known === money(total_amount, currency)
      ? aboutVerdict(record, evidence)
      : [`Payment ${id} of ${money(total_amount, currency)} is recorded as ${known}.`];
  });
  for (const id of evidence.strangers ?? []) {
    const verdict = records.get(id)?.verdict ?? 'not_ours';
    const isBack = evidence.books.refunds.some(({ payment_id }) => payment_id === id);
    if (verdict !== 'not_ours' || isBack)
      found.push(
        `Payment ${id} is somebody else's; it ${isBack ? 'was refunded' : `is recorded as ${verdict}`}.`,
      );
  }
  for (const { id, status, paymentId, paidAmount, paidCurrency, price } of presentationsOf(evidence)) {
    if (status !== 'paid' || paymentId === undefined || price.dueNow === 0) continue;
    const kept = accounts.payments.filter(
      ({ presentationId, verdict }) => presentationId === id && verdict === 'counts',
    );
    const sum = kept.reduce((total, { amount = 0 }) => total + amount, 0);
    const currencies = [...new Set(kept.map(({ currency }) => currency))];
    const booked = money(paidAmount ?? 0, paidCurrency ?? price.currency);
    if (kept.length !== 1 || money(sum, currencies.join('+')) !== booked)
      found.push(
        `Presentation ${id} books ${booked}, and what counts for it is ${kept.length} payments of ${money(sum, currencies.join('+'))}.`,
      );
  }
  return found;
};

/** Succeeded payments with our proof that are no renewals and cost something. */
function ourPaid({ books, strangers = [] }: Evidence) {
  return books.payments.filter(
    (payment) =>
      !strangers.includes(payment.payment_id) &&
      payment.status === 'succeeded' &&
      payment.total_amount > 0 &&
      typeof payment.metadata[ATTEMPT_METADATA_KEY] === 'string' &&
      typeof payment.metadata[PROOF_METADATA_KEY] === 'string' &&
      (payment as { charge_type?: unknown }).charge_type !== 'renewal',
  );
}

function aboutVerdict({ paymentId, verdict }: PaymentRecord, evidence: Evidence): string[] {
  const { books } = evidence;
  const reviewed = reviewsOf(evidence, paymentId).length > 0;
  const isBack = books.refunds.some(
    ({ payment_id, status }) => payment_id === paymentId && status === 'succeeded',
  );
  if (verdict === 'goes_back' && !isBack && !reviewed)
    return [`Payment ${paymentId} was to go back; it did not, and nobody was asked.`];
  if (verdict === 'review' && !reviewed) return [`Payment ${paymentId} is in doubt, and nobody was asked.`];
  return [];
}

/** 12. What had to be undone is undone, or a person was asked. */
export const noCompensationLeft: Check = ({ ledger: { accounts } }) =>
  (accounts?.compensations ?? []).flatMap(({ compensationId: id, status, paymentId, subscriptionId }) => {
    const reviewed = accounts?.reviews.some(
      (review) =>
        (review.paymentId !== undefined && compensationIds.refund(review.paymentId) === id) ||
        (review.subscriptionId !== undefined &&
          compensationIds.endSubscription(review.subscriptionId) === id),
    );
    if (status === 'confirmed' || reviewed === true) return [];
    return [`${id} (${paymentId ?? subscriptionId}) is ${status}, and no review tells of it.`];
  });

/** 13. No offer waits past its deadline, unless a person was asked. */
export const nothingPastDeadline: Check = (evidence) => {
  const now = evidence.at.getTime();
  const reviewed = new Set(
    evidence.ledger.accounts?.reviews
      .filter(({ status }) => status === 'open')
      .map((one) => one.presentationId),
  );
  return presentationsOf(evidence).flatMap(({ id, status, expiresAt, presentedAt }) => {
    const isLate =
      (status === 'open' && Date.parse(expiresAt) + LATE_END < now) ||
      (isFulfilling(status) &&
        status !== 'needs_review' &&
        Date.parse(presentedAt) + LONGEST_FULFILMENT < now);
    if (isLate && !reviewed.has(id)) return [`Presentation ${id} is still ${status}.`];
    if (status === 'needs_review' && evidence.ledger.accounts && !reviewed.has(id))
      return [`Presentation ${id} needs a review, and there is none.`];
    return [];
  });
};
