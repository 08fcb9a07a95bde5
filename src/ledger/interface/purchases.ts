/** Purchases and the runs they start. */
import type { PresentationPatch } from '../../domain/presentation.js';
import type {
  BillingAddress,
  EvaluationRecord,
  PurchaseRecord,
  PurchaseView,
} from '../../domain/purchase.js';
import type { TimelineEntry } from '../../domain/timeline.js';
import type { Outcome, ReasonCode } from '../../domain/words.js';
import type { Exposure } from './experiments.js';
import type { PreviousDecision } from './presentations.js';

export interface BeginWaitInput {
  purchaseId: string;
  funnelId: string;
  step: string;
  until: string;
  at: string;
  /** How the step was chosen. Kept on the purchase. */
  evaluation?: EvaluationRecord;
  /** Written in the same transaction. */
  previous?: PreviousDecision;
}

export interface SettleInput {
  purchaseId: string;
  outcome: Outcome;
  reason?: ReasonCode;
  at: string;
  evaluation?: EvaluationRecord;
  /** Throws AssignedOtherwise when the customer is in another arm. */
  exposures?: Exposure[];
  /** The last state of the run's presentation. */
  presentation?: { id: string; patch: PresentationPatch };
  timeline: TimelineEntry[];
}

export interface PurchaseLedger {
  /** Records a purchase registered before payment, or first seen by its payment. Fills gaps, never overwrites. */
  recordPurchase(purchase: PurchaseRecord, status: 'awaiting_payment' | 'evaluating'): Promise<void>;
  /** Returns the address to charge with; undefined once the run has settled. */
  billingOf(purchaseId: string): Promise<BillingAddress | undefined>;
  /** Returns where the customer comes back to from Dodo's pages; undefined where the purchase names no page. */
  returnUrlOf(purchaseId: string): Promise<string | undefined>;
  /**
   * Records that the run waits before it shows a step, and returns when the wait ends. If the wait has already begun, its
   * original end stands.
   */
  beginWait(input: BeginWaitInput): Promise<{ until: string }>;
  /** Ends the run in one transaction: records its outcome and erases the billing address. */
  settle(input: SettleInput): Promise<void>;

  purchase(purchaseId: string): Promise<PurchaseView | undefined>;
  /** Returns the customer's latest purchase, which tells why no offer is open. */
  latestPurchase(customerId: string): Promise<PurchaseView | undefined>;
  /** Returns the purchase whose own payment this is. */
  purchasePaidBy(paymentId: string): Promise<PurchaseView | undefined>;
  /**
   * Returns true when the customer has the product: bought through an offer and not refunded in full, or in a purchase
   * that was paid. The product a trigger names is wanted, not bought.
   */
  hasBought(customerId: string, productId: string): Promise<boolean>;
}
