/** Undoes something at Dodo, one look and at most one request at a time, until Dodo confirms it. */
import type DodoPayments from 'dodopayments';
import { classify, ifFound, type DodoFailure } from '../../src/dodo/errors.js';
import { DodoBusyError } from '../../src/dodo/budget.js';
import { refundEvent, refundedOf } from '../../src/dodo/payments.js';
import { hasEnded } from '../../src/dodo/subscriptions.js';
import {
  MAX_REFUNDS,
  MAX_REFUSALS,
  CLOCK_SKEW_MS,
  READINGS_LAG_MS,
  UNKNOWN_REFUND_MS,
  REVIEW_OF_COMPENSATION,
  UNREADABLE_AFTER_MS,
  compensationId,
  openingOf,
  type CompensationInput,
  type CompensationStep,
} from '../../src/domain/compensation.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { reviewId } from '../../src/ledger/index.js';
import type { CompensationRecord } from '../../src/domain/accounting.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import type { ActivityContext } from '../context.js';

type Refund = Extract<CompensationInput, { kind: 'refund' | 'refund_part' }>;
type Ending = Extract<CompensationInput, { kind: 'end_subscription' }>;

type PartialRefund = Extract<CompensationInput, { kind: 'refund_part' }>;
/** What goes back of one line of a payment. */
interface Part {
  item_id: string;
  amount: number;
  tax_inclusive: boolean;
}

/** What Dodo says of the thing that has to be undone. */
type Seen =
  | { kind: 'undone' }
  /** Under way at Dodo: only time helps. */
  | { kind: 'under_way' }
  /** `failed`: the requests that came to nothing, as Dodo shows them; `latestAt`: when the latest one was made. */
  | { kind: 'to_do'; failed: number; latestAt?: string }
  /** Dodo does not answer, or does not show the object: nothing is certain. */
  | { kind: 'unreadable'; why: string }
  /** It cannot be undone by asking again. */
  | { kind: 'hopeless'; why: string };

