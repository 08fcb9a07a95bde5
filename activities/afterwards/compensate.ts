/** Undoes something at Dodo, one look and at most one request at a time, until Dodo confirms it. */
import { classify, ifFound, type DodoFailure } from '../../src/dodo/errors.js';
import { DodoBusyError } from '../../src/dodo/budget.js';
import { isGivenBack, lostOf, refundEvent, refundedOf } from '../../src/dodo/payments.js';
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
import { ATTEMPT_METADATA_KEY, REFUND_TRY_METADATA_KEY } from '../../src/domain/ids.js';
import { isUndecided } from '../../src/domain/reversal.js';
import { reviewId } from '../../src/ledger/index.js';
import type { CompensationRecord } from '../../src/domain/accounting.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import type DodoPayments from 'dodopayments';
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
  /**
   * `failed`: the requests that came to nothing, as Dodo shows them; `isUnclear`: Dodo shows a refund that may be ours.
   * `due`: what still has to go back. Minor units.
   */
  | { kind: 'to_do'; failed: number; isUnclear?: boolean; due?: number }
  /** Dodo does not answer, or does not show the object: nothing is certain. */
  | { kind: 'unreadable'; why: string }
  /** It cannot be undone by asking again. */
  | { kind: 'hopeless'; why: string; due?: number };

