/** Undoes something at Dodo, one look and at most one request at a time, until Dodo confirms it. */
import { classify, ifFound, type DodoFailure } from '../../src/dodo/errors.js';
import { refundedOf } from '../../src/dodo/payments.js';
import { hasEnded } from '../../src/dodo/subscriptions.js';
import {
  MAX_REFUNDS,
  MAX_REFUSALS,
  READINGS_LAG_MS,
  REVIEW_OF_COMPENSATION,
  UNREADABLE_AFTER_MS,
  compensationId,
  openingOf,
  type CompensationInput,
  type CompensationStep,
} from '../../src/domain/compensation.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { reviewId } from '../../src/ledger/index.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import type { ActivityContext } from '../context.js';

type Refund = Extract<CompensationInput, { kind: 'refund' }>;
type Ending = Extract<CompensationInput, { kind: 'end_subscription' }>;

/** What Dodo says of the thing that has to be undone. */
type Seen =
  | { kind: 'undone' }
  /** Under way at Dodo: only time helps. */
  | { kind: 'under_way' }
  /** `failed`: the requests that came to nothing, as Dodo shows them. */
  | { kind: 'to_do'; failed: number }
  /** Dodo does not answer, or does not show the object: nothing is certain. */
  | { kind: 'unreadable'; why: string }
  /** It cannot be undone by asking again. */
  | { kind: 'hopeless'; why: string };

export function compensationActivities(context: ActivityContext) {
  const { dodo, ledger, log, now } = context;

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

      const seen = await look(input);
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
          // Dodo may have taken the latest request, and its readings do not show it yet. Only refunds are not idempotent.
          const { askedAt, tries: asked } = known;
          const isRecent = askedAt !== undefined && time - Date.parse(askedAt) < READINGS_LAG_MS;
          if (input.kind === 'refund' && isRecent && seen.failed < asked) return { kind: 'pending' };
          const tries = await ledger.countCompensationTry(id, now().toISOString());
          const failure = await request(input);
          if (failure === undefined) return recheck(input);
          if (failure.kind !== 'unknown') await ledger.noteCompensationRefused(id);
          log.warn({ failure, compensation: id, tries }, 'a compensation was not accepted by Dodo');
          return failure.kind === 'rejected' && tries >= MAX_REFUSALS
            ? askPerson(input, `Dodo refused it ${tries} times: ${failure.code}`)
            : { kind: 'pending' };
        }
      }
    },

    /** Asks a person once nothing has confirmed a compensation for as long as it is followed. */
    async giveUpCompensation(input: CompensationInput): Promise<CompensationStep> {
      return askPerson(input, 'Dodo has not confirmed it within two weeks.');
    },
  };

  async function look(input: CompensationInput): Promise<Seen> {
    try {
      return input.kind === 'refund' ? await refundSeen(input) : await endSeen(input);
    } catch (error) {
      const failure = classify(error);
      log.warn({ failure, compensation: compensationId(input) }, 'a compensation could not be looked at');
      return { kind: 'unreadable', why: `Dodo cannot be read: ${failure.message}` };
    }
  }

  async function refundSeen({ paymentId }: Refund): Promise<Seen> {
    const payment = await ifFound(dodo.payments.retrieve(paymentId));
    if (!payment) return { kind: 'unreadable', why: 'Dodo does not know the payment.' };
    const { refunds } = payment;
    if (refundedOf(payment) >= payment.total_amount) return { kind: 'undone' };
    if (refunds.some(({ status }) => status === 'pending' || status === 'review'))
      return { kind: 'under_way' };
    const failed = refunds.filter(({ status }) => status === 'failed').length;
    return failed >= MAX_REFUNDS
      ? { kind: 'hopeless', why: `${failed} refunds of it have failed.` }
      : { kind: 'to_do', failed };
  }

  async function endSeen({ subscriptionId }: Ending): Promise<Seen> {
    const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
    if (!subscription) return { kind: 'unreadable', why: 'Dodo does not know the subscription.' };
    return hasEnded(subscription) ? { kind: 'undone' } : { kind: 'to_do', failed: 0 };
  }

  /** The one request. Answers why it may not have been accepted; undefined when Dodo took it. */
  async function request(input: CompensationInput): Promise<DodoFailure | undefined> {
    try {
      if (input.kind === 'refund') {
        await dodo.refunds.create({
          payment_id: input.paymentId,
          reason: 'This offer was paid twice.',
          metadata: { [ATTEMPT_METADATA_KEY]: input.attemptId },
        });
      } else await dodo.subscriptions.update(input.subscriptionId, { status: 'cancelled' });
      return undefined;
    } catch (error) {
      return classify(error);
    }
  }

  /** Most of what is asked for is done at once; whatever a reading says, it is read again later. */
  async function recheck(input: CompensationInput): Promise<CompensationStep> {
    const seen = await look(input);
    return seen.kind === 'undone' ? confirm(input) : { kind: 'pending' };
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
      ...(input.kind === 'refund'
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
    const type =
      input.kind === 'refund' ? 'second_payment_refund_failed' : 'replaced_subscription_not_cancelled';
    const detail: TimelineEntry['detail'] = {
      presentationId,
      ...(input.kind === 'refund'
        ? { paymentId: input.paymentId, amount: input.amount }
        : { subscriptionId: input.subscriptionId }),
    };
    await ledger.updatePresentation(presentationId, {}, [{ at, type, detail }]);
    return { kind: 'pending' };
  }
}
