/**
 * Carries out retention offers: pauses a subscription, or moves the end of its trial. Both requests name a state and not
 * a step, so unlike a charge they may be repeated; what counts is what Dodo says of the subscription afterwards.
 */
import type DodoPayments from 'dodopayments';
import type { RetentionAction } from '../../src/domain/offers.js';
import { classify, ifFound, isKeyRejected } from '../../src/dodo/errors.js';
import { SUBSCRIPTION_GONE } from '../../src/dodo/plan-change.js';
import {
  RETENTION_UNPROVEN,
  reasonAgainstRetention,
  retentionRefusalMessage,
} from '../../src/dodo/retention.js';
import { runOfAttempt } from '../../src/domain/ids.js';
import { PAUSED } from '../../src/domain/timeline.js';
import type { ActivityContext } from '../context.js';
import { acceptedEntry } from './accepted-entry.js';

export interface RetentionInput {
  attemptId: string;
  presentationId: string;
  purchaseId: string;
  customerId: string;
  subscriptionId: string;
  /** The plan as it was shown. */
  productId: string;
  offer: { action: RetentionAction };
  price: { currency: string; dueNow: number; hash: string };
  /** For a longer trial: the first billing date that was accepted. */
  nextBillingAt?: string;
  acceptedAt: string;
  consents?: string[];
  /** The hash of what the customer was shown. */
  evidence?: string;
  /** Nothing is asked of Dodo later than this. Milliseconds since the epoch. */
  sendBefore: number;
  /** Why nothing may be asked of Dodo: another change of the subscription is under way. */
  refused?: string;
}

export type RetentionReply =
  /** `pausedAt` identifies a pause of ours: it is the time Dodo has for it. */
  { kind: 'done'; pausedAt?: string } | { kind: 'refused'; code: string };

export interface ResumeInput {
  subscriptionId: string;
  presentationId: string;
  /** The time of our pause. A pause of another time is not ours. */
  pausedAt: string;
}

