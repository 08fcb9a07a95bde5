/**
 * What an evaluation has read of its customer at Dodo. Each thing is read once; the step after a decline goes by what the
 * step before it read, for a short while. What is charged is read and previewed anew at the click.
 */
import type DodoPayments from 'dodopayments';
import { ifFound } from '../../src/dodo/errors.js';
import { savedMethods, type SavedMethod } from '../../src/dodo/payment-methods.js';
import { listPayments, type ListedPayment } from '../../src/dodo/payments.js';
import type { Dodo } from '../../src/dodo/client.js';
import type { ActivityContext } from '../context.js';
import type { CustomerAtDodo, OfferSubject, Readings } from './subject.js';

/** Customers who decline do so within moments. */
const MAX_AGE_MS = 2 * 60_000;
const MAX_RUNS = 1_000;

interface Kept {
  at: number;
  subject: Pick<OfferSubject, 'customerId' | 'readings' | 'subscription'>;
}

const kept = new WeakMap<Dodo, Map<string, Kept>>();

/** Keeps what was read for a run, for its next step. */
export function keepReadings(
  { dodo, now }: Pick<ActivityContext, 'dodo' | 'now'>,
  { workflowId, customerId, readings, subscription }: OfferSubject,
): void {
  const runs = kept.get(dodo) ?? new Map<string, Kept>();
  kept.set(dodo, runs);
  if (runs.size >= MAX_RUNS) runs.clear();
  runs.set(workflowId, { at: now().getTime(), subject: { customerId, readings, subscription } });
}

/** Takes out what was read for a run within the last minutes, if it was read in this process. */
export function takeReadings(
  { dodo, now }: Pick<ActivityContext, 'dodo' | 'now'>,
  { workflowId, customerId }: Pick<OfferSubject, 'workflowId' | 'customerId'>,
): { readings: Readings; subscription?: DodoPayments.Subscription } | undefined {
  const runs = kept.get(dodo);
  const found = runs?.get(workflowId);
  runs?.delete(workflowId);
  if (found?.subject.customerId !== customerId) return undefined;
  return now().getTime() - found.at < MAX_AGE_MS ? found.subject : undefined;
}

/** Reads the customer of an offer, once. Undefined if Dodo has no such customer. */
export function customerOf(
  { dodo }: Pick<ActivityContext, 'dodo'>,
  { customerId, readings }: OfferSubject,
): Promise<CustomerAtDodo | undefined> {
  return (readings.customer ??= ifFound(dodo.customers.retrieve(customerId)));
}

/** Reads the customer's saved methods, once. */
export function methodsOf(
  { dodo }: Pick<ActivityContext, 'dodo'>,
  { customerId, readings }: OfferSubject,
): Promise<SavedMethod[]> {
  return (readings.methods ??= savedMethods(dodo, customerId));
}

/** Reads the customer's latest paid payments, whatever for, once: a page of them. */
export function paidBy(
  { dodo }: Pick<ActivityContext, 'dodo'>,
  { customerId, readings }: Pick<OfferSubject, 'customerId' | 'readings'>,
): Promise<ListedPayment[]> {
  return (readings.paid ??= collect(dodo, customerId));
}

async function collect(dodo: Dodo, customer_id: string): Promise<ListedPayment[]> {
  const found: ListedPayment[] = [];
  for await (const payment of listPayments(dodo, { customer_id, status: 'succeeded' }, 1))
    found.push(payment);
  return found;
}