export function compensationActivities(context: ActivityContext) {
  const { dodo, ledger, log, now, runs } = context;

  return {
    /**
     * Looks at Dodo whether a compensation is done, and asks for it where it was not asked for yet. It may be repeated:
     * Dodo is read before every request, and a refund that has not failed stands.
     *
     * A reading that fails decides nothing: the run looks again, and a person is asked after an hour of it.
     *
     * @throws when the ledger cannot be reached; Temporal tries again
     */
    async compensate(input: CompensationInput): Promise<CompensationStep> {
      const id = compensationId(input);
      const known = await ledger.openCompensation(openingOf(input, now().toISOString()));
      if (known.status === 'confirmed') return { kind: 'ended', status: 'confirmed' };

      const seen = await look(input, known);
      const time = now().getTime();
      switch (seen.kind) {
        case 'undone':
          return confirm(input);
        case 'under_way':
          return { kind: 'pending' };
        case 'hopeless':
          return askPerson(input, seen.why);
        case 'unreadable':
          return time - Date.parse(known.openedAt) > UNREADABLE_AFTER_MS
            ? askPerson(input, seen.why)
            : { kind: 'pending' };
        case 'to_do': {
          if (mayBeTaken(input, known, seen, time)) return { kind: 'pending' };
          const parts = input.kind === 'refund_part' ? await partsOf(input) : undefined;
          if (parts === 'unreadable') return { kind: 'pending' };
          if (parts?.length === 0) return askPerson(input, 'Dodo shows nothing of it that can be refunded.');
          const tries = await ledger.countCompensationTry(id, now().toISOString(), known.tries);
          // This work was taken for dead, and somebody else has gone on with it.
          if (tries === undefined) return { kind: 'pending' };
          const { failure, refundId } = await request(input, parts);
          if (failure === undefined) {
            // Most of what is asked for is done at once; whatever a reading says, it is read again later.
            if (refundId !== undefined) await ledger.noteCompensationTaken(id, refundId);
            const after = await look(input, { ...known, ...(refundId !== undefined && { refundId }) });
            if (after.kind === 'undone') return confirm(input);
          } else {
            if (failure.kind !== 'unknown') await ledger.noteCompensationRefused(id);
            log.warn({ failure, compensation: id, tries }, 'a compensation was not accepted by Dodo');
          }
          if (tries < MAX_REFUSALS) return { kind: 'pending' };
          if (failure?.kind === 'rejected')
            return askPerson(input, `Dodo refused it ${tries} times: ${failure.code}`);
          return time - Date.parse(known.openedAt) > UNREADABLE_AFTER_MS
            ? askPerson(
                input,
                `It was asked for ${tries} times: ${failure?.message ?? 'Dodo shows no effect.'}`,
              )
            : { kind: 'pending' };
        }
      }
    },

    /** Asks a person once nothing has confirmed a compensation for as long as it is followed. */
    async giveUpCompensation(input: CompensationInput): Promise<CompensationStep> {
      return askPerson(input, 'Dodo has not confirmed it within two weeks.');
    },
  };

  async function look(input: CompensationInput, known: CompensationRecord): Promise<Seen> {
    try {
      return input.kind === 'end_subscription' ? await endSeen(input) : await refundSeen(input, known);
    } catch (error) {
      // It has not been its turn, which says nothing of Dodo.
      if (error instanceof DodoBusyError) throw error;
      const failure = classify(error);
      log.warn({ failure, compensation: compensationId(input) }, 'a compensation could not be looked at');
      return { kind: 'unreadable', why: `Dodo cannot be read: ${failure.message}` };
    }
  }

  async function refundSeen(input: Refund, known: CompensationRecord): Promise<Seen> {
    const payment = await ifFound(dodo.payments.retrieve(input.paymentId));
    if (!payment) return { kind: 'unreadable', why: 'Dodo does not know the payment.' };
    const { disputes, total_amount } = payment;
    const keep = input.kind === 'refund_part' ? input.keep : 0;
    if (total_amount - refundedOf(payment) <= keep) return { kind: 'undone' };
    // What a signed event has told of counts as well: the payment may not show it for long, or ever.
    const told = (await ledger.payment(input.paymentId))?.refundedAmount ?? 0;
    if (total_amount - told <= keep) return { kind: 'undone' };
    const latest = await latestRefund(payment, known);
    if (latest === 'not_shown') return { kind: 'under_way' };
    const refunds = [...payment.refunds.filter(({ refund_id }) => refund_id !== latest?.refund_id)];
    if (latest) refunds.push(latest);
    if (total_amount - refundedOf({ ...payment, refunds }) <= keep) return { kind: 'undone' };
    // Whether a dispute takes the money back shows when it ends.
    if (input.kind === 'refund_part' && disputes.length > 0)
      return { kind: 'hopeless', why: 'The payment is disputed.' };
    if (refunds.some(({ status }) => status === 'pending' || status === 'review'))
      return { kind: 'under_way' };
    const failed = refunds.filter(({ status }) => status === 'failed').length;
    const latestAt = refunds
      .map(({ created_at }) => utcOf(created_at))
      .sort()
      .at(-1);
    return failed >= MAX_REFUNDS
      ? { kind: 'hopeless', why: `${failed} refunds of it have failed.` }
      : { kind: 'to_do', failed, ...(latestAt !== undefined && { latestAt }) };
  }

  /**
   * Reads the refund that Dodo made of the latest request, where the payment does not show how it ended. `not_shown`: Dodo
   * took the request a while ago at most, and shows nothing of it.
   */
  async function latestRefund(
    { refunds }: DodoPayments.Payment,
    { refundId, askedAt }: CompensationRecord,
  ): Promise<DodoPayments.RefundListItem | 'not_shown' | undefined> {
    if (refundId === undefined) return undefined;
    const shown = refunds.find(({ refund_id }) => refund_id === refundId);
    if (shown?.status === 'succeeded' || shown?.status === 'failed') return shown;
    const refund = (await ifFound(dodo.refunds.retrieve(refundId))) ?? shown;
    if (refund) return refund;
    const age = now().getTime() - Date.parse(askedAt ?? '');
    return age < UNKNOWN_REFUND_MS ? 'not_shown' : undefined;
  }

  async function endSeen({ subscriptionId }: Ending): Promise<Seen> {
    const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
    if (!subscription) return { kind: 'unreadable', why: 'Dodo does not know the subscription.' };
    return hasEnded(subscription) ? { kind: 'undone' } : { kind: 'to_do', failed: 0 };
  }

  /** The one request. `failure` says why it may not have been accepted. */
  async function request(
    input: CompensationInput,
    parts?: Part[],
  ): Promise<{ failure?: DodoFailure; refundId?: string }> {
    try {
      if (input.kind === 'end_subscription') {
        await dodo.subscriptions.update(input.subscriptionId, { status: 'cancelled' });
        return {};
      }
      const isPart = input.kind === 'refund_part';
      const refund: unknown = await dodo.refunds.create({
        payment_id: input.paymentId,
        ...(isPart && { items: parts ?? [] }),
        reason: isPart ? 'The price of this offer was wrong.' : 'This offer was paid twice.',
        metadata: { [ATTEMPT_METADATA_KEY]: input.attemptId },
      });
      const { refund_id } = (refund ?? {}) as Partial<DodoPayments.Refund>;
      return typeof refund_id === 'string' ? { refundId: refund_id } : {};
    } catch (error) {
      return { failure: classify(error) };
    }
  }

  /**
   * Spreads what still has to go back over the lines of a payment. A payment is read again for it: what was refunded
   * meanwhile, by whomever, counts.
   */
  async function partsOf({ paymentId, keep }: PartialRefund): Promise<Part[] | 'unreadable'> {
    try {
      const payment = await dodo.payments.retrieve(paymentId);
      const { items } = await dodo.payments.retrieveLineItems(paymentId);
      let rest = payment.total_amount - refundedOf(payment) - keep;
      return items.flatMap(({ items_id: item_id, refundable_amount }) => {
        const amount = Math.min(rest, refundable_amount);
        if (amount <= 0) return [];
        rest -= amount;
        return [{ item_id, amount, tax_inclusive: true }];
      });
    } catch (error) {
      log.warn({ failure: classify(error), paymentId }, 'the lines of a payment could not be read');
      return 'unreadable';
    }
  }

  async function confirm(input: CompensationInput): Promise<CompensationStep> {
    const id = compensationId(input);
    const at = now().toISOString();
    const { presentationId } = input;
    await ledger.resolveReview(
      reviewId(REVIEW_OF_COMPENSATION[input.kind], id),
      { paid: false, reason: 'Dodo confirmed it.', by: 'proof' },
      at,
    );
    if (input.kind === 'refund') {
      const { attemptId, paymentId, amount, currency } = input;
      await ledger.recordPayment({
        paymentId,
        attemptId,
        presentationId,
        status: 'succeeded',
        refundedAmount: amount,
        source: 'look_up',
        seenAt: at,
      });
      await ledger.recordVerdict(paymentId, 'goes_back', { presentationId });
      // The attempt may have been paid by another payment, which counts.
      const attempt = await ledger.attempt(attemptId);
      const change = attempt?.paymentId === paymentId ? { status: 'refunded' as const } : {};
      await ledger.updateAttempt(attemptId, change, undefined, [
        {
          at,
          type: 'second_payment_refunded',
          detail: { presentationId, paymentId, amount, currency },
        },
      ]);
      log.warn({ paymentId, attemptId, presentationId, amount, currency }, 'a second payment was refunded');
    } else if (input.kind === 'refund_part') {
      const { paymentId, attemptId, amount, currency } = input;
      // Books it, in case its webhook is lost.
      const payment = await dodo.payments.retrieve(paymentId);
      for (const refund of payment.refunds)
        if (refund.status === 'succeeded') await runs.tellReversal(refundEvent(paymentId, refund));
      await ledger.updatePresentation(presentationId, {}, [
        { at, type: 'price_difference_refunded', detail: { presentationId, paymentId, amount, currency } },
      ]);
      log.warn(
        { paymentId, attemptId, presentationId, purchaseId: input.purchaseId, amount, currency },
        'the difference to the right price was refunded',
      );
    } else {
      const { subscriptionId } = input;
      await ledger.updatePresentation(presentationId, {}, [
        { at, type: 'replaced_subscription_cancelled', detail: { presentationId, subscriptionId } },
      ]);
    }
    // Last, because a confirmed compensation is not looked at again.
    await ledger.endCompensation(id, 'confirmed', at);
    return { kind: 'ended', status: 'confirmed' };
  }

  /** Opens the review, once. A compensation in review is still looked at: Dodo may confirm it after all. */
  async function askPerson(input: CompensationInput, why: string): Promise<CompensationStep> {
    const id = compensationId(input);
    const at = now().toISOString();
    const { presentationId, purchaseId, customerId } = input;
    const review = await ledger.openReview({
      kind: REVIEW_OF_COMPENSATION[input.kind],
      subject: id,
      presentationId,
      purchaseId,
      ...(customerId !== undefined && { customerId }),
      ...(input.kind !== 'end_subscription'
        ? {
            attemptId: input.attemptId,
            paymentId: input.paymentId,
            amount: input.amount,
            currency: input.currency,
          }
        : { subscriptionId: input.subscriptionId }),
      detail: why,
      openedAt: at,
    });
    await ledger.endCompensation(id, 'review', at);
    if (review.status === 'resolved') return { kind: 'ended', status: 'review' };
    log.error(
      { compensation: id, presentationId, review: review.reviewId, why },
      'a compensation needs a person',
    );
    const detail: TimelineEntry['detail'] = {
      presentationId,
      ...(input.kind === 'end_subscription'
        ? { subscriptionId: input.subscriptionId }
        : { paymentId: input.paymentId, amount: input.amount }),
    };
    const type = UNDONE_IN_VAIN[input.kind];
    await ledger.updatePresentation(presentationId, {}, [{ at, type, detail }]);
    return { kind: 'pending' };
  }
}

/** What the timeline says when a person has to be asked. */
const UNDONE_IN_VAIN: Record<CompensationInput['kind'], string> = {
  refund: 'second_payment_refund_failed',
  refund_part: 'price_difference_not_refunded',
  end_subscription: 'replaced_subscription_not_cancelled',
};

/**
 * Checks whether Dodo may have taken the latest request although its readings do not show it. Only refunds are not
 * idempotent; and a second refund of a part would go through, so that one is given as long as an unknown charge.
 */
function mayBeTaken(
  input: CompensationInput,
  { askedAt, tries }: Pick<CompensationRecord, 'askedAt' | 'tries'>,
  seen: { failed: number; latestAt?: string },
  time: number,
): boolean {
  if (input.kind === 'end_subscription' || askedAt === undefined) return false;
  const age = time - Date.parse(askedAt);
  if (input.kind === 'refund') return age < READINGS_LAG_MS && seen.failed < tries;
  const isShown =
    seen.latestAt !== undefined && Date.parse(seen.latestAt) >= Date.parse(askedAt) - CLOCK_SKEW_MS;
  return !isShown && age < UNKNOWN_REFUND_MS;
}

const utcOf = (time: string) => new Date(time).toISOString();