export function retentionActivities(context: ActivityContext) {
  const { dodo, ledger, log, now } = context;

  return {
    /**
     * Pauses a subscription or extends its trial, as the customer accepted.
     *
     * Dodo: reads the subscription, updates it, and reads it again for proof. Charges nothing.
     * Ledger: records the attempt first, then `submitted` or `rejected` with a message.
     * Repeated: a subscription that is already as wanted counts as done, unless it was so before the first try.
     *
     * @throws when Dodo or the ledger cannot be reached, Dodo refuses our key, or the change does not show afterwards;
     * Temporal tries until it does
     */
    async saveSubscription(input: RetentionInput): Promise<RetentionReply> {
      const { attemptId, presentationId, subscriptionId, acceptedAt } = input;
      const first = await ledger.recordAttempt(
        {
          attemptId,
          presentationId,
          kind: input.offer.action.kind,
          workflowId: runOfAttempt(attemptId),
          status: 'recorded',
          amount: 0,
          currency: input.price.currency,
          createdAt: now().toISOString(),
        },
        { status: 'charging', decision: 'accepted', decidedAt: acceptedAt, message: null },
        [acceptedEntry(input)],
      );
      if (input.refused !== undefined) return refused(input, input.refused);
      const before = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
      // A state from before our first request is not our doing.
      if (before && !first && isDone(input, before)) return done(input, before);
      const against = before ? reasonAgainst(input, before) : SUBSCRIPTION_GONE;
      if (against !== undefined) return refused(input, against);
      if (now().getTime() > input.sendBefore) return refused(input, 'TOO_LATE');
      const failure = await update(subscriptionId, changeOf(input));
      if (failure) return refused(input, failure.code);
      const after = await dodo.subscriptions.retrieve(subscriptionId);
      if (!isDone(input, after)) {
        throw new Error(
          `Dodo accepted the change of ${subscriptionId}, but the subscription is still ${after.status}.`,
        );
      }
      return done(input, after);
    },

    /**
     * Ends a pause of ours when its time is over. A pause that was ended or made by somebody else is left alone.
     *
     * Dodo: reads the subscription and sets it active. Ledger: adds to the timeline what was done.
     * Repeated: finds the pause ended, and adds `pause_left_alone`.
     *
     * @throws when Dodo or the ledger cannot be reached, or Dodo refuses our key. A refusal of the request is logged as
     * an error, noted on the timeline, and reviewed.
     */
    async resumeSubscription(input: ResumeInput): Promise<void> {
      const { subscriptionId, presentationId, pausedAt } = input;
      const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
      let type = 'pause_left_alone';
      if (subscription?.status === 'paused' && sameMoment(subscription.paused_at, pausedAt)) {
        const failure = await update(subscriptionId, { status: 'active' });
        type = failure ? 'subscription_not_resumed' : 'subscription_resumed';
        if (failure) {
          log.error({ failure, ...input }, 'a subscription could not be resumed after its pause');
          await reviewPause(input, `Dodo refused to resume it: ${failure.code}.`);
        }
      }
      await ledger.updatePresentation(presentationId, {}, [
        { at: now().toISOString(), type, detail: { presentationId, subscriptionId } },
      ]);
    },

    /**
     * Stops asking Dodo for a retention offer: a person has to look whether the subscription has it.
     *
     * Dodo: nothing. Ledger: opens a review; the attempt needs one, and the presentation is `failed` with a message.
     * Repeated: writes the same again; an attempt that was done in the end stays so.
     *
     * @throws when the ledger cannot be reached
     */
    async giveUpRetention(input: RetentionInput): Promise<RetentionReply> {
      const { attemptId, presentationId, purchaseId, customerId, subscriptionId } = input;
      const known = await ledger.attempt(attemptId);
      if (known?.status === 'rejected')
        return { kind: 'refused', code: known.errorCode ?? RETENTION_UNPROVEN };
      const openedAt = now().toISOString();
      await ledger.openReview({
        kind: 'retention_unproven',
        subject: attemptId,
        purchaseId,
        presentationId,
        attemptId,
        customerId,
        subscriptionId,
        detail: `The customer accepted "${input.offer.action.kind}", and Dodo did not confirm it for days.`,
        openedAt,
      });
      log.error({ attemptId, subscriptionId }, 'a retention offer could not be proven');
      await ledger.updateAttempt(
        attemptId,
        { status: 'needs_review', errorCode: RETENTION_UNPROVEN },
        {
          id: presentationId,
          patch: { status: 'failed', message: retentionRefusalMessage(RETENTION_UNPROVEN) },
        },
        [{ at: openedAt, type: 'retention_given_up', detail: { presentationId, attemptId } }],
      );
      return { kind: 'refused', code: RETENTION_UNPROVEN };
    },

    /**
     * Stops asking Dodo to end a pause: a person has to.
     *
     * Dodo: nothing. Ledger: opens a review, and adds to the timeline. Repeated: writes the same again.
     *
     * @throws when the ledger cannot be reached
     */
    async giveUpResuming(input: ResumeInput): Promise<void> {
      const { subscriptionId, presentationId } = input;
      log.error({ ...input }, 'a subscription could not be resumed after its pause');
      await reviewPause(input, 'Dodo did not take the request for days.');
      await ledger.updatePresentation(presentationId, {}, [
        {
          at: now().toISOString(),
          type: 'subscription_not_resumed',
          detail: { presentationId, subscriptionId },
        },
      ]);
    },
  };

  async function reviewPause({ subscriptionId, presentationId, pausedAt }: ResumeInput, why: string) {
    const presentation = await ledger.presentation(presentationId);
    await ledger.openReview({
      kind: 'pause_not_ended',
      subject: `${subscriptionId} ${pausedAt}`,
      subscriptionId,
      presentationId,
      purchaseId: presentation?.purchaseId,
      customerId: presentation?.customerId,
      detail: `The pause is over, and the subscription was not resumed. ${why}`,
      openedAt: now().toISOString(),
    });
  }

  /** Updates a subscription. Returns the failure when Dodo refuses the request, and throws every other one. */
  async function update(subscriptionId: string, change: DodoPayments.SubscriptionUpdateParams) {
    try {
      await dodo.subscriptions.update(subscriptionId, change);
      return undefined;
    } catch (error) {
      const failure = classify(error);
      if (failure.kind !== 'rejected' || isKeyRejected(failure)) throw error;
      return failure;
    }
  }

  async function done(
    input: RetentionInput,
    subscription: DodoPayments.Subscription,
  ): Promise<RetentionReply> {
    const { attemptId, presentationId, subscriptionId, offer } = input;
    const paused = offer.action.kind === 'pause';
    const pausedAt = paused ? (subscription.paused_at ?? undefined) : undefined;
    const at = now().toISOString();
    const detail = { presentationId, subscriptionId };
    const forMs = offer.action.kind === 'pause' ? offer.action.forMs : undefined;
    // Whoever finds nobody to end the pause knows when it is over.
    const ends = pausedAt !== undefined &&
      forMs !== undefined && { pausedAt, until: new Date(Date.parse(pausedAt) + forMs).toISOString() };
    await ledger.updateAttempt(attemptId, { status: 'submitted' }, undefined, [
      paused
        ? { at, type: PAUSED, detail: { ...detail, ...ends } }
        : {
            at,
            type: 'trial_extended',
            detail: { ...detail, nextBillingAt: subscription.next_billing_date },
          },
    ]);
    return { kind: 'done', ...(pausedAt !== undefined && { pausedAt }) };
  }

  async function refused(input: RetentionInput, code: string): Promise<RetentionReply> {
    const { attemptId, presentationId } = input;
    await ledger.updateAttempt(
      attemptId,
      { status: 'rejected', errorCode: code },
      { id: presentationId, patch: { status: 'failed', message: retentionRefusalMessage(code) } },
      [{ at: now().toISOString(), type: 'attempt_rejected', detail: { presentationId, attemptId, code } }],
    );
    return { kind: 'refused', code };
  }
}

function isDone({ offer, nextBillingAt }: RetentionInput, subscription: DodoPayments.Subscription): boolean {
  return offer.action.kind === 'pause'
    ? subscription.status === 'paused'
    : sameMoment(subscription.next_billing_date, nextBillingAt);
}

/** Returns the code of why the subscription must not be changed now; undefined when it may be. */
function reasonAgainst(input: RetentionInput, subscription: DodoPayments.Subscription): string | undefined {
  const { offer, productId, nextBillingAt } = input;
  const against = reasonAgainstRetention(subscription, productId);
  if (against !== undefined || offer.action.kind === 'pause') return against;
  // The accepted date was computed from a different one.
  const shownFrom = Date.parse(nextBillingAt ?? '') - offer.action.byMs;
  return Date.parse(subscription.next_billing_date) === shownFrom ? undefined : 'SUBSCRIPTION_CHANGED';
}

function changeOf({ offer, nextBillingAt }: RetentionInput): DodoPayments.SubscriptionUpdateParams {
  return offer.action.kind === 'pause' ? { status: 'paused' } : { next_billing_date: nextBillingAt };
}

function sameMoment(one: string | null | undefined, other: string | null | undefined): boolean {
  return one != null && other != null && Date.parse(one) === Date.parse(other);
}
