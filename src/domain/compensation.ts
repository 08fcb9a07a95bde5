/** What has to be undone at Dodo, and how long it is tried. */
import type { CompensationRecord, ReviewKind } from './accounting.js';
import { DAY, HOUR, SECOND } from './duration.js';

/** What one compensation run undoes. */
export type CompensationInput = {
  presentationId: string;
  purchaseId: string;
} & (
  | {
      kind: 'refund';
      paymentId: string;
      /** The attempt the payment was made for. */
      attemptId: string;
      /** Minor units of `currency`. */
      amount: number;
      currency: string;
      customerId?: string;
    }
  | {
      kind: 'end_subscription';
      subscriptionId: string;
      customerId?: string;
    }
);

/** What one look at Dodo, and one request where it was needed, came to. */
export type CompensationStep =
  /** Dodo says that it is undone, or a person has decided. */
  | { kind: 'ended'; status: 'confirmed' | 'review' }
  /** Asked for, or to be asked for again: Dodo does not confirm it yet. */
  | { kind: 'pending' };

/** The ids of compensations: the same thing is undone by one run. */
export const compensationIds = {
  refund: (paymentId: string) => `refund/${paymentId}`,
  endSubscription: (subscriptionId: string) => `end_subscription/${subscriptionId}`,
};

export function compensationId(input: CompensationInput): string {
  return input.kind === 'refund'
    ? compensationIds.refund(input.paymentId)
    : compensationIds.endSubscription(input.subscriptionId);
}

/** What a person is asked about when Dodo does not confirm it. */
export const REVIEW_OF_COMPENSATION: Record<CompensationInput['kind'], ReviewKind> = {
  refund: 'refund_failed',
  end_subscription: 'subscription_lives_on',
};

/** Returns what the ledger keeps of a compensation from the time it is opened. */
export function openingOf(
  input: CompensationInput,
  openedAt: string,
): Omit<CompensationRecord, 'status' | 'tries' | 'askedAt' | 'endedAt'> {
  const { kind, presentationId, purchaseId } = input;
  return {
    compensationId: compensationId(input),
    kind,
    presentationId,
    purchaseId,
    ...(input.kind === 'refund'
      ? { paymentId: input.paymentId, amount: input.amount, currency: input.currency }
      : { subscriptionId: input.subscriptionId }),
    openedAt,
  };
}

/** First and longest pause between two looks; they double. */
export const FIRST_LOOK_AFTER_MS = 5 * SECOND;
export const LONGEST_LOOK_AFTER_MS = 6 * HOUR;
/**
 * Readings that do not show a request yet, which may have been accepted, are given this long before it is sent again.
 * Dodo refuses a refund of what is refunded already, so a second request does no harm.
 */
export const READINGS_LAG_MS = 20 * SECOND;
/** After this a person is told that Dodo cannot be read. */
export const UNREADABLE_AFTER_MS = HOUR;
/** Dodo settles refunds within days. After this only a person goes on. */
export const COMPENSATION_DEADLINE_MS = 14 * DAY;
/** Refunds of one payment that may fail at the bank before a person is asked. */
export const MAX_REFUNDS = 3;
/** Refusals of a request before a person is asked; it is tried on all the same. */
export const MAX_REFUSALS = 3;
