/** Records refunds and disputes, and says which offers they void. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type DodoPayments from 'dodopayments';
import type { ReversalEvent } from '../../src/contract/messages.js';
import { ifFound } from '../../src/dodo/errors.js';
import { amountOfRefund, metadataOf, provesAttempt } from '../../src/dodo/payments.js';
import type { AttemptRecord } from '../../src/domain/attempt.js';
import { ATTEMPT_METADATA_KEY, workflowId, workflowOfAttempt } from '../../src/domain/ids.js';
import { isUnsettled, type PresentationRecord } from '../../src/domain/presentation.js';
import {
  isLost,
  minorUnits,
  sumTaken,
  takesMoney,
  timelineTypeOf,
  type Taken,
} from '../../src/domain/reversal.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import { registrationIn } from '../../src/webhooks/route.js';
import type { ActivityContext } from '../context.js';

export interface RecordedReversal {
  /** The run whose open offer ends because its purchase was reversed. */
  withdraw?: string;
  /** An offer whose money is gone entirely: access ends. Minor units. */
  reversed?: { purchaseId: string; presentationId: string; amount?: number; currency?: string };
}

/** Tries before the event is believed although Dodo's reads do not show it yet: a minute with growing pauses. */
export const TRIES_FOR_READING = 7;
/** Tries before we assume that the run of the payment will not settle any more: an hour, once a minute at the end. */
export const TRIES_FOR_RUN = 70;
/** A purchase that is younger may have a run that the ledger does not know yet. */
const ABOUT_TO_BE_KNOWN_MS = 60 * 60 * 1000;

type Payment = DodoPayments.Payment;
/** Everything that was paid. Minor units. */
interface Paid {
  amount: number;
  currency: string;
}
/** Dodo's newer field, which the SDK does not type. */
type Charged = Payment & { charge_type?: string | null };

/** A payment of one of our attempts that no offer counts as its own. */
interface Unmatched {
  attemptId: string;
  attempt?: AttemptRecord;
  presentation?: PresentationRecord;
}

