import type DodoPayments from 'dodopayments';
import { conflict, notFound, unprocessable } from '../errors.js';
import { newId } from '../state/ids.js';
import type { Metadata, PaymentRow, RefundRow } from '../model.js';
import { sum } from '../money/cart.js';
import { businessPolicy } from '../policy.js';
import { emit } from '../webhooks/events.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { BRAND_ID, BUSINESS_ID } from './business.js';
import { limitedCustomerView } from './customers.js';
import { paymentOf, recordMovement, refundedAmount, updatePayment } from './payments.js';

export interface RefundRequest {
  payment_id: string;
  items?:
    | { item_id: string; amount?: number | null | undefined; tax_inclusive?: boolean | undefined }[]
    | null
    | undefined;
  reason?: string | null | undefined;
  metadata?: Metadata | null | undefined;
}

/** Refunds a payment in full, or some of its items. */
export function createRefund(world: World, request: RefundRequest): RefundRow {
  const payment = paymentOf(world, request.payment_id);
  if (payment.status !== 'succeeded') {
    throw unprocessable('PAYMENT_NOT_SUCCEEDED', 'The provided payment has not succeeded');
  }
  if (payment.total_amount === 0) {
    throw unprocessable(
      'ZERO_AMOUNT_PAYMENT_REFUND_NOT_ALLOWED',
      'Cannot refund a payment with zero currency amount',
    );
  }
  if (refundedAmount(payment) >= payment.total_amount) {
    throw unprocessable('PAYMENT_ALREADY_REFUNDED', 'This payment has already been refunded');
  }
  const pending = world.tables.refunds
    .all()
    .find((refund) => refund.payment_id === payment.payment_id && refund.status === 'pending');
  if (pending) {
    throw conflict(
      'EXISTING_REFUND_REQUEST_PROCESSING',
      'A refund request with status "Pending" is still being processed',
    );
  }
  const lines = refundLines(payment, request.items ?? null);
  const amount = sum(lines, (line) => line.amount);
  const refund: RefundRow = {
    refund_id: newId('ref'),
    payment_id: payment.payment_id,
    customer_id: payment.customer_id,
    created_at: timestamp(world),
    amount,
    currency: payment.currency,
    is_partial: amount < payment.total_amount,
    reason: request.reason ?? null,
    status: 'pending',
    metadata: request.metadata ?? {},
    lines,
    planned: null,
  };
  world.tables.refunds.put(refund);
  const { refunds, refundDelayMs } = businessPolicy(world);
  if (refunds === 'pending') return refund;
  const status = refunds === 'succeed' ? 'succeeded' : 'failed';
  return refundDelayMs > 0
    ? planOutcome(world, refund, status, refundDelayMs)
    : settleRefund(world, refund.refund_id, status);
}

function planOutcome(
  world: World,
  refund: RefundRow,
  status: 'succeeded' | 'failed',
  delayMs: number,
): RefundRow {
  const at = new Date(Date.now() + delayMs).toISOString();
  const planned: RefundRow = { ...refund, planned: { at, status, error_code: null } };
  world.tables.refunds.put(planned);
  world.outbox.planned.push({ kind: 'refund', id: refund.refund_id });
  return planned;
}

/** Returns the amount each line gets back, tax included. */
function refundLines(payment: PaymentRow, items: RefundRequest['items']): RefundRow['lines'] {
  if (!items || items.length === 0) {
    return payment.lines
      .map((line) => ({ item_id: line.item_id, amount: line.amount - line.refunded }))
      .filter((line) => line.amount > 0);
  }
  if (new Set(items.map((item) => item.item_id)).size !== items.length) {
    throw unprocessable('DUPLICATE_LINE_ITEMS_IN_REQUEST', 'Duplicate item_ids specified in items array');
  }
  return items.map((item) => {
    const line = payment.lines.find((one) => one.item_id === item.item_id);
    if (!line) throw unprocessable('LINE_ITEM_NOT_FOUND', `Line item ${item.item_id} not found in payment`);
    const left = line.amount - line.refunded;
    if (left <= 0) {
      throw unprocessable(
        'LINE_ITEM_FULLY_REFUNDED',
        `Line item ${item.item_id} has been fully refunded and cannot be refunded further.`,
      );
    }
    const preTax = line.amount - line.tax;
    const factor = item.tax_inclusive === false && preTax > 0 ? line.amount / preTax : 1;
    const amount = item.amount == null ? left : Math.round(item.amount * factor);
    if (amount > left) {
      throw unprocessable(
        'LINE_ITEM_REFUND_AMOUNT_TOO_HIGH',
        `Line item ${item.item_id} requested refund amount including tax is ${amount} which is above the paid amount ${left}`,
      );
    }
    if (amount <= 0) {
      throw unprocessable(
        'LINE_ITEM_REFUND_AMOUNT_TOO_LOW',
        `Line item ${item.item_id} requested refund amount is ${amount} which is too low`,
      );
    }
    return { item_id: item.item_id, amount };
  });
}

/** Ends a pending refund. Money leaves the merchant only when it succeeds. */
export function settleRefund(world: World, id: string, status: 'succeeded' | 'failed'): RefundRow {
  const refund = refundOf(world, id);
  if (refund.status !== 'pending') {
    throw conflict('REFUND_SETTLED', `Refund ${id} is already ${refund.status}`);
  }
  const settled: RefundRow = { ...refund, status, planned: null };
  world.tables.refunds.put(settled);
  if (status === 'succeeded') {
    const payment = paymentOf(world, refund.payment_id);
    const back = new Map(refund.lines.map((line) => [line.item_id, line.amount]));
    updatePayment(world, payment.payment_id, {
      lines: payment.lines.map((line) => ({
        ...line,
        refunded: line.refunded + (back.get(line.item_id) ?? 0),
      })),
    });
    recordMovement(world, payment, 'refund', -refund.amount);
  }
  emit(world, `refund.${status}`, { kind: 'Refund', id });
  return settled;
}

export function refundOf(world: World, id: string): RefundRow {
  const refund = world.tables.refunds.get(id);
  if (!refund) throw notFound('Refund', id);
  return refund;
}

export function refundListView(refund: RefundRow): DodoPayments.RefundListItem {
  const { refund_id, payment_id, created_at, is_partial, status, amount, currency, reason } = refund;
  return {
    refund_id,
    business_id: BUSINESS_ID,
    payment_id,
    created_at,
    is_partial,
    status,
    amount,
    currency,
    reason,
  };
}

export function refundView(world: World, refund: RefundRow): DodoPayments.Refund {
  return {
    ...refundListView(refund),
    brand_id: BRAND_ID,
    customer: limitedCustomerView(world, refund.customer_id),
    metadata: refund.metadata,
  } satisfies DodoPayments.Refund;
}
