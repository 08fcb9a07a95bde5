/** What the merchant's backend is told. */

import type { PresentationStatus, NotificationType } from './words.js';

/** A webhook to the merchant's backend, as its run left it. */
export interface Notification {
  type: NotificationType;
  /** 1, 2, 3, ... within a run. */
  sequence: number;
  timestamp: string;
  /** The run that tells it: sequences are per run. */
  run: string;
  purchaseId: string;
  presentationId: string;
  /** Where the presentation stood then; the ledger may be a moment behind. */
  status?: PresentationStatus;
  /** What was chosen, until the ledger shows it. */
  choice?: { option?: string; quantity: number; priceHash: string };
  /** What paid for it. Minor units. */
  payment?: { paymentId?: string; amount: number };
}