/** Whose a refund is that Dodo shows. `unclear`: it bears nothing that tells. */
type Whose = { kind: 'ours'; tries?: number } | { kind: 'others' } | { kind: 'unclear' };

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
      const opened = await ledger.openCompensation(openingOf(input, now().toISOString()));
      if (opened.status === 'confirmed') return ended(input, opened);

      const { known, seen } = await look(input, opened);
      const time = now().getTime();
      switch (seen.kind) {
        case 'undone':
          return confirm(input);
        case 'under_way':
          return { kind: 'pending' };
        case 'hopeless':
          return askPerson(input, seen.why, seen.due);
        case 'unreadable':
          return time - Date.parse(known.openedAt) > UNREADABLE_AFTER_MS
            ? askPerson(input, seen.why)
            : { kind: 'pending' };
        case 'to_do': {
          if (mayBeTaken(input, known, seen, time)) return { kind: 'pending' };
          if (known.askedAt !== undefined && seen.isUnclear)
            return askPerson(input, 'Dodo shows a refund of which nothing tells whose it is.', seen.due);
          const parts = input.kind === 'refund_part' ? await partsOf(input) : undefined;
          if (parts === 'unreadable') return { kind: 'pending' };
          if (parts?.length === 0) return askPerson(input, 'Dodo shows nothing of it that can be refunded.');
          const tries = await ledger.countCompensationTry(id, now().toISOString(), known.tries);
          // This work was taken for dead, and somebody else has gone on with it.
          if (tries === undefined) return { kind: 'pending' };
          const failure = await request(input, tries, parts);
          if (failure === undefined) {
            const after = await recheck(input);
            if (after.kind === 'ended') return after;
          } else {
            log.warn({ failure, compensation: id, tries }, 'a compensation was not accepted by Dodo');
            if (failure.kind === 'not_sent')
              await ledger.noteCompensationReply(id, tries, { kind: 'not_sent' });
          }
          if (failure?.kind === 'rejected') {
            await ledger.noteCompensationReply(id, tries, { kind: 'refused' });
            const refusals = known.refusals + 1;
            if (refusals >= MAX_REFUSALS)
              return askPerson(input, `Dodo refused it ${refusals} times: ${failure.code}`, seen.due);
          }
          return tries >= MAX_REFUSALS && time - Date.parse(known.openedAt) > UNREADABLE_AFTER_MS
            ? askPerson(
                input,
                `It was asked for ${tries} times: ${failure?.message ?? 'Dodo shows no effect.'}`,
                seen.due,
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

  /** `known`: with what Dodo shows of a request of which it was unknown what came of it. */
  async function look(
    input: CompensationInput,
    known: CompensationRecord,
  ): Promise<{ known: CompensationRecord; seen: Seen }> {
    try {
      return input.kind === 'end_subscription'
        ? { known, seen: await endSeen(input) }
        : await refundSeen(input, known);
    } catch (error) {
      // It has not been its turn, which says nothing of Dodo.
      if (error instanceof DodoBusyError) throw error;
      const failure = classify(error);
      log.warn({ failure, compensation: compensationId(input) }, 'a compensation could not be looked at');
      return { known, seen: { kind: 'unreadable', why: `Dodo cannot be read: ${failure.message}` } };
    }
  }

  async function refundSeen(
    input: Refund,
    before: CompensationRecord,
  ): Promise<{ known: CompensationRecord; seen: Seen }> {
    const shown = await ifFound(dodo.payments.retrieve(input.paymentId));
    if (!shown)
      return { known: before, seen: { kind: 'unreadable', why: 'Dodo does not know the payment.' } };
    const { known, isUnclear } = await recognized(input, before, shown);
    const payment = await withOwnRefunds(shown, known);
    // What a signed event has told of counts as well: the payment may not show it for long, or ever.
    const told = await toldBack(input.paymentId);
    const seen = refundState(input, known, payment, told);
    return { known, seen: { ...seen, ...(isUnclear && { isUnclear }) } };
  }

  /** Returns how much signed events, and readings before this one, have shown to be refunded. Minor units. */
  async function toldBack(paymentId: string): Promise<number> {
    return (await ledger.payment(paymentId))?.refundedAmount ?? 0;
  }

  /** Adds the refunds that are certainly our own, where the payment does not show them, or how they ended. */
  async function withOwnRefunds(
    payment: DodoPayments.Payment,
    known: CompensationRecord | undefined,
  ): Promise<DodoPayments.Payment> {
    const ended = payment.refunds.filter(hasRefundEnded);
    const unclear = (known?.refundIds ?? []).filter((id) => !ended.some(({ refund_id }) => refund_id === id));
    const read = await Promise.all(unclear.map((id) => ifFound(dodo.refunds.retrieve(id))));
    const found = read.filter((refund) => refund !== undefined);
    const others = payment.refunds.filter(
      (one) => !found.some(({ refund_id }) => refund_id === one.refund_id),
    );
    return { ...payment, refunds: [...others, ...found] };
  }

  function refundState(
    input: Refund,
    known: CompensationRecord,
    payment: DodoPayments.Payment,
    told: number,
  ): Seen {
    const { refunds, disputes, total_amount } = payment;
    // Of a part, the merchant is told how much went back by it: that takes its own refund to be known.
    if (total_amount - told <= keptOf(input))
      return input.kind === 'refund_part' && isOwnUnclear(known, payment, now().getTime())
        ? { kind: 'under_way' }
        : { kind: 'undone' };
    const due = dueOf(input, payment, told);
    const back = refundedOf(payment);
    if (input.kind === 'refund' ? back >= total_amount : due <= 0) return { kind: 'undone' };
    // Whether a dispute takes the money back shows when it ends.
    if (input.kind === 'refund_part' && disputes.some(({ dispute_status }) => isUndecided(dispute_status)))
      return { kind: 'hopeless', why: 'The payment is disputed.', due };
    if (refunds.some(({ status }) => status === 'pending' || status === 'review'))
      return { kind: 'under_way' };
    // Dodo has taken it, and this reading is from before.
    if (known.refundIds.some((id) => !refunds.some(({ refund_id }) => refund_id === id)))
      return { kind: 'under_way' };
    const failed = refunds.filter(({ status }) => status === 'failed').length;
    return failed >= MAX_REFUNDS
      ? { kind: 'hopeless', why: `${failed} refunds of it have failed.`, due }
      : { kind: 'to_do', failed, due };
  }

  /**
   * Looks for the refund that a request has made whose answer was lost: somebody may have refunded by hand meanwhile,
   * and that one does not tell of ours.
   */
  async function recognized(input: Refund, known: CompensationRecord, { refunds }: DodoPayments.Payment) {
    const { askedAt, tries } = known;
    if (tries === 0) return { known, isUnclear: false };
    const since = askedAt === undefined ? Infinity : Date.parse(askedAt) - CLOCK_SKEW_MS;
    const id = compensationId(input);
    let isUnclear = false;
    for (const { refund_id: refundId, created_at } of refunds) {
      if (known.refundIds.includes(refundId)) continue;
      const whose = await whoseIs(input, refundId);
      const isRecent = Date.parse(created_at) >= since;
      if (whose.kind === 'unclear') isUnclear ||= isRecent;
      if (whose.kind !== 'ours') continue;
      const isLatest = whose.tries === undefined ? isRecent : whose.tries === tries;
      await ledger.noteCompensationReply(id, isLatest ? tries : 0, { kind: 'taken', refundId });
    }
    return { known: (await ledger.compensation(id)) ?? known, isUnclear };
  }

  /** The list of a payment's refunds does not have their metadata. */
  async function whoseIs({ attemptId }: Refund, refundId: string): Promise<Whose> {
    const { metadata, reason } = await dodo.refunds.retrieve(refundId);
    const of = (metadata as DodoPayments.Metadata | null | undefined) ?? {};
    if (of[ATTEMPT_METADATA_KEY] === attemptId) {
      const tries = Number(of[REFUND_TRY_METADATA_KEY]);
      return { kind: 'ours', ...(Number.isSafeInteger(tries) && { tries }) };
    }
    // One of ours has a reason and metadata, which Dodo keeps.
    return Object.keys(of).length > 0 || reason ? { kind: 'others' } : { kind: 'unclear' };
  }

  async function endSeen({ subscriptionId }: Ending): Promise<Seen> {
    const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
    if (!subscription) return { kind: 'unreadable', why: 'Dodo does not know the subscription.' };
    return hasEnded(subscription) ? { kind: 'undone' } : { kind: 'to_do', failed: 0 };
  }

  /** The one request. Answers why it may not have been accepted; undefined when Dodo took it. */
  async function request(
    input: CompensationInput,
    tries: number,
    parts?: Part[],
  ): Promise<DodoFailure | undefined> {
    const id = compensationId(input);
    let refundId: string | undefined;
    try {
      if (input.kind === 'end_subscription') {
        await dodo.subscriptions.update(input.subscriptionId, { status: 'cancelled' });
      } else {
        const { paymentId: payment_id, attemptId } = input;
        const metadata = { [ATTEMPT_METADATA_KEY]: attemptId, [REFUND_TRY_METADATA_KEY]: String(tries) };
        const refund = await dodo.refunds.create(
          input.kind === 'refund'
            ? { payment_id, reason: 'This offer was paid twice.', metadata }
            : { payment_id, items: parts ?? [], reason: 'The price of this offer was wrong.', metadata },
        );
        refundId = (refund as Partial<DodoPayments.Refund> | null)?.refund_id;
      }
    } catch (error) {
      return classify(error);
    }
    // Without an id, the refund is still to be found.
    if (input.kind === 'end_subscription' || refundId !== undefined)
      await ledger.noteCompensationReply(id, tries, {
        kind: 'taken',
        ...(refundId !== undefined && { refundId }),
      });
    return undefined;
  }

  /**
   * Spreads what still has to go back over the lines of a payment. A payment is read again for it: what was refunded
   * meanwhile, by whomever, counts.
   */
  async function partsOf(input: PartialRefund): Promise<Part[] | 'unreadable'> {
    const { paymentId } = input;
    try {
      const known = await ledger.compensation(compensationId(input));
      const payment = await withOwnRefunds(await dodo.payments.retrieve(paymentId), known);
      const { items } = await dodo.payments.retrieveLineItems(paymentId);
      let rest = dueOf(input, payment, await toldBack(paymentId));
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

  /** Most of what is asked for is done at once; whatever a reading says, it is read again later. */
  async function recheck(input: CompensationInput): Promise<CompensationStep> {
    const known = await ledger.compensation(compensationId(input));
    if (!known) return { kind: 'pending' };
    const { seen } = await look(input, known);
    return seen.kind === 'undone' ? confirm(input) : { kind: 'pending' };
  }

  async function confirm(input: CompensationInput): Promise<CompensationStep> {
    const id = compensationId(input);
    const at = now().toISOString();
    const { presentationId } = input;
    let refundedAmount: number | undefined;
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
      const { paymentId, attemptId, currency } = input;
      const known = await ledger.compensation(id);
      const payment = await withOwnRefunds(await dodo.payments.retrieve(paymentId), known);
      // Books it, in case its webhook is lost.
      for (const refund of payment.refunds)
        if (refund.status === 'succeeded') await runs.tellReversal(refundEvent(paymentId, refund));
      refundedAmount = ownRefunds(payment, known).amount;
      const about = { presentationId, paymentId, amount: refundedAmount, currency };
      if (refundedAmount > 0)
        await ledger.updatePresentation(presentationId, {}, [
          { at, type: 'price_difference_refunded', detail: about },
        ]);
      log.warn(
        { ...about, attemptId, purchaseId: input.purchaseId },
        refundedAmount > 0
          ? 'the difference to the right price was refunded'
          : 'the difference to the right price had gone back otherwise',
      );
    } else {
      const { subscriptionId } = input;
      await ledger.updatePresentation(presentationId, {}, [
        { at, type: 'replaced_subscription_cancelled', detail: { presentationId, subscriptionId } },
      ]);
    }
    // Last, because a confirmed compensation is not looked at again.
    await ledger.endCompensation(id, 'confirmed', at, refundedAmount);
    return ended(input, await ledger.compensation(id));
  }

  /** Says what the merchant is told of. Of a payment that is gone entirely, its reversal tells. */
  async function ended(
    input: CompensationInput,
    known: CompensationRecord | undefined,
  ): Promise<CompensationStep> {
    const confirmed = { kind: 'ended', status: 'confirmed' } as const;
    if (input.kind !== 'refund_part' || (known?.refundedAmount ?? 0) === 0) return confirmed;
    const payment = await withOwnRefunds(await dodo.payments.retrieve(input.paymentId), known);
    const { id, amount } = ownRefunds(payment, known);
    return isGivenBack(payment) || id === undefined
      ? confirmed
      : { ...confirmed, refund: { id, amount, currency: input.currency } };
  }

  /** Opens the review, once. A compensation in review is still looked at: Dodo may confirm it after all. */
  async function askPerson(input: CompensationInput, why: string, due?: number): Promise<CompensationStep> {
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
            amount: due ?? input.amount,
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
        : { paymentId: input.paymentId, amount: due ?? input.amount }),
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
 * Returns what still has to go back. Minor units.
 *
 * @param told what is known to be refunded, whatever this reading shows
 */
function dueOf(input: Refund, payment: DodoPayments.Payment, told: number): number {
  return payment.total_amount - Math.max(refundedOf(payment), told) - lostOf(payment) - keptOf(input);
}

/** Returns what does not go back. Minor units. */
function keptOf(input: Refund): number {
  return input.kind === 'refund_part' ? input.keep : 0;
}

/** Checks whether it is known how a refund ended. */
function hasRefundEnded({ status }: { status: string }): boolean {
  return status === 'succeeded' || status === 'failed';
}

/** Checks whether a refund of a compensation's own is still to be seen, or how it ended. */
function isOwnUnclear(
  { askedAt, refundIds }: CompensationRecord,
  { refunds }: DodoPayments.Payment,
  time: number,
): boolean {
  const isOpen = (id: string) => !refunds.some((one) => one.refund_id === id && hasRefundEnded(one));
  const isLost = askedAt !== undefined && time - Date.parse(askedAt) < UNKNOWN_REFUND_MS;
  return isLost || refundIds.some(isOpen);
}

/** Returns what the refunds of a compensation itself have given back, and the latest of them. */
function ownRefunds({ refunds }: DodoPayments.Payment, known: CompensationRecord | undefined) {
  const own = refunds.filter(
    ({ refund_id, status }) => status === 'succeeded' && known?.refundIds.includes(refund_id),
  );
  return {
    id: own.at(-1)?.refund_id,
    amount: own.reduce((sum, { amount }) => sum + (amount ?? 0), 0),
  };
}

/**
 * Checks whether Dodo may have taken the latest request although its readings do not show it. Only refunds are not
 * idempotent; and a second refund of a part would go through, so that one is given as long as an unknown charge.
 */
function mayBeTaken(
  input: CompensationInput,
  { askedAt, tries }: Pick<CompensationRecord, 'askedAt' | 'tries'>,
  seen: { failed: number },
  time: number,
): boolean {
  if (input.kind === 'end_subscription' || askedAt === undefined) return false;
  const age = time - Date.parse(askedAt);
  return input.kind === 'refund' ? age < READINGS_LAG_MS && seen.failed < tries : age < UNKNOWN_REFUND_MS;
}
