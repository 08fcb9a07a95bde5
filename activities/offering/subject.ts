/** The customer an offer is for, and the subscription it is about. */
import type DodoPayments from 'dodopayments';
import type { SavedMethod } from '../../src/dodo/payment-methods.js';
import type { ListedPayment } from '../../src/dodo/payments.js';
import type { Funnel } from '../../src/domain/offers.js';
import type { BillingAddress } from '../../src/domain/purchase.js';
import { couldMatch, type Facts } from '../../src/domain/rules/match.js';

/** A customer at Dodo. The language is newer than the SDK's types. */
export type CustomerAtDodo = DodoPayments.Customer & { preferred_locale?: string | null };

/** What has been read of the customer at Dodo, filled as things are needed: see `readings.ts`. */
export interface Readings {
  /** The purchase at hand. */
  purchase?: { paymentId: string; productIds: readonly string[] };
  /** The customer has paid moments ago, so that they are not blocked. */
  justPaid?: boolean;
  customer?: Promise<CustomerAtDodo | undefined>;
  methods?: Promise<SavedMethod[]>;
  paid?: Promise<ListedPayment[]>;
}

/** The customer an offer is for. */
export interface OfferSubject {
  workflowId: string;
  purchaseId: string;
  customerId: string;
  /** Of the first purchase; the offer must be in the same currency. */
  currency?: string;
  billing?: BillingAddress;
  /** What has been read of the customer: see `readings.ts`. */
  readings: Readings;
  /** The subscription whose plan is to change, or which is to be kept. */
  subscription?: DodoPayments.Subscription;
  /** Where several were bought at once: a funnel is about the one that its rule holds for. */
  subscriptions?: readonly DodoPayments.Subscription[];
}

/** Returns the subject of a funnel. Of several subscriptions, it is about the only one that the rule holds for. */
export function subjectOf(subject: OfferSubject, { when }: Funnel, facts: Facts): OfferSubject {
  const { subscriptions = [] } = subject;
  const matching = subscriptions.filter(({ product_id, status }) => {
    const own = { product_id, plan: product_id, subscription_status: status };
    return couldMatch(when, { ...facts, ...own });
  });
  const [subscription] = matching;
  return matching.length === 1 ? { ...subject, subscription } : subject;
}
