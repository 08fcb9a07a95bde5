/**
 * Limits changes to what still applies. Activities run more than once, late and out of order, so a change never moves
 * anything backwards: a known payment stays paid, and the first decision wins.
 */
import type { PresentationPatch } from '../domain/presentation.js';
import type { AttemptChange } from './interface/attempts.js';
import type { attempts, presentations } from './schema.js';
import { mayBecome, mayReopen } from '../domain/presentation.js';
import { isResolved, mayAttemptBecome, wasAttemptPaid } from '../domain/attempt.js';

export type PresentationRow = typeof presentations.$inferSelect;
export type AttemptRow = typeof attempts.$inferSelect;

/**
 * Returns the part of `change` that applies to a presentation in its current state. When its decision or status comes
 * too late, the whole change is dropped, links and message included, because they belong to the state it would have
 * led to. Facts about money are kept all the same.
 *
 * @param newAttempt true when the change comes with a newly recorded attempt; only that leads from the fallback back
 * to charging
 */
export function applicable(
  row: PresentationRow,
  change: PresentationPatch,
  newAttempt = false,
): Partial<PresentationRow> {
  const always = { ...moneyFacts(row, change), viewedAt: row.viewedAt ?? change.viewedAt };
  const reopened = isReopened(row, change);
  const secondDecision =
    change.decision !== undefined && row.decision !== null && change.decision !== row.decision;
  const tooLate = change.status !== undefined && !mayBecome(row, change.status, { newAttempt }) && !reopened;
  if (secondDecision || tooLate) return always;

  const decides = row.decision === null && change.decision !== undefined;
  return {
    ...always,
    status: change.status,
    ...(decides && { decision: change.decision, decidedAt: change.decidedAt ?? new Date().toISOString() }),
    ...(reopened && { decision: null, decidedAt: null }),
    expiresAt: change.expiresAt,
    ...(change.product && { product: change.product, productId: change.product.id }),
    quantity: change.quantity,
    option: change.option,
    payment: change.payment,
    ...(change.price && { price: change.price, currency: change.price.currency }),
    copy: change.copy,
    checkoutUrl: change.checkoutUrl,
    updatePaymentMethodUrl: change.updatePaymentMethodUrl,
    message: change.message,
  };
}

/** The first payment counts. A second one is refunded and is not revenue. */
function moneyFacts(row: PresentationRow, change: PresentationPatch): Partial<PresentationRow> {
  const settled = row.status === 'paid';
  return {
    sessionId: settled ? (row.sessionId ?? change.sessionId) : change.sessionId,
    paymentId: settled ? (row.paymentId ?? change.paymentId) : change.paymentId,
    paidAmount: row.paidAmount ?? change.paidAmount,
    // The currency of that amount, not of another one.
    paidCurrency: row.paidAmount === null ? change.paidCurrency : row.paidCurrency,
    paidAt: row.paidAt ?? change.paidAt,
    recovered: settled ? row.recovered : change.recovered,
    refundedAmount: Math.max(row.refundedAmount, change.refundedAmount ?? 0),
  };
}

/** Accepted at a price that has moved since: nothing was sent, and the customer decides again. */
function isReopened(row: PresentationRow, change: PresentationPatch): boolean {
  return (
    change.status === 'open' &&
    change.price !== undefined &&
    (change.price.hash !== row.price.hash || isAnotherChoice(row, change)) &&
    mayReopen(row.status)
  );
}

function isAnotherChoice(row: PresentationRow, { option, quantity }: PresentationPatch): boolean {
  const isOtherQuantity = row.quantity !== null && (quantity ?? row.quantity) !== row.quantity;
  return (option ?? row.option) !== row.option || isOtherQuantity;
}

/** Returns the part of a change that applies to an attempt in its current state. A late one only fills gaps. */
export function applicableToAttempt(row: AttemptRow, change: AttemptChange): Partial<AttemptRow> {
  const { status } = change;
  const inTime = status === undefined || mayAttemptBecome(row.status, status);
  const fillGaps = wasAttemptPaid(row.status) || !inTime;
  const after = inTime ? (status ?? row.status) : row.status;
  return {
    status: after,
    // What confirms a payment is forgotten when the attempt ends.
    ...(!isResolved(after)
      ? {
          clientSecret: row.clientSecret ?? change.clientSecret,
          publishableKey: row.publishableKey ?? change.publishableKey,
        }
      : row.clientSecret && { clientSecret: null, publishableKey: null }),
    sessionId: fillGaps ? (row.sessionId ?? change.sessionId) : change.sessionId,
    paymentId: fillGaps ? (row.paymentId ?? change.paymentId) : change.paymentId,
    paidAmount: row.paidAmount ?? change.paidAmount,
    errorCode: fillGaps ? undefined : change.errorCode,
  };
}
