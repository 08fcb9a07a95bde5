import { notFound } from '../errors.js';
import { newId } from '../state/ids.js';
import type { MovementRow, PaymentLine, PaymentRow } from '../model.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { sum } from '../money/cart.js';
import { emit } from '../webhooks/events.js';

export type NewPayment = Pick<
  PaymentRow,
  'customer_id' | 'currency' | 'metadata' | 'billing' | 'lines' | 'purpose'
> &
  Partial<PaymentRow>;

const INITIAL = {
  status: 'requires_payment_method',
  updated_at: null,
  product_cart: null,
  subscription_ids: [],
  checkout_session_id: null,
  card: null,
  payment_method_id: null,
  error_code: null,
  discounts: [],
  retry_attempt: 0,
  payment_link: null,
  link_expires_at: null,
  return_url: null,
  force_3ds: false,
  retriable: false,
  planned: null,
} satisfies Partial<PaymentRow>;

/** Creates a payment that waits for a card. Its amounts are the sums of its lines. */
export function createPayment(world: World, input: NewPayment): PaymentRow {
  const payment: PaymentRow = {
    ...INITIAL,
    payment_id: newId('pay'),
    invoice_id: newId('inv'),
    created_at: timestamp(world),
    total_amount: sum(input.lines, (line) => line.amount),
    tax: sum(input.lines, (line) => line.tax),
    ...input,
  };
  world.tables.payments.put(payment);
  return payment;
}

export function paymentOf(world: World, id: string): PaymentRow {
  const payment = world.tables.payments.get(id);
  if (!payment) throw notFound('Payment', id);
  return payment;
}

/** Changes a payment's row and its `updated_at`. */
export function updatePayment(world: World, id: string, change: Partial<PaymentRow>): PaymentRow {
  const payment: PaymentRow = { ...paymentOf(world, id), updated_at: timestamp(world), ...change };
  world.tables.payments.put(payment);
  return payment;
}

export function paymentLine(item_id: string, name: string, amount: number, tax: number): PaymentLine {
  return { item_id, name, amount, tax, refunded: 0 };
}

/** Merges the lines of one item, so that an item id stands for one amount to refund. */
export function mergeLines(lines: PaymentLine[]): PaymentLine[] {
  const merged = new Map<string, PaymentLine>();
  for (const line of lines) {
    const same = merged.get(line.item_id);
    merged.set(
      line.item_id,
      same ? { ...same, amount: same.amount + line.amount, tax: same.tax + line.tax } : line,
    );
  }
  return [...merged.values()];
}

/** Says whether a payment has no outcome yet. */
export function isOpen(payment: PaymentRow): boolean {
  return ['processing', 'requires_customer_action', 'requires_payment_method'].includes(payment.status);
}

/** Says whether a payment waits for a card: the first one, or another one after a decline on the page. */
export function isUnpaid(payment: PaymentRow): boolean {
  return payment.status === 'requires_payment_method' || (payment.status === 'failed' && payment.retriable);
}

/** Enters a movement of money into the books. */
export function recordMovement(
  world: World,
  payment: Pick<PaymentRow, 'payment_id' | 'customer_id' | 'currency'>,
  kind: MovementRow['kind'],
  amount: number,
): void {
  const { payment_id, customer_id, currency } = payment;
  world.tables.movements.put({
    id: newId('mov'),
    at: timestamp(world),
    kind,
    customer_id,
    payment_id,
    amount,
    currency,
  });
}

/**
 * Moves a payment to a status, with its entry in the books and its webhook, but without the consequences for
 * subscriptions and sessions.
 */
export function setPaymentStatus(
  world: World,
  id: string,
  status: 'succeeded' | 'failed' | 'processing' | 'requires_customer_action' | 'cancelled',
  change: Partial<PaymentRow> = {},
): PaymentRow {
  const payment = updatePayment(world, id, { error_code: null, planned: null, ...change, status });
  if (status === 'succeeded' && payment.total_amount > 0) {
    recordMovement(world, payment, 'charge', payment.total_amount);
  }
  if (status !== 'requires_customer_action') emit(world, `payment.${status}`, { kind: 'Payment', id });
  return payment;
}

export function refundedAmount(payment: PaymentRow): number {
  return sum(payment.lines, (line) => line.refunded);
}
