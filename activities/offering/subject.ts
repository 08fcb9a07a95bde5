/** The customer an offer is for, and the subscription it is about. */
import type DodoPayments from 'dodopayments';
import type { CustomerAtDodo } from './customer.js';
import type { BillingAddress } from '../../src/domain/purchase.js';

/** The customer an offer is for. */
export interface OfferSubject {
  workflowId: string;
  purchaseId: string;
  customerId: string;
  /** Of the first purchase; the offer must be in the same currency. */
  currency?: string;
  billing?: BillingAddress;
  /** Read when it is first needed: see `customerOf`. */
  customer?: Promise<CustomerAtDodo | undefined>;
  /** The subscription whose plan is to change, or which is to be kept. */
  subscription?: DodoPayments.Subscription;
  /** Where several were bought at once: a funnel is about the one that its rule holds for. */
  subscriptions?: readonly DodoPayments.Subscription[];
}