export function reversalActivities({ dodo, ledger, log, now, proofs }: ActivityContext) {
  /** Returns the attempt that a payment is provably of. */
  async function attemptOf(payment: Charged): Promise<Unmatched | undefined> {
    const { customer, charge_type } = payment;
    const metadata = metadataOf(payment);
    const attemptId = metadata[ATTEMPT_METADATA_KEY];
    if (typeof attemptId !== 'string' || workflowOfAttempt(attemptId) === undefined) return undefined;
    // It bears the metadata of the attempt that created its subscription.
    if (charge_type === 'renewal') return undefined;
    const attempt = await ledger.attempt(attemptId);
    // Attempts of older versions were sent without a proof.
    const needsProof = attempt === undefined || attempt.proof === true;
    const { customer_id: customerId } = customer;
    if (needsProof && !provesAttempt(proofs, { metadata, customerId })) return undefined;
    const presentation = attempt && (await ledger.presentation(attempt.presentationId));
    if (presentation && presentation.customerId !== customerId) return undefined;
    return { attemptId, ...(attempt && { attempt }), ...(presentation && { presentation }) };
  }

  /** Reads the payment. When Dodo cannot be read for an hour, what was signed has to do. */
  async function read(paymentId: string): Promise<Payment | undefined> {
    try {
      return await ifFound(dodo.payments.retrieve(paymentId));
    } catch (error) {
      if (triesSoFar() < TRIES_FOR_RUN) throw error;
      log.error({ err: error, paymentId }, 'Dodo cannot be read, so a signed event decides about a reversal');
      return undefined;
    }
  }

  /** Dodo does not show the payment, and no offer counts it: only a payment of ours that was seen concerns us. */
  async function askAboutUnread(event: ReversalEvent): Promise<void> {
    const seen = await ledger.payment(event.paymentId);
    if (!takesMoney(event.type) || seen?.attemptId === undefined) return;
    const { paymentId, attemptId, presentationId, purchaseId, customerId, amount, currency } = seen;
    await ledger.openReview({
      kind: 'payment_unmatched',
      subject: paymentId,
      ...{ paymentId, attemptId, presentationId, purchaseId, customerId, amount, currency },
      detail: `${event.type} (${event.id}): Dodo does not show the payment, and no offer counts it.`,
      openedAt: now().toISOString(),
    });
  }

  /** A payment of ours may be refunded before its run has recorded that it came. */
  async function withoutOffer(
    event: ReversalEvent,
    payment: Payment,
    { attemptId, attempt, presentation }: Unmatched,
  ): Promise<void> {
    const { paymentId } = event;
    if (!takesMoney(event.type)) {
      if (presentation)
        await ledger.updatePresentation(presentation.id, {}, [entryOf(event, presentation.id)]);
      return;
    }
    // Paid by another payment, or rejected by a person: no run will count it.
    const goesBack =
      presentation?.status === 'paid' || (await ledger.payment(paymentId))?.verdict === 'goes_back';
    if (!goesBack && triesSoFar() < TRIES_FOR_RUN) {
      throw ApplicationFailure.retryable('The run of this payment has not settled yet.', 'about_to_settle');
    }
    const at = now().toISOString();
    const taken = [...takenIn(payment), ...ownWord(event, paidWith(payment))];
    await ledger.recordPayment({
      ...sightingOf(payment, at),
      attemptId,
      refundedAmount: sumTaken(taken, 'refund'),
      lostAmount: sumTaken(taken, 'dispute'),
      ...(presentation && { presentationId: presentation.id, purchaseId: presentation.purchaseId }),
    });
    if (goesBack || (presentation && !isUnsettled(presentation.status))) return;

    const detail = `${event.type} (${event.id}): ${
      attempt ? 'its run has not settled the offer it pays for.' : 'no offer is known for its attempt.'
    }`;
    await ledger.openReview({
      kind: presentation ? 'run_ended' : 'payment_unmatched',
      subject: paymentId,
      attemptId,
      paymentId,
      customerId: payment.customer.customer_id,
      amount: payment.total_amount,
      currency: payment.currency,
      ...(presentation && { presentationId: presentation.id, purchaseId: presentation.purchaseId }),
      detail,
      openedAt: at,
    });
    log.error(
      { paymentId, attemptId, reversal: event.id },
      'money of ours went back, and no run settles its offer: a person has to look',
    );
  }

  function entryOf({ id, type, paymentId, amount, currency }: ReversalEvent, presentationId?: string) {
    return {
      at: now().toISOString(),
      type: timelineTypeOf(type),
      detail: {
        ...(presentationId !== undefined && { presentationId }),
        paymentId,
        id,
        ...(amount !== undefined && currency !== undefined && { amount, currency }),
      },
    } satisfies TimelineEntry;
  }

  return {
    /**
     * Records what a refund or dispute takes back of a payment: of a purchase, or of an offer.
     *
     * Dodo: reads the payment. A reading that does not show what the signed event says is repeated, unless the event
     * makes up the whole by itself; then the event decides. Ledger: writes the entry, what has gone back of the payment
     * and of the offer's revenue, and the outcome of a settled run.
     * Repeated: writes the same again; a smaller amount than the one known changes nothing. Of several refunds and
     * disputes that make up the whole, one ends access, and again when it is repeated.
     *
     * @throws ApplicationFailure `reading_behind` (retryable, for a minute) while Dodo does not show the event,
     * `about_to_settle` (retryable, for an hour, then there is a review) while the run of the payment has not settled;
     * otherwise when Dodo or the ledger cannot be reached
     */
    async recordReversal(event: ReversalEvent): Promise<RecordedReversal> {
      const { paymentId } = event;
      const payment = await read(paymentId);
      const presentation = await ledger.presentationPaidBy(paymentId);
      const purchase = presentation ? undefined : (await ledger.purchasePaidBy(paymentId))?.purchase;
      if (!presentation && !purchase) {
        if (payment) {
          const unmatched = await attemptOf(payment);
          if (unmatched) await withoutOffer(event, payment, unmatched);
          else if (isGone(event, payment)) return withdrawnIfBegun(payment);
        } else await askAboutUnread(event);
        return {};
      }

      const at = now().toISOString();
      const paid: Paid = payment
        ? paidWith(payment)
        : {
            amount: presentation?.paidAmount ?? purchase?.amount ?? event.amount ?? 0,
            currency:
              presentation?.paidCurrency ??
              presentation?.price.currency ??
              purchase?.currency ??
              event.currency ??
              '',
          };
      const taken = payment ? takenIn(payment) : [];
      if (takesMoney(event.type) && !taken.some(({ id }) => id === event.id)) {
        const [own] = ownWord(event, paid);
        const alone =
          isExact(event, paid.currency) && own !== undefined && sum([...taken, own]) >= paid.amount;
        if (!alone && triesSoFar() < TRIES_FOR_READING) {
          throw ApplicationFailure.retryable('Dodo does not show this reversal yet.', 'reading_behind');
        }
        if (own) taken.push(own);
      }
      const ofThis = taken.find(({ id }) => id === event.id);
      const known =
        ofThis && ofThis.amount > 0 ? { ...event, amount: ofThis.amount, currency: paid.currency } : event;
      const { purchaseId } = presentation ?? purchase ?? { purchaseId: '' };
      const { amount, whole, endsAccess } = await ledger.recordReversal({
        id: event.id,
        purchaseId,
        ...(presentation && { presentationId: presentation.id }),
        payment: { ...(payment ? sightingOf(payment, at) : unseen(paymentId, at)), ...paid },
        entry: entryOf(known, presentation?.id),
        taken,
      });
      if (presentation) {
        const { id: presentationId } = presentation;
        const { currency } = paid;
        return endsAccess ? { reversed: { purchaseId, presentationId, amount, currency } } : {};
      }
      // Also while its first offer is being prepared, and between two offers. A run that has ended ignores it.
      return whole && purchase ? { withdraw: purchase.workflowId } : {};
    },
  };

  /** The run of a purchase that was paid a moment ago may be at work, and the ledger not know it yet. */
  function withdrawnIfBegun(payment: Payment): RecordedReversal {
    const { payment_id, created_at } = payment;
    const age = now().getTime() - Date.parse(created_at);
    if (age > ABOUT_TO_BE_KNOWN_MS) return {};
    return { withdraw: workflowId.purchase(registrationIn(metadataOf(payment), proofs) ?? payment_id) };
  }
}

