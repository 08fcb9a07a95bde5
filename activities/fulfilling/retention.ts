/**
 * Carrying out a save offer: pausing a subscription, or moving the end of its trial. Both name a state and not a step, so
 * unlike a charge they may be asked for again; what counts is what Dodo says of the subscription afterwards.
 */
import type DodoPayments from 'dodopayments';
import type { RetentionAction } from '../../src/domain/offers.js';
import { classify, ifFound, isKeyRejected } from '../../src/dodo/errors.js';
import { SUBSCRIPTION_GONE } from '../../src/dodo/plan-change.js';
import { reasonAgainstRetention, retentionRefusalMessage } from '../../src/dodo/retention.js';
import { runOfAttempt } from '../../src/domain/ids.js';
import type { ActivityContext } from '../context.js';

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
  /** The first billing date that was accepted, for a longer trial. */
  nextBillingAt?: string;
  acceptedAt: string;
  consents?: string[];
  /** Nothing is asked of Dodo later than this. Milliseconds since the epoch. */
  sendBefore: number;
  /** Why nothing may be asked of Dodo: another change of the subscription is under way. */
  refused?: string;
}

export type RetentionReply =
  /** `pausedAt` as Dodo has it, for a pause: by that it is known again. */
  { kind: 'done'; pausedAt?: string } | { kind: 'refused'; code: string };

export interface ResumeInput {
  subscriptionId: string;
  presentationId: string;
  /** Of our pause. Another one is somebody else's. */
  pausedAt: string;
}

export function retentionActivities(context: ActivityContext) {
  const { dodo, ledger, log, now } = context;

  return {
    /** Throws while Dodo cannot be reached, or does not say what came of it: to be tried until it does. */
    async saveSubscription(input: RetentionInput): Promise<RetentionReply> {
      const { attemptId, presentationId, subscriptionId, acceptedAt } = input;
      const consents = input.consents?.join(', ');
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
        [{ at: acceptedAt, type: 'accepted', detail: { presentationId, ...(consents && { consents }) } }],
      );
      if (input.refused !== undefined) return refused(input, input.refused);
      const before = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
      // What is so before anything was asked for is not our doing.
      if (before && !first && isDone(input, before)) return done(input, before);
      const against = before ? reasonNow(input, before) : SUBSCRIPTION_GONE;
      if (against !== undefined) return refused(input, against);
      if (now().getTime() > input.sendBefore) return refused(input, 'TOO_LATE');
      try {
        await dodo.subscriptions.update(subscriptionId, changeOf(input));
      } catch (error) {
        const failure = classify(error);
        if (failure.kind !== 'rejected' || isKeyRejected(failure)) throw error;
        return refused(input, failure.code);
      }
      const after = await dodo.subscriptions.retrieve(subscriptionId);
      if (!isDone(input, after)) {
        throw new Error(`Dodo took the change of ${subscriptionId}, and it is ${after.status} as before.`);
      }
      return done(input, after);
    },

    /** Ends a pause of ours when its time is over. One that was ended or made by somebody else is left alone. */
    async resumeSubscription(input: ResumeInput): Promise<void> {
      const { subscriptionId, presentationId, pausedAt } = input;
      const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
      let type = 'pause_left_alone';
      if (subscription?.status === 'paused' && sameMoment(subscription.paused_at, pausedAt)) {
        try {
          await dodo.subscriptions.update(subscriptionId, { status: 'active' });
          type = 'subscription_resumed';
        } catch (error) {
          const failure = classify(error);
          if (failure.kind !== 'rejected' || isKeyRejected(failure)) throw error;
          log.error({ failure, ...input }, 'a subscription could not be resumed after its pause');
          type = 'subscription_not_resumed';
        }
      }
      await ledger.updatePresentation(presentationId, {}, [
        { at: now().toISOString(), type, detail: { presentationId, subscriptionId } },
      ]);
    },
  };

  async function done(
    input: RetentionInput,
    subscription: DodoPayments.Subscription,
  ): Promise<RetentionReply> {
    const { attemptId, presentationId, subscriptionId, offer } = input;
    const pausedAt = offer.action.kind === 'pause' ? (subscription.paused_at ?? undefined) : undefined;
    const detail = { presentationId, subscriptionId };
    await ledger.updateAttempt(attemptId, { status: 'submitted' }, undefined, [
      offer.action.kind === 'pause'
        ? { at: now().toISOString(), type: 'subscription_paused', detail }
        : {
            at: now().toISOString(),
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

function reasonNow(input: RetentionInput, subscription: DodoPayments.Subscription): string | undefined {
  const { offer, productId, nextBillingAt } = input;
  const against = reasonAgainstRetention(subscription, productId);
  if (against !== undefined || offer.action.kind === 'pause') return against;
  // The customer agreed to a date that was reckoned from another one.
  const shownFrom = Date.parse(nextBillingAt ?? '') - offer.action.byMs;
  return Date.parse(subscription.next_billing_date) === shownFrom ? undefined : 'SUBSCRIPTION_CHANGED';
}

function changeOf({ offer, nextBillingAt }: RetentionInput): DodoPayments.SubscriptionUpdateParams {
  return offer.action.kind === 'pause' ? { status: 'paused' } : { next_billing_date: nextBillingAt };
}

function sameMoment(one: string | null | undefined, other: string | null | undefined): boolean {
  return one != null && other != null && Date.parse(one) === Date.parse(other);
}
