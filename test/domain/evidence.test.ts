import { describe, expect, it } from 'vitest';
import {
  mismatch,
  weigh,
  type Doubted,
  type EvidenceCheck,
  type FoundPayment,
} from '../../src/domain/evidence.js';

const SENT_AT = '2026-11-23T12:00:00.000Z';

const ATTEMPT = {
  attemptId: 'purchase/pay_0:s:1',
  kind: 'charge' as const,
  customerId: 'cus_1',
  productId: 'prod_1',
  amount: 9900,
  currency: 'USD',
  sessionId: 'cks_1',
  createdAt: SENT_AT,
};
const UNPROVEN: Doubted = { review: { kind: 'unproven_attempt' }, attempt: ATTEMPT };

/** Everything about it speaks for it. */
const FITTING: FoundPayment = {
  paymentId: 'pay_1',
  status: 'succeeded',
  attemptId: ATTEMPT.attemptId,
  proven: true,
  customerId: 'cus_1',
  productIds: ['prod_1'],
  sessionId: 'cks_1',
  chargeType: 'new',
  amount: 9900,
  currency: 'USD',
  createdAt: '2026-11-23T12:00:05.000Z',
};

const kind = (of: 'fallback' | 'change_plan', amount = 9900): Doubted => ({
  ...UNPROVEN,
  attempt: { ...ATTEMPT, kind: of, amount },
});
/** About a payment that is not what was accepted. */
const differing = (paymentId: string): Doubted => ({
  review: { kind: 'payment_differs', paymentId, amount: 9800, currency: 'USD' },
  attempt: ATTEMPT,
});
const withoutAttempt = (review: Partial<Doubted['review']> = {}): Doubted => ({
  review: { kind: 'payment_unmatched', ...review },
});

describe('what speaks for a payment', () => {
  it('is everything, when it is the one that was sent', () => {
    const candidate = weigh(FITTING, UNPROVEN);
    expect(candidate.evidence.map(({ check, says }) => [check, says])).toEqual([
      ['proof', 'for'],
      ['attempt', 'for'],
      ['customer', 'for'],
      ['product', 'for'],
      ['amount', 'for'],
      ['currency', 'for'],
      ['session', 'for'],
      ['status', 'for'],
      ['charge_type', 'for'],
      ['time', 'for'],
      ['unused', 'for'],
    ]);
    expect(candidate).toMatchObject({ verdict: 'counts', amount: 9900, currency: 'USD' });
    expect(mismatch(candidate)).toBeUndefined();
  });

  it.each<[EvidenceCheck, 'for' | 'against' | 'nothing', Partial<FoundPayment>, Doubted?]>([
    ['proof', 'against', { proven: false }],
    ['proof', 'nothing', { proven: undefined }],
    ['proof', 'nothing', { attemptId: undefined, proven: false }],
    ['attempt', 'nothing', { attemptId: undefined }],
    ['attempt', 'nothing', {}, withoutAttempt()],
    ['attempt', 'against', { attemptId: 'purchase/pay_9:s:1' }],
    ['attempt', 'nothing', { attemptId: 'purchase/pay_9:s:1', proven: false }],
    ['customer', 'against', { customerId: 'cus_2' }],
    ['customer', 'nothing', { customerId: undefined }],
    ['customer', 'for', {}, withoutAttempt({ customerId: 'cus_1' })],
    ['customer', 'nothing', {}, withoutAttempt()],
    ['product', 'against', { productIds: ['prod_2'] }],
    ['product', 'for', { productIds: ['prod_2', 'prod_1'] }],
    ['product', 'nothing', { productIds: undefined }],
    ['product', 'nothing', { productIds: ['prod_2'] }, differing('pay_1')],
    ['product', 'nothing', {}, withoutAttempt()],
    ['amount', 'against', { amount: 9899 }],
    ['amount', 'against', { amount: 9901 }],
    ['amount', 'nothing', { amount: undefined }],
    ['currency', 'nothing', { amount: undefined }],
    ['amount', 'nothing', { currency: undefined }],
    ['currency', 'against', { currency: 'INR' }],
    // A change of plan is prorated by the clock, and never costs more than its preview.
    ['amount', 'for', { amount: 9899 }, kind('change_plan')],
    ['amount', 'for', { amount: 9900 }, kind('change_plan')],
    ['amount', 'against', { amount: 9901 }, kind('change_plan')],
    // At a checkout the customer sees the price, and may pay in another currency.
    ['amount', 'for', { amount: 830_000, currency: 'INR' }, kind('fallback')],
    ['currency', 'nothing', { amount: 830_000, currency: 'INR' }, kind('fallback')],
    ['currency', 'for', {}, kind('fallback')],
    ['amount', 'against', { amount: 0 }, kind('fallback')],
    ['amount', 'for', { amount: 0 }, kind('fallback', 0)],
    // The payment under review has to be what the review is about; any other one what was sent.
    ['amount', 'for', { amount: 9800 }, differing('pay_1')],
    ['amount', 'against', { amount: 9900 }, differing('pay_1')],
    ['currency', 'for', { amount: 9800 }, differing('pay_1')],
    ['currency', 'against', { amount: 9800, currency: 'INR' }, differing('pay_1')],
    ['amount', 'for', { amount: 9900 }, differing('pay_2')],
    ['amount', 'against', { amount: 9800 }, differing('pay_2')],
    ['amount', 'for', {}, withoutAttempt({ amount: 9900, currency: 'USD' })],
    ['amount', 'against', {}, withoutAttempt({ amount: 9800, currency: 'USD' })],
    ['amount', 'nothing', {}, withoutAttempt()],
    ['currency', 'nothing', {}, withoutAttempt()],
    ['session', 'against', { sessionId: 'cks_2' }],
    ['session', 'nothing', { sessionId: undefined }],
    ['session', 'nothing', {}, withoutAttempt()],
    ['status', 'against', { status: 'processing' }],
    ['status', 'against', { status: null }],
    ['charge_type', 'against', { chargeType: 'renewal' }],
    ['charge_type', 'nothing', { chargeType: undefined }],
    // Dodo's clock and ours differ by some minutes.
    ['time', 'for', { createdAt: '2026-11-23T11:50:00.000Z' }],
    ['time', 'against', { createdAt: '2026-11-23T11:49:59.999Z' }],
    ['time', 'nothing', { createdAt: undefined }],
    ['time', 'nothing', {}, withoutAttempt()],
    ['unused', 'against', { usedFor: 'another offer' }],
  ])('%s is %s it: %j', (check, says, payment, doubted = UNPROVEN) => {
    const { evidence } = weigh({ ...FITTING, ...payment }, doubted);
    expect(evidence.filter((one) => one.check === check)).toMatchObject([{ says }]);
  });
});

