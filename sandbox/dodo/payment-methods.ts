import type DodoPayments from 'dodopayments';
import { conflict, notFound } from '../errors.js';
import { newId } from '../state/ids.js';
import type { Card, Currency, MethodRow } from '../model.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';

type MethodView = DodoPayments.CustomerRetrievePaymentMethodsResponse['items'][number];

export function methodsOf(world: World, customerId: string): MethodRow[] {
  return world.tables.methods.all().filter((method) => method.customer_id === customerId);
}

export function methodOf(world: World, customerId: string, id: string): MethodRow {
  const method = world.tables.methods.get(id);
  if (method?.customer_id !== customerId) throw notFound('Payment method', id);
  return method;
}

export interface MethodTraits {
  recurring_enabled?: boolean | undefined;
  currencies?: Currency[] | null | undefined;
}

/** Saves a customer's card. The same card again keeps its id and takes the newer expiry. */
export function saveCard(world: World, customerId: string, card: Card, traits: MethodTraits = {}): MethodRow {
  const known = methodsOf(world, customerId).find((method) => method.card.fingerprint === card.fingerprint);
  const method: MethodRow = {
    payment_method_id: known?.payment_method_id ?? newId('pm'),
    customer_id: customerId,
    card,
    recurring_enabled: traits.recurring_enabled ?? known?.recurring_enabled ?? true,
    last_used_at: known?.last_used_at ?? null,
    currencies: traits.currencies ?? known?.currencies ?? null,
  };
  world.tables.methods.put(method);
  return method;
}

export function markUsed(world: World, id: string): void {
  const method = world.tables.methods.get(id);
  if (method) world.tables.methods.put({ ...method, last_used_at: timestamp(world) });
}

/**
 * Deletes a saved method.
 *
 * @throws ApiError 409 while a live subscription is paid with it
 */
export function deleteMethod(world: World, customerId: string, id: string): void {
  const method = methodOf(world, customerId, id);
  const holder = world.tables.subscriptions
    .all()
    .find(
      (subscription) =>
        subscription.payment_method_id === method.payment_method_id &&
        !['cancelled', 'failed', 'expired'].includes(subscription.status),
    );
  if (holder) {
    throw conflict(
      'PAYMENT_METHOD_IN_USE',
      `Payment method ${id} pays subscription ${holder.subscription_id}`,
    );
  }
  world.tables.methods.delete(id);
}

export function methodView({
  payment_method_id,
  card,
  last_used_at,
  recurring_enabled,
}: MethodRow): MethodView {
  return {
    payment_method_id,
    payment_method: 'card',
    payment_method_type: card.type === 'DEBIT' ? 'debit' : 'credit',
    card: {
      card_holder_name: card.holder,
      card_issuing_country: card.issuing_country,
      card_network: card.network,
      card_type: card.type,
      expiry_month: card.expiry_month,
      expiry_year: card.expiry_year,
      last4_digits: card.last4,
    },
    last_used_at,
    recurring_enabled,
  };
}
