import type DodoPayments from 'dodopayments';
import { notFound, unprocessable } from '../errors.js';
import { newId } from '../state/ids.js';
import type { DisputeRow } from '../model.js';
import { emit } from '../webhooks/events.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { BRAND_ID, BUSINESS_ID } from './business.js';
import { limitedCustomerView } from './customers.js';
import { paymentOf, recordMovement } from './payments.js';

export interface NewDispute {
  payment_id: string;
  /** Minor units; the whole payment by default. */
  amount?: number | undefined;
  stage?: DodoPayments.DisputeStage | undefined;
  reason?: string | undefined;
}

/** Opens a dispute, as the customer's bank does. */
export function openDispute(world: World, input: NewDispute): DisputeRow {
  const payment = paymentOf(world, input.payment_id);
  if (payment.status !== 'succeeded') {
    throw unprocessable(
      'PAYMENT_NOT_SUCCEEDED',
      `Payment ${payment.payment_id} was not paid, so it cannot be disputed`,
    );
  }
  const dispute: DisputeRow = {
    dispute_id: newId('dsp'),
    payment_id: payment.payment_id,
    customer_id: payment.customer_id,
    created_at: timestamp(world),
    amount: input.amount ?? payment.total_amount,
    currency: payment.currency,
    stage: input.stage ?? 'dispute',
    status: 'dispute_opened',
    reason: input.reason ?? null,
  };
  world.tables.disputes.put(dispute);
  emit(world, 'dispute.opened', { kind: 'Dispute', id: dispute.dispute_id });
  return dispute;
}

export type DisputeEnd = 'expired' | 'accepted' | 'cancelled' | 'challenged' | 'won' | 'lost';

/** Moves a dispute to its next status. Money leaves the merchant when it is lost or accepted. */
export function moveDispute(world: World, id: string, end: DisputeEnd): DisputeRow {
  const dispute = world.tables.disputes.get(id);
  if (!dispute) throw notFound('Dispute', id);
  if (!['dispute_opened', 'dispute_challenged'].includes(dispute.status)) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', `Dispute ${id} is over: ${dispute.status}`);
  }
  const moved: DisputeRow = { ...dispute, status: `dispute_${end}` };
  world.tables.disputes.put(moved);
  if (end === 'lost' || end === 'accepted') recordMovement(world, dispute, 'chargeback', -dispute.amount);
  emit(world, `dispute.${end}`, { kind: 'Dispute', id });
  return moved;
}

export function disputeView(dispute: DisputeRow): DodoPayments.Dispute {
  return {
    dispute_id: dispute.dispute_id,
    payment_id: dispute.payment_id,
    business_id: BUSINESS_ID,
    created_at: dispute.created_at,
    amount: String(dispute.amount),
    currency: dispute.currency,
    dispute_stage: dispute.stage,
    dispute_status: dispute.status,
    is_resolved_by_rdr: null,
    remarks: null,
  };
}

export function disputeListView(dispute: DisputeRow): DodoPayments.DisputeListResponse {
  const { dispute_id, payment_id, business_id, created_at, amount, currency } = disputeView(dispute);
  return {
    dispute_id,
    payment_id,
    business_id,
    created_at,
    amount,
    currency,
    dispute_stage: dispute.stage,
    dispute_status: dispute.status,
    payment_provider: 'dodo',
    is_resolved_by_rdr: null,
  };
}

export function fullDisputeView(world: World, dispute: DisputeRow): DodoPayments.GetDispute {
  return {
    ...disputeView(dispute),
    brand_id: BRAND_ID,
    customer: limitedCustomerView(world, dispute.customer_id),
    payment_provider: 'dodo',
    reason: dispute.reason,
  } satisfies DodoPayments.GetDispute;
}
