import type { Currency, PaymentRow } from '../model.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import type { CardEntry } from './cards.js';
import { readCard } from './cards.js';
import { rescaled } from './charge.js';
import type { PayResult } from './hosted-payments.js';
import { endPayment } from './outcomes.js';
import { createPayment, paymentOf } from './payments.js';
import { subscriptionOf, updateSubscription } from './subscriptions.js';

export interface SecondPaymentTerms {
  session: 'same' | 'none';
  card: CardEntry;
  /** Minor units; the first payment's when left out. */
  amount?: number | undefined;
  currency?: Currency | undefined;
}

/**
 * Pays for the same thing again with a payment of another id: same customer, cart and metadata. After a failure it
 * is the payment that succeeds in the end; after a success the customer has paid twice, and a subscription bought
 * with the first payment exists twice.
 */
export function payAgain(world: World, paymentId: string, terms: SecondPaymentTerms): PayResult {
  const reading = readCard(terms.card);
  if (!reading.ok) return reading;
  const first = paymentOf(world, paymentId);
  const isPaid = first.status === 'succeeded';
  const lines = first.lines.map((line) => ({ ...line, refunded: 0 }));
  const second = createPayment(world, {
    ...first,
    payment_id: newId('pay'),
    invoice_id: newId('inv'),
    created_at: timestamp(world),
    updated_at: null,
    status: 'requires_payment_method',
    error_code: null,
    planned: null,
    payment_link: null,
    link_expires_at: null,
    payment_method_id: null,
    card: reading.card,
    currency: terms.currency ?? first.currency,
    lines,
    ...(terms.amount !== undefined && rescaled({ ...first, lines }, terms.amount)),
    subscription_ids:
      isPaid && first.purpose.kind === 'purchase'
        ? first.subscription_ids.map((id) => copySubscription(world, id))
        : first.subscription_ids,
    checkout_session_id: terms.session === 'same' ? first.checkout_session_id : null,
  });
  if (!isPaid) takeOver(world, first, second);
  return { ok: true, payment: endPayment(world, second.payment_id, { status: 'succeeded' }) };
}

function copySubscription(world: World, id: string): string {
  const copy = newId('sub');
  world.tables.subscriptions.put({ ...subscriptionOf(world, id), subscription_id: copy });
  return copy;
}

/** Makes a plan change and a session wait for the second payment instead of the first. */
function takeOver(world: World, first: PaymentRow, second: PaymentRow): void {
  for (const id of first.subscription_ids) {
    const { pending_change: pending } = subscriptionOf(world, id);
    if (pending?.payment_id === first.payment_id) {
      updateSubscription(world, id, { pending_change: { ...pending, payment_id: second.payment_id } });
    }
  }
  const session =
    second.checkout_session_id === null ? undefined : world.tables.checkouts.get(second.checkout_session_id);
  if (session?.payment_id === first.payment_id) {
    world.tables.checkouts.put({ ...session, payment_id: second.payment_id });
  }
}
