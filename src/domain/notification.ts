/** Notifications to the merchant's backend. */
import type { PresentationStatus, NotificationType } from './words.js';

/** A webhook to the merchant's backend, as its run queued it. */
export interface Notification {
  type: NotificationType;
  /**
   * 1, 2, 3, ... within a run. With the run it makes the `webhook-id`. The `sequence` that the merchant sees is another
   * number, which orders all notifications about a purchase.
   */
  sequence: number;
  timestamp: string;
  /** The run it comes from; each counts its own notifications. */
  run: string;
  purchaseId: string;
  presentationId: string;
  /** The presentation's status at that time; the ledger may be a moment behind. */
  status?: PresentationStatus;
  /** The choice that was made, in case the ledger does not show it yet. */
  choice?: { option?: string; quantity: number; priceHash: string };
  /** The payment for it. Minor units of `currency`, or of the price's where it is left out. */
  payment?: { paymentId?: string; amount: number; currency?: string };
  /** What took its money back. Absent in notifications from before it existed. */
  reversal?: NotifiedReversal;
}

/** The refund or dispute that completed a reversal, and everything that went back. Minor units of `currency`. */
export interface NotifiedReversal {
  kind: 'refund' | 'dispute';
  id: string;
  amount: number;
  currency: string;
}

/** Types that the merchant grants or revokes access on: they do not wait behind one that cannot be delivered. */
const ABOUT_ACCESS: readonly NotificationType[] = ['offer.fulfilled', 'offer.reversed'];

export function isAboutAccess({ type }: Pick<Notification, 'type'>): boolean {
  return ABOUT_ACCESS.includes(type);
}

/** The failure of a delivery that the merchant's endpoint refused for good: a 4xx other than 408 and 429. */
export const REFUSED_BY_MERCHANT = 'merchant_webhook_refused';