/** Returns the refunds and lost disputes that a payment shows. */
function takenIn(payment: Payment): Taken[] {
  const { refunds, disputes, refund_status, total_amount, currency } = payment;
  const taken = [
    ...refunds
      .filter(({ status }) => status === 'succeeded')
      .map((refund): Taken => ({
        id: refund.refund_id,
        kind: 'refund',
        amount: amountOfRefund(refund, payment),
      })),
    ...disputes
      .filter(({ dispute_status }) => isLost(dispute_status))
      .map((dispute): Taken => {
        const amount = dispute.currency === currency ? minorUnits(dispute.amount) : undefined;
        return { id: dispute.dispute_id, kind: 'dispute', amount: amount ?? total_amount };
      }),
  ];
  const rest = total_amount - sumTaken(taken, 'refund');
  // The summary may be ahead of the list.
  if (refund_status === 'full' && rest > 0)
    taken.push({ id: `${payment.payment_id} in full`, kind: 'refund', amount: rest });
  return taken;
}

function paidWith({ total_amount: amount, currency }: Payment): Paid {
  return { amount, currency };
}

/**
 * Returns what an event says that it took. Where it names no amount in the payment's currency, that is everything, unless
 * it is only a part.
 */
function ownWord(event: ReversalEvent, paid: Paid): Taken[] {
  if (!takesMoney(event.type)) return [];
  const exact = isExact(event, paid.currency) ? event.amount : undefined;
  if (exact === undefined && event.partial) return [];
  return [{ id: event.id, kind: event.kind, amount: exact ?? paid.amount }];
}

function isExact({ amount, currency }: ReversalEvent, of: string): boolean {
  return amount !== undefined && currency === of;
}

/** Checks whether nothing of a payment is left, by its reading and the event together. */
function isGone(event: ReversalEvent, payment: Payment): boolean {
  return (
    takesMoney(event.type) &&
    sum([...ownWord(event, paidWith(payment)), ...takenIn(payment)]) >= payment.total_amount
  );
}

function sum(taken: readonly Taken[]): number {
  return sumTaken(taken, 'refund') + sumTaken(taken, 'dispute');
}

function sightingOf(payment: Charged, seenAt: string) {
  return {
    paymentId: payment.payment_id,
    status: payment.status ?? 'succeeded',
    customerId: payment.customer.customer_id,
    amount: payment.total_amount,
    currency: payment.currency,
    createdAt: payment.created_at,
    ...(payment.checkout_session_id && { sessionId: payment.checkout_session_id }),
    ...(payment.charge_type && { chargeType: payment.charge_type }),
    source: 'webhook' as const,
    seenAt,
  };
}

/** A payment that Dodo does not show, of which money went back all the same. */
function unseen(paymentId: string, seenAt: string) {
  return { paymentId, status: 'succeeded', source: 'webhook' as const, seenAt };
}

function triesSoFar(): number {
  return activityInfo().attempt;
}
