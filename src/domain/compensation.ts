/** What has to be undone at Dodo, and how long it is tried. */
import type { CompensationOpening, ReviewKind } from './accounting.js';
import { DAY, HOUR, MINUTE, SECOND } from './duration.js';

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
      /** What was paid above the right price. */
      kind: 'refund_part';
      paymentId: string;
      attemptId: string;
      /** What goes back. Minor units of `currency`. */
      amount: number;
      /** What the customer has paid once it is back. */
      keep: number;
      currency: string;
      customerId?: string;
      /** Whether the merchant's backend is told. */
      notify?: boolean;
    }
  | {
      kind: 'end_subscription';
      subscriptionId: string;
      customerId?: string;
    }
);

/** What one look at Dodo, and one request where it was needed, came to. */
export type CompensationStep =
  /** Dodo says that it is undone, or a person has decided. `refund`: the part that has gone back, and access stays. */
  | { kind: 'ended'; status: 'confirmed' | 'review'; refund?: RefundedPart }
  /** Asked for, or to be asked for again: Dodo does not confirm it yet. */
  | { kind: 'pending' };

/** What a compensation gave back of a payment. */
export interface RefundedPart {
  /** The latest of its refunds at Dodo. */
  id: string;
  /** All of them together. Minor units of `currency`. */
  amount: number;
  currency: string;
}

/** The ids of compensations: the same thing is undone by one run. */
export const compensationIds = {
  refund: (paymentId: string) => `refund/${paymentId}`,
  refundPart: (paymentId: string) => `refund_part/${paymentId}`,
  endSubscription: (subscriptionId: string) => `end_subscription/${subscriptionId}`,
};

export function compensationId(input: CompensationInput): string {
  switch (input.kind) {
    case 'refund':
      return compensationIds.refund(input.paymentId);
    case 'refund_part':
      return compensationIds.refundPart(input.paymentId);
    case 'end_subscription':
      return compensationIds.endSubscription(input.subscriptionId);
  }
}

/** What a person is asked about when Dodo does not confirm it. */
export const REVIEW_OF_COMPENSATION: Record<CompensationInput['kind'], ReviewKind> = {
  refund: 'refund_failed',
  refund_part: 'refund_failed',
  end_subscription: 'subscription_lives_on',
};

/** Returns what the ledger keeps of a compensation from the time it is opened. */
export function openingOf(input: CompensationInput, openedAt: string): CompensationOpening {
  const { kind, presentationId, purchaseId } = input;
  return {
    compensationId: compensationId(input),
    kind,
    presentationId,
    purchaseId,
    ...(input.kind === 'end_subscription'
      ? { subscriptionId: input.subscriptionId }
      : { paymentId: input.paymentId, amount: input.amount, currency: input.currency }),
    ...(input.kind === 'refund_part' && { keepAmount: input.keep }),
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
/**
 * A refund of a part that Dodo may have taken is asked for again only after its readings have not shown it for as long
 * as an unknown charge is looked for.
 */
export const UNKNOWN_REFUND_MS = 20 * MINUTE;
/** How far Dodo's clock may be behind ours. */
export const CLOCK_SKEW_MS = 5 * SECOND;
/** After this a person is told that Dodo cannot be read. */
export const UNREADABLE_AFTER_MS = HOUR;
/** Dodo settles refunds within days. After this only a person goes on. */
export const COMPENSATION_DEADLINE_MS = 14 * DAY;
/** Refunds of one payment that may fail at the bank before a person is asked. */
export const MAX_REFUNDS = 3;
/** Refusals of a request before a person is asked; it is tried on all the same. */
export const MAX_REFUSALS = 3;