describe('a payment that an operator names', () => {
  it.each<[string, Partial<FoundPayment>, string]>([
    ['of another customer', { customerId: 'cus_2' }, 'It is of another customer, cus_2.'],
    ['of another product', { productIds: ['prod_2'] }, 'It is for prod_2.'],
    ['of another amount', { amount: 1 }, 'It came to 1, not to 9900.'],
    ['in another currency', { currency: 'INR' }, 'It is in INR, not in USD.'],
    ['that is not paid', { status: 'failed' }, 'It is failed.'],
    ['of which Dodo says nothing', { status: null }, 'Dodo does not say that it succeeded.'],
    ['that renews', { chargeType: 'renewal' }, 'It renews a subscription.'],
    ['from before', { createdAt: '2026-11-22T12:00:00.000Z' }, 'It was made before the attempt was sent.'],
    ['that is used', { usedFor: 'another offer' }, 'It already counts: another offer.'],
  ])('%s cannot be the one', (_, payment, why) => {
    expect(mismatch(weigh({ ...FITTING, ...payment }, UNPROVEN))).toBe(why);
  });

  it('without a proof, or in another session, may be the one all the same', () => {
    expect(mismatch(weigh({ ...FITTING, proven: false }, UNPROVEN))).toBeUndefined();
    expect(mismatch(weigh({ ...FITTING, sessionId: 'cks_2' }, UNPROVEN))).toBeUndefined();
  });

  it('comes with what is decided about it otherwise', () => {
    const verdictOf = (payment: Partial<FoundPayment>, doubted = UNPROVEN) => {
      const { verdict, verdictDetail } = weigh({ ...FITTING, ...payment }, doubted);
      return [verdict, verdictDetail];
    };
    expect(verdictOf({})).toEqual(['counts', undefined]);
    expect(verdictOf({ amount: 1 })).toEqual(['review', 'amount_differs']);
    expect(verdictOf({ customerId: 'cus_2' })).toEqual(['not_ours', 'other_customer']);
    expect(verdictOf({ status: 'processing' })).toEqual(['undecided', 'pending']);
    expect(verdictOf({}, { ...UNPROVEN, counted: { paymentId: 'pay_9' } })).toEqual(['goes_back', undefined]);
  });
});
