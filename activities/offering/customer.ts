/** The customer an offer is for, as Dodo knows them. */
import { ifFound } from '../../src/dodo/errors.js';
import type { ActivityContext } from '../context.js';
import type { CustomerAtDodo, OfferSubject } from './subject.js';

/** Reads the customer of an offer, once. Undefined if Dodo has no such customer. */
export function customerOf(
  { dodo }: ActivityContext,
  subject: OfferSubject,
): Promise<CustomerAtDodo | undefined> {
  subject.customer ??= ifFound(dodo.customers.retrieve(subject.customerId));
  return subject.customer;
}
