import type { Card, ChargeAnswerRow, MethodRow, PaymentRow } from '../model.js';
import { sum } from '../money/cart.js';
import { businessPolicy } from '../policy.js';
import type { World } from '../world.js';
import { isExpired } from './cards.js';
import { endPayment } from './outcomes.js';
import { paymentOf, setPaymentStatus, updatePayment } from './payments.js';

/** The card a payment is attempted with, and whether the customer is present. */
export interface Attempt {
  card: Card;
  /** The saved method, if the card is saved. */
  method: MethodRow | null;
  /** The customer is present, on a page. */
  present: boolean;
}

type Verdict =
  | { status: 'succeeded' }
  | { status: 'failed'; error_code: string }
  | { status: 'processing'; settle: ChargeAnswerRow['settle'] }
  | { status: 'requires_customer_action'; link: boolean };

/** Returns the page on which the customer passes 3-D Secure. */
export function authenticationUrl(world: World, paymentId: string): string {
  return `${world.url}/3ds/${paymentId}`;
}

/** Attempts a payment with a card, and does what follows from the outcome. */
export function attemptPayment(world: World, paymentId: string, attempt: Attempt): PaymentRow {
  const { customer_id } = paymentOf(world, paymentId);
  const methodId = attempt.method?.payment_method_id ?? null;
  const answer = takeAnswer(world, customer_id, methodId);
  const payment = updatePayment(world, paymentId, {
    card: attempt.card,
    payment_method_id: methodId,
    ...(answer && chargedAt(paymentOf(world, paymentId), answer)),
  });
  const verdict = isBlocked(world, customer_id)
    ? { status: 'failed' as const, error_code: 'GENERIC_DECLINE' }
    : ((answer && forcedVerdict(answer)) ?? cardVerdict(world, payment, attempt));
  if (verdict.status === 'processing') return process(world, paymentId, verdict.settle);
  if (verdict.status === 'requires_customer_action') {
    return setPaymentStatus(world, paymentId, 'requires_customer_action', {
      payment_link: verdict.link ? authenticationUrl(world, paymentId) : null,
    });
  }
  const { outcomeDelayMs } = businessPolicy(world);
  if (outcomeDelayMs > 0 && !attempt.present) {
    const error_code = verdict.status === 'failed' ? verdict.error_code : null;
    return process(world, paymentId, { after_ms: outcomeDelayMs, status: verdict.status, error_code });
  }
  return endPayment(world, paymentId, verdict);
}

/** Dodo declines whatever a blocked customer tries to pay. Its code for that is not documented. */
function isBlocked(world: World, customerId: string): boolean {
  return world.tables.customers.get(customerId)?.blocked_at != null;
}

function process(world: World, id: string, settle: ChargeAnswerRow['settle']): PaymentRow {
  if (!settle) return setPaymentStatus(world, id, 'processing');
  const at = new Date(Date.now() + settle.after_ms).toISOString();
  world.outbox.planned.push({ kind: 'payment', id });
  return setPaymentStatus(world, id, 'processing', {
    planned: { at, status: settle.status, error_code: settle.error_code },
  });
}

/** Returns the payment's amounts when an answer charges others than were previewed. */
function chargedAt(payment: PaymentRow, answer: ChargeAnswerRow): Partial<PaymentRow> {
  const { amount = null, currency = null } = answer as Partial<ChargeAnswerRow>;
  return {
    ...(amount !== null && rescaled(payment, amount)),
    ...(currency !== null && { currency }),
  };
}

/** Returns the amounts of a payment whose lines come to another total; the last line takes what rounding leaves. */
export function rescaled(
  { lines, total_amount }: PaymentRow,
  amount: number,
): Pick<PaymentRow, 'lines' | 'total_amount' | 'tax'> {
  const factor = total_amount === 0 ? 0 : amount / total_amount;
  const scaled = lines.map((line) => ({
    ...line,
    amount: Math.round(line.amount * factor),
    tax: Math.round(line.tax * factor),
  }));
  const last = scaled.at(-1);
  if (last) last.amount += amount - sum(scaled, (line) => line.amount);
  return { lines: scaled, total_amount: amount, tax: sum(scaled, (line) => line.tax) };
}

function cardVerdict(world: World, payment: PaymentRow, attempt: Attempt): Verdict {
  const { card, present } = attempt;
  if (isExpired(card, world.now())) return { status: 'failed', error_code: 'EXPIRED_CARD' };
  if (!present && attempt.method?.recurring_enabled === false) {
    return { status: 'failed', error_code: 'MANDATE_REQUIRED' };
  }
  const { behaviour } = card;
  if (behaviour.kind === 'decline' || (behaviour.kind === 'decline_off_session' && !present)) {
    return { status: 'failed', error_code: behaviour.error_code };
  }
  const authenticates = payment.force_3ds || (behaviour.kind === 'authenticate_off_session' && !present);
  return authenticates ? { status: 'requires_customer_action', link: true } : { status: 'succeeded' };
}

/** Returns undefined when the answer leaves the outcome to the card. */
function forcedVerdict(answer: ChargeAnswerRow): Verdict | undefined {
  switch (answer.status) {
    case null:
      return undefined;
    case 'requires_customer_action':
      return { status: answer.status, link: answer.payment_link !== false };
    case 'failed':
      return { status: 'failed', error_code: answer.error_code ?? 'GENERIC_DECLINE' };
    case 'processing':
      return { status: 'processing', settle: answer.settle };
    default:
      return { status: answer.status };
  }
}

/** Returns the next answer queued for this customer's charges, used up by one. */
function takeAnswer(world: World, customerId: string, methodId: string | null): ChargeAnswerRow | undefined {
  const answer = world.tables.answers
    .all()
    .find(
      (one) =>
        one.customer_id === customerId &&
        (one.payment_method_id === null || one.payment_method_id === methodId),
    );
  if (!answer) return undefined;
  if (answer.remaining > 1) world.tables.answers.put({ ...answer, remaining: answer.remaining - 1 });
  else world.tables.answers.delete(answer.id);
  return answer;
}
