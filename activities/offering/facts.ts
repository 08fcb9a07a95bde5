/** Facts that funnels are matched against. */
import type DodoPayments from 'dodopayments';
import { listPayments } from '../../src/dodo/payments.js';
import type { Funnel } from '../../src/domain/offers.js';
import { couldMatch, type Facts } from '../../src/domain/rules/match.js';
import { factsIn } from '../../src/domain/rules/when.js';
import type { ActivityContext } from '../context.js';
import { customerOf } from './readings.js';
import type { OfferSubject } from './subject.js';

const DAY_MS = 24 * 3_600_000;

/**
 * Reads the facts of a customer that cost a request (`tenure_days`, `purchase_count`), if the funnel's rule names them,
 * could still match, and they are not known yet.
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
  if (!couldMatch(funnel.when, known)) return facts;
  const named = factsIn(funnel.when);
  if (named.has('tenure_days') && known.tenure_days === undefined) {
    const customer = await customerOf(context, subject);
    if (customer) facts.tenure_days = daysSince(customer.created_at, now());
  }
  if (named.has('purchase_count') && known.purchase_count === undefined) {
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
}: DodoPayments.Payment): string[] | undefined {
  const types = [payment_method, payment_method_type].flatMap((type) => type ?? []);
  return types.length > 0 ? types : undefined;
}

function daysSince(created: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(created)) / DAY_MS);
}
