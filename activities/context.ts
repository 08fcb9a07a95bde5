/** The world that activities work with. */
import type DodoPayments from 'dodopayments';
import type { Logger } from 'pino';
import type { Answer } from '../src/contract/answer.js';
import type {
  Pause,
  RedeliveryInput,
  ReversalEvent,
  ScheduledChangeInput,
} from '../src/contract/messages.js';
import type { CompensationInput } from '../src/domain/compensation.js';
import type { Catalog } from '../src/domain/offers.js';
import type { Dodo } from '../src/dodo/client.js';
import type { DataRetention } from '../src/domain/customer-data.js';
import type { Proofs } from '../src/dodo/proof.js';
import type { Ledger } from '../src/ledger/index.js';
import type { PaymentEvent } from '../src/domain/payment.js';

/** What the janitor asks of runs, and starts. */
export interface MendingRuns {
  status(run: string): Promise<'running' | 'closed' | 'unknown'>;
  /** False when the payment has had its run. */
  startLatePayment(paymentId: string, attemptId: string): Promise<boolean>;
  /** False when it is under way. */
  startCompensation(input: CompensationInput): Promise<boolean>;
  /** Follows a change at the next billing date. False when its run is under way. */
  followScheduledChange(input: Omit<ScheduledChangeInput, 'notify'>): Promise<boolean>;
  /** Ends a pause when its time is over. False when a run of the subscription's pauses is under way. */
  endPauseLater(pause: Pause): Promise<boolean>;
  /** Tells the merchant of an offer, once it is settled as unpaid. Asked before it is settled. */
  tellOfClosing(offer: { presentationId: string; purchaseId: string }): Promise<void>;
  /** Has the notifier of a run that is gone end once it has delivered what it has: nothing more will come. */
  endNotifier(run: string): Promise<void>;
  /** Tells a run of its own, a new one if the one before has ended. */
  tellReversal(event: ReversalEvent): Promise<boolean>;
}

/** Both secrets sign during a rotation. */
export interface MerchantWebhook {
  url: string;
  secret: Buffer;
  otherSecret?: Buffer;
}

/** What bulk commands ask of runs. */
export interface OrderingRuns {
  withdraw(run: string, presentationId: string, reason: string): Promise<Answer<unknown>>;
  extend(
    run: string,
    presentationId: string,
    until: string,
    reason: string,
  ): Promise<Answer<{ expiresAt: string }>>;
  /** Returns the run that sends it. */
  redeliver(input: RedeliveryInput, failedAt: string): Promise<string>;
}

export interface ActivityContext {
  dodo: Dodo;
  ledger: Ledger;
  /** Returns the catalog in force now. */
  catalog: () => Catalog;
  /** Origin of return URLs. */
  appUrl: string;
  log: Logger;
  now: () => Date;
  /** Makes and checks the proofs in the metadata of attempts. */
  proofs: Proofs;
  /** Tells a run of a payment, as its webhook would have. False when the payment concerns no run. */
  deliverPayment: (event: PaymentEvent, payment: DodoPayments.Payment | undefined) => Promise<boolean>;
  runs: MendingRuns & OrderingRuns;
  /** For how long anything is kept; what is left out, for ever. */
  dataRetention?: DataRetention;
  /** The merchant's endpoint for notifications, if there is one. */
  readonly merchantWebhook?: MerchantWebhook;
}
