/** What speaks for and against a payment being the one a review is about. */
import type { ReviewRecord } from './accounting.js';
import type { AttemptRecord } from './attempt.js';
import { phaseOf } from './payment.js';
import type { PresentationRecord } from './presentation.js';
import { judgePayment, type CountedPayment, type JudgedAttempt, type SeenPayment } from './verdict.js';

/** What is looked at, in the order operators read it. */
export const EVIDENCE_CHECKS = [
  /** Its metadata proves that this installation sent it. */
  'proof',
  /** The attempt its metadata names. */
  'attempt',
  'customer',
  'product',
  'amount',
  'currency',
  'session',
  /** It succeeded at Dodo. */
  'status',
  /** It renews a subscription. */
  'charge_type',
  /** When it was made, compared with the attempt. */
  'time',
  /** It counts for nothing else. */
  'unused',
] as const;
export type EvidenceCheck = (typeof EVIDENCE_CHECKS)[number];

export interface Evidence {
  check: EvidenceCheck;
  says: 'for' | 'against' | 'nothing';
  /** In words, for operators. */
  detail: string;
}

/** A payment that may be the one in doubt. */
export interface Candidate {
  paymentId: string;
  status: string | null;
  amount?: number;
  currency?: string;
  createdAt?: string;
  /** What `judgePayment` says of it. */
  verdict: ReturnType<typeof judgePayment>['kind'];
  /** Why it is not ours, or what differs. */
  verdictDetail?: string;
  evidence: Evidence[];
}

/** What a review is about, as far as it is known. */
export interface Doubted {
  review: Pick<ReviewRecord, 'kind' | 'paymentId' | 'amount' | 'currency' | 'customerId'>;
  attempt?: JudgedAttempt & { createdAt?: string };
  /** The payment that already counts for the offer. */
  counted?: CountedPayment;
}

/** A payment, and what it is used for already, if it is. */
export type FoundPayment = SeenPayment & {
  usedFor?: string;
  /** Refunded or lost to disputes. Minor units. */
  goneBack?: number;
};

/** Dodo's clock and ours differ. */
const CLOCK_MARGIN_MS = 10 * 60 * 1000;

/** Returns an attempt as `judgePayment` takes it. */
export function judgedAttempt(
  attempt: AttemptRecord,
  { customerId }: Pick<PresentationRecord, 'customerId'>,
): JudgedAttempt & { createdAt: string } {
  const { attemptId, kind, amount, currency, sessionId, paymentId, productId, createdAt } = attempt;
  return {
    attemptId,
    kind,
    customerId: attempt.customerId ?? customerId,
    amount,
    currency,
    createdAt,
    ...(productId !== undefined && { productId }),
    ...(sessionId !== undefined && { sessionId }),
    ...(paymentId !== undefined && { paymentId }),
    ...(attempt.proof !== true && { withoutProof: true }),
  };
}

/** Weighs a payment against what a review is about. Pure. */
export function weigh(payment: FoundPayment, doubted: Doubted): Candidate {
  const { paymentId, status, amount, currency, createdAt } = payment;
  const verdict = judgePayment(payment, doubted.attempt, doubted.counted);
  return {
    paymentId,
    status,
    ...(amount !== undefined && { amount }),
    ...(currency !== undefined && { currency }),
    ...(createdAt !== undefined && { createdAt }),
    verdict: verdict.kind,
    ...(verdict.kind === 'not_ours' && { verdictDetail: verdict.why }),
    ...(verdict.kind === 'review' && { verdictDetail: verdict.doubt }),
    ...(verdict.kind === 'undecided' && { verdictDetail: verdict.phase }),
    evidence: [
      proofOf(payment),
      attemptOf(payment, doubted),
      customerOf(payment, doubted),
      productOf(payment, doubted),
      ...moneyOf(payment, doubted),
      sessionOf(payment, doubted),
      statusOf(payment),
      chargeTypeOf(payment),
      timeOf(payment, doubted),
      unusedOf(payment),
    ],
  };
}

/** What an operator may overrule: these tell how likely it is, not that it is impossible. */
const NOT_DECISIVE: readonly EvidenceCheck[] = ['proof', 'session'];

/**
 * Returns why a payment cannot be the one that pays for the offer, whatever an operator says; undefined when it can be.
 */
export function mismatch({ evidence }: Candidate): string | undefined {
  return evidence.find(({ check, says }) => says === 'against' && !NOT_DECISIVE.includes(check))?.detail;
}

function evidence(check: EvidenceCheck, holds: boolean | undefined, yes: string, no = yes): Evidence {
  const says = holds === undefined ? 'nothing' : holds ? 'for' : 'against';
  return { check, says, detail: holds === false ? no : yes };
}

function proofOf({ attemptId, proven }: SeenPayment): Evidence {
  if (proven === true) return evidence('proof', true, 'Its metadata carries a valid proof.');
  return evidence(
    'proof',
    attemptId === undefined || proven === undefined ? undefined : false,
    'Its metadata carries no proof.',
    'Its metadata names an attempt without a valid proof.',
  );
}

