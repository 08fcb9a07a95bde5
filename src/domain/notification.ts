/** Notifications to the merchant's backend. */
import type { PresentationStatus, NotificationType } from './words.js';

/** A webhook to the merchant's backend, as its run queued it. */
export interface Notification {
  type: NotificationType;
  /** 1, 2, 3, ... within a run. */
  sequence: number;
  timestamp: string;
  /** The run it comes from; each has a sequence of its own. */
  run: string;
  purchaseId: string;
  presentationId: string;
  /** The presentation's status at that time; the ledger may be a moment behind. */
  status?: PresentationStatus;
  /** The choice that was made, in case the ledger does not show it yet. */
  choice?: { option?: string; quantity: number; priceHash: string };
  /** The payment for it. Minor units. */
  payment?: { paymentId?: string; amount: number };
}
