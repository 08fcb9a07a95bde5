/** The customer an offer is for, as Dodo knows them. */
import type DodoPayments from 'dodopayments';
import { ifFound } from '../../src/dodo/errors.js';
import type { ActivityContext } from '../context.js';
import type { OfferSubject } from './subject.js';

/** A customer at Dodo. The language is newer than the SDK's types. */
export type CustomerAtDodo = DodoPayments.Customer & { preferred_locale?: string | null };

/** Reads the customer of an offer, once. Undefined if Dodo has no such customer. */
export function customerOf(
  { dodo }: ActivityContext,
  subject: OfferSubject,
): Promise<CustomerAtDodo | undefined> {
  subject.customer ??= ifFound(dodo.customers.retrieve(subject.customerId));
  return subject.customer;
}
