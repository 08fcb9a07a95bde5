/** Purchases and the runs they start. */
import type { PresentationPatch } from '../../domain/presentation.js';
import type {
  BillingAddress,
  EvaluationRecord,
  MerchantFacts,
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
  /** The run of the purchase ends with it: an undecided offer that is left open is withdrawn. */
  endsRun?: boolean;
  timeline: TimelineEntry[];
}

/** What came with a trigger. */
export interface TriggerFacts {
  purchaseId: string;
  customerId: string;
  facts: MerchantFacts;
  recordedAt: string;
}

/** A purchase that is registered before it is paid. */
export interface NewRegistration {
  purchaseId: string;
  workflowId: string;
  customerId?: string;
  productIds: string[];
  checkoutSessionId: string;
  /** Left out if Dodo gives none. */
  checkoutUrl?: string;
  /** Where the customer comes back to from Dodo's pages. */
  returnUrl: string;
  /** Hash of what was asked for. */
  requestHash: string;
  recordedAt: string;
}

/** The session that stands for a registered purchase. Those from before hashes were kept have none. */
export interface Registration {
  checkoutSessionId: string;
  checkoutUrl?: string;
  requestHash?: string;
  recordedAt: string;
}

export interface PurchaseClaim {
  /** The payment that counts for the purchase. */
  paidBy: string;
  /** An operator ended the purchase's run before it was paid: nothing is offered for it. */
  withdrawn: boolean;
}

/** A payment as a signed webhook told of it. */
export interface AnnouncedPayment {
  paymentId: string;
  customerId: string;
  /** The fields of it that evaluating a purchase needs, as Dodo wrote them. */
  details: Record<string, unknown>;
  /** RFC 3339. */
  announcedAt: string;
}

export interface PurchaseLedger {
  /** Records what came with a trigger, before its run starts. The first time counts. */
  recordTriggerFacts(given: TriggerFacts): Promise<void>;
  /** Returns what came with a trigger; undefined if nothing did, or it is no longer kept. */
  triggerFacts(purchaseId: string): Promise<MerchantFacts | undefined>;
  /** Keeps a payment until its purchase is evaluated, and for an hour at most. The latest announcement stands. */
  announcePayment(payment: AnnouncedPayment): Promise<void>;
  announcedPayment(paymentId: string): Promise<AnnouncedPayment | undefined>;
  /** Deletes a payment that was announced. */
  forgetAnnounced(paymentId: string): Promise<void>;
  /**
   * Records a registered purchase and returns the session that stands: of several, the one that was recorded first. Only
   * that one may be handed out.
   */
  recordRegistration(registration: NewRegistration): Promise<Registration>;
  registration(purchaseId: string): Promise<Registration | undefined>;
  /** Returns where the customer of a purchase comes back to; undefined if it was not registered with us. */
  returnUrlOf(purchaseId: string): Promise<string | undefined>;
  /**
   * Makes a payment the one that counts for a registered purchase, unless another one does already. A purchase that was
   * given up unpaid is open again, in the run of this payment. Undefined if the ledger has no such purchase.
   */
  claimPurchase(claim: {
    purchaseId: string;
    paymentId: string;
    workflowId: string;
  }): Promise<PurchaseClaim | undefined>;
  /** Records a purchase registered before payment, or first seen by its payment. Fills gaps, never overwrites. */
  recordPurchase(purchase: PurchaseRecord, status: 'awaiting_payment' | 'evaluating'): Promise<void>;
  /** Returns the address to charge with; undefined once the run has settled. */
  billingOf(purchaseId: string): Promise<BillingAddress | undefined>;
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
   * that was paid and of which nothing went back. The product a trigger names is wanted, not bought.
   */
  hasBought(customerId: string, productId: string): Promise<boolean>;
}
