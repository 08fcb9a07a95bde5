/** Facts that funnels are matched against. */
import type DodoPayments from 'dodopayments';
import { listPayments } from '../../src/dodo/payments.js';
import type { Funnel } from '../../src/domain/offers.js';
import { explain, type Facts } from '../../src/domain/rules/match.js';
import type { ActivityContext } from '../context.js';
import { customerOf } from './readings.js';
import type { OfferSubject } from './subject.js';

const DAY_MS = 24 * 3_600_000;

/**
 * Reads the facts of a customer that cost a request (`tenure_days`, `purchase_count`), if the funnel's rule could still
 * match and turns on them.
 */
export async function customerFacts(
  context: ActivityContext,
  funnel: Funnel,
  subject: OfferSubject,
  known: Facts,
): Promise<Facts> {
  const { dodo, now } = context;
  const { customerId } = subject;
  const facts: Facts = {};
  const { failed, unknown } = explain(funnel.when, known);
  if (failed !== undefined) return facts;
  if (unknown.includes('tenure_days')) {
    const customer = await customerOf(context, subject);
    if (customer) facts.tenure_days = daysSince(customer.created_at, now());
  }
  if (unknown.includes('purchase_count')) {
    let count = 0;
    for await (const payment of listPayments(dodo, { customer_id: customerId, status: 'succeeded' })) {
      if (payment.total_amount > 0) count += 1;
    }
    facts.purchase_count = count;
  }
  return facts;
}

export function subscriptionFacts(subscription: DodoPayments.Subscription | undefined, now: Date): Facts {
  return {
    plan: subscription?.product_id,
    subscription_status: subscription?.status,
    subscription_age_days: subscription && daysSince(subscription.created_at, now),
  };
}

/** Returns the types of a payment's method. A card in a wallet has two: `card` and `apple_pay`. */
export function methodTypes({
  payment_method,
  payment_method_type,
}: Pick<DodoPayments.Payment, 'payment_method' | 'payment_method_type'>): string[] | undefined {
  const types = [payment_method, payment_method_type].flatMap((type) => type ?? []);
  return types.length > 0 ? types : undefined;
}

function daysSince(created: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(created)) / DAY_MS);
}