function attemptOf({ attemptId, proven }: SeenPayment, { attempt }: Doubted): Evidence {
  if (attemptId === undefined) return evidence('attempt', undefined, 'It names no attempt.');
  if (attempt === undefined) return evidence('attempt', undefined, `It names ${attemptId}.`);
  if (attemptId === attempt.attemptId) return evidence('attempt', true, 'It names the attempt in doubt.');
  // Whoever can write metadata can name an attempt; only a proof makes it that attempt's payment.
  return evidence(
    'attempt',
    proven === true ? false : undefined,
    `It names another attempt, ${attemptId}, without a proof.`,
    `It is the payment of another attempt, ${attemptId}.`,
  );
}

function customerOf({ customerId }: SeenPayment, { review, attempt }: Doubted): Evidence {
  const expected = attempt?.customerId ?? review.customerId;
  if (customerId === undefined || expected === undefined)
    return evidence('customer', undefined, 'The customer is not known.');
  return evidence(
    'customer',
    customerId === expected,
    'It is of the same customer.',
    `It is of another customer, ${customerId}.`,
  );
}

function productOf({ paymentId, productIds = [] }: SeenPayment, { review, attempt }: Doubted): Evidence {
  const expected = attempt?.productId;
  if (expected === undefined || productIds.length === 0)
    return evidence('product', undefined, 'Dodo does not name its product.');
  const sold = productIds.join(', ');
  const isSame = productIds.includes(expected);
  // What differs in the payment under review is what the operator decides on.
  const holds = !isSame && paymentId === review.paymentId ? undefined : isSame;
  return evidence(
    'product',
    holds,
    isSame ? 'It is for the same product.' : `It is for ${sold}.`,
    `It is for ${sold}.`,
  );
}

/** What the payment should have come to: what the review is about, or else what was accepted. */
function moneyOf(payment: SeenPayment, { review, attempt }: Doubted): Evidence[] {
  const { amount, currency } = payment;
  if (amount === undefined || currency === undefined)
    return [
      evidence('amount', undefined, 'Its amount is not known.'),
      evidence('currency', undefined, 'Its currency is not known.'),
    ];
  const isSubject = review.paymentId === payment.paymentId && review.amount !== undefined;
  if (isSubject || attempt === undefined) {
    const { amount: due, currency: of } = review;
    return [
      evidence(
        'amount',
        due === undefined ? undefined : amount === due,
        `It came to ${amount}.`,
        `It came to ${amount}, not to ${due}.`,
      ),
      evidence(
        'currency',
        of === undefined ? undefined : currency === of,
        `It is in ${currency}.`,
        `It is in ${currency}, not in ${of}.`,
      ),
    ];
  }
  const { kind, amount: due, currency: of } = attempt;
  // At a checkout the customer sees the price, and may pay in another currency.
  const atCheckout = kind === 'fallback';
  const fits = atCheckout ? amount > 0 || due <= 0 : kind === 'change_plan' ? amount <= due : amount === due;
  return [
    evidence(
      'amount',
      fits,
      `It came to ${amount}, and ${due} was sent.`,
      `It came to ${amount}, not to ${due}.`,
    ),
    evidence(
      'currency',
      atCheckout && currency !== of ? undefined : currency === of,
      `It is in ${currency}.`,
      `It is in ${currency}, not in ${of}.`,
    ),
  ];
}

function sessionOf({ sessionId }: SeenPayment, { attempt }: Doubted): Evidence {
  const expected = attempt?.sessionId;
  if (expected === undefined || sessionId === undefined)
    return evidence('session', undefined, 'Its checkout session is not known.');
  return evidence(
    'session',
    sessionId === expected,
    'It was made in the session of the attempt.',
    `It was made in another session, ${sessionId}.`,
  );
}

function statusOf({ status, amount, goneBack = 0 }: FoundPayment): Evidence {
  if (phaseOf(status) === 'paid' && amount !== undefined && amount > 0 && goneBack >= amount)
    return evidence('status', false, 'It succeeded, and all of it went back.');
  return evidence(
    'status',
    phaseOf(status) === 'paid',
    'It succeeded.',
    status === null ? 'Dodo does not say that it succeeded.' : `It is ${status}.`,
  );
}

function chargeTypeOf({ chargeType }: SeenPayment): Evidence {
  if (chargeType === undefined)
    return evidence('charge_type', undefined, 'Dodo does not tell the kind of charge.');
  return evidence(
    'charge_type',
    chargeType !== 'renewal',
    `It is no renewal (${chargeType}).`,
    'It renews a subscription.',
  );
}

function timeOf({ createdAt }: SeenPayment, { attempt }: Doubted): Evidence {
  const made = Date.parse(createdAt ?? '');
  const sent = Date.parse(attempt?.createdAt ?? '');
  if (Number.isNaN(made) || Number.isNaN(sent))
    return evidence('time', undefined, 'It is not known when it was made.');
  return evidence(
    'time',
    made >= sent - CLOCK_MARGIN_MS,
    'It was made after the attempt was sent.',
    'It was made before the attempt was sent.',
  );
}

function unusedOf({ usedFor }: FoundPayment): Evidence {
  return evidence(
    'unused',
    usedFor === undefined,
    'It counts for nothing else.',
    `It already counts: ${usedFor}.`,
  );
}
