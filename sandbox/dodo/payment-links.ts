import { unprocessable } from '../errors.js';
import type { PaymentRow } from '../model.js';
import type { World } from '../world.js';
import { isUnpaid, paymentOf } from './payments.js';

const LINK_LIFE = 24 * 60 * 60 * 1000;

/** Returns the path of the page on which another card can be tried for a payment. */
export function cardPage({ checkout_session_id, payment_id, purpose }: PaymentRow): string {
  if (checkout_session_id !== null) return `/checkout/${checkout_session_id}`;
  return purpose.kind === 'method_update' ? `/update-payment-method/${payment_id}` : `/pay/${payment_id}`;
}

/** Gives a payment a page of its own, on which it is paid within a day. */
export function withLink(world: World, payment: PaymentRow): PaymentRow {
  const linked: PaymentRow = {
    ...payment,
    payment_link: world.url + cardPage(payment),
    link_expires_at: new Date(world.now().getTime() + LINK_LIFE).toISOString(),
  };
  world.tables.payments.put(linked);
  return linked;
}

/**
 * Returns a payment whose link may still take a card.
 *
 * @throws ApiError 422 with the reason when it may not
 */
export function payableLink(world: World, paymentId: string): PaymentRow {
  const payment = paymentOf(world, paymentId);
  if (!isUnpaid(payment) || payment.link_expires_at === null) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', `This payment link has been used: ${payment.status}`);
  }
  if (new Date(payment.link_expires_at) <= world.now()) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', 'This payment link has expired');
  }
  return payment;
}
