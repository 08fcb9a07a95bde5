import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgePayment, seenPayment, type JudgedAttempt, type SeenPayment } from '../../src/domain/verdict.js';
import { ATTEMPT_KINDS } from '../../src/domain/words.js';

const attempt: JudgedAttempt = {
  attemptId: 'purchase/pay_1:pro:1',
  kind: 'charge',
  customerId: 'cus_1',
  productId: 'prod_pro',
  amount: 9900,
  currency: 'USD',
};
const payment: SeenPayment = {
  paymentId: 'pay_2',
  status: 'succeeded',
  attemptId: attempt.attemptId,
  proven: true,
  customerId: 'cus_1',
  productIds: ['prod_pro'],
  amount: 9900,
  currency: 'USD',
  createdAt: '2026-11-28T12:00:00.000Z',
};
const judged = (seen: Partial<SeenPayment>, sent: Partial<JudgedAttempt> = {}) =>
  judgePayment({ ...payment, ...seen }, { ...attempt, ...sent });

describe('a payment that the metadata proves to be ours', () => {
  it('counts when it is what was accepted', () => {
    expect(judged({})).toEqual({ kind: 'counts' });
    expect(judged({ productIds: undefined })).toEqual({ kind: 'counts' });
    expect(judged({ productIds: [] })).toEqual({ kind: 'counts' });
    expect(judged({ productIds: ['prod_addon', 'prod_pro'] })).toEqual({ kind: 'counts' });
  });

  it.each([
    ['a cent less', { amount: 9899 }, 'amount_differs'],
    ['a cent more', { amount: 9901 }, 'amount_differs'],
    ['nothing', { amount: 0 }, 'amount_differs'],
    ['the same number in another currency', { currency: 'INR' }, 'currency_differs'],
    ['another product', { productIds: ['prod_other'] }, 'product_differs'],
  ])('is reviewed when it is of %s', (_, seen, doubt) => {
    expect(judged(seen)).toEqual({ kind: 'review', doubt });
  });

  it.each([
    ['failed', 'failed'],
    ['cancelled', 'failed'],
    ['requires_payment_method', 'failed'],
    ['requires_customer_action', 'action_required'],
    ['processing', 'pending'],
    ['requires_capture', 'pending'],
    [null, 'pending'],
  ])('decides nothing while its status is %s', (status, phase) => {
    expect(judged({ status })).toEqual({ kind: 'undecided', phase });
  });

  it('counts though another payment of the same attempt had failed before', () => {
    expect(judged({ paymentId: 'pay_3' }, { paymentId: 'pay_2' })).toEqual({ kind: 'counts' });
  });
});

describe('a plan change', () => {
  const change = { kind: 'change_plan' as const };

  it('may cost less than its preview, for it is prorated by the clock', () => {
    expect(judged({ amount: 9897 }, change)).toEqual({ kind: 'counts' });
  });

  it('never more', () => {
    expect(judged({ amount: 9901 }, change)).toEqual({ kind: 'review', doubt: 'amount_differs' });
  });
});

describe('a payment at the fallback checkout', () => {
  const fallback = { kind: 'fallback' as const };

  it.each([
    ['in another currency', { amount: 830_000, currency: 'INR' }],
    ['with a discount', { amount: 5000 }],
    ['with other taxes', { amount: 11_800 }],
  ])('counts when it is paid %s', (_, seen) => {
    expect(judged(seen, fallback)).toEqual({ kind: 'counts' });
  });

  it('is reviewed when nothing was paid for what costs something', () => {
    expect(judged({ amount: 0 }, fallback)).toEqual({ kind: 'review', doubt: 'amount_differs' });
    expect(judged({ amount: 0 }, { ...fallback, amount: 0 })).toEqual({ kind: 'counts' });
  });

  it('is reviewed when it bought something else', () => {
    expect(judged({ productIds: ['prod_other'] }, fallback)).toEqual({
      kind: 'review',
      doubt: 'product_differs',
    });
  });
});

describe('the second payment of an offer', () => {
  const counted = { paymentId: 'pay_9', attemptId: 'purchase/pay_1:pro:2' };

  it('goes back, whatever its amount', () => {
    for (const amount of [1, 9899, 9900, 20_000])
      expect(judgePayment({ ...payment, amount }, attempt, counted)).toEqual({ kind: 'goes_back' });
  });

  it('is not the one that counted, told again', () => {
    expect(judgePayment(payment, attempt, { ...counted, paymentId: payment.paymentId })).toEqual({
      kind: 'counts',
    });
  });
});

describe('the renewal of a subscription that an attempt created', () => {
  const counted = {
    paymentId: 'pay_1st',
    attemptId: attempt.attemptId,
    subscriptionIds: ['sub_1'],
    createdAt: '2026-11-28T12:00:00.000Z',
  };
  const later = { ...payment, subscriptionIds: ['sub_1'], createdAt: '2026-12-28T12:00:00.000Z' };

  it('is told by its charge type', () => {
    expect(judgePayment({ ...payment, chargeType: 'renewal' }, attempt)).toEqual({
      kind: 'not_ours',
      why: 'renewal',
    });
  });

  it('is told by its subscription where there is no charge type', () => {
    expect(judgePayment(later, attempt, counted)).toEqual({ kind: 'not_ours', why: 'renewal' });
  });

  it.each(['plan_change', 'on_demand'])(
    'is not the %s of that subscription, to which Dodo has copied the metadata',
    (chargeType) => {
      const later_charge = { kind: 'not_ours', why: 'later_charge' };
      const session = { ...attempt, kind: 'fallback' as const, sessionId: 'cks_1' };
      expect(judgePayment({ ...later, chargeType }, attempt, counted)).toEqual(later_charge);
      expect(judgePayment({ ...later, chargeType }, session)).toEqual(later_charge);
      const link = { ...attempt, kind: 'fallback' as const, paymentId: payment.paymentId };
      expect(judgePayment({ ...payment, chargeType }, link)).toEqual({ kind: 'counts' });
      const change = { ...attempt, kind: 'change_plan' as const };
      expect(judgePayment({ ...payment, chargeType }, change)).toEqual({ kind: 'counts' });
    },
  );

  it.each([
    ['of the same moment', { createdAt: '2026-11-28T12:05:00.000Z' }],
    ['of another subscription', { subscriptionIds: ['sub_2'] }],
    ['that Dodo calls a checkout', { chargeType: 'checkout' }],
  ])('is not a second payment %s', (_, seen) => {
    expect(judgePayment({ ...later, ...seen }, attempt, counted)).toEqual({ kind: 'goes_back' });
  });

  it('is not the payment of another attempt on the same subscription', () => {
    const other = { ...counted, attemptId: 'plan-change/sub_1:prs_1:1' };
    expect(judgePayment(later, attempt, other)).toEqual({ kind: 'goes_back' });
  });
});

describe('a payment that is not ours', () => {
  it.each([
    ['names no attempt', { attemptId: undefined }, 'no_attempt'],
    ['has no proof', { proven: false }, 'no_proof'],
    ['does not say whether it has one', { proven: undefined }, 'no_proof'],
    ["is somebody else's", { customerId: 'cus_2' }, 'other_customer'],
    ['names another attempt', { attemptId: 'purchase/pay_1:pro:2' }, 'unknown_attempt'],
  ])('%s', (_, seen, why) => {
    expect(judged(seen)).toEqual({ kind: 'not_ours', why });
  });

  it('names an attempt that does not exist', () => {
    expect(judgePayment(payment, undefined)).toEqual({ kind: 'not_ours', why: 'unknown_attempt' });
  });
});

describe('an attempt that was sent before there were proofs', () => {
  const old = { withoutProof: true };

  it.each([
    ['the payment Dodo named', {}, { paymentId: 'pay_2' }, 'counts'],
    ['another than Dodo named', {}, { paymentId: 'pay_3' }, 'not_ours'],
    ['its session', { sessionId: 'cks_1' }, { sessionId: 'cks_1' }, 'counts'],
    ['another session', { sessionId: 'cks_2' }, { sessionId: 'cks_1' }, 'not_ours'],
    ['its price', { sessionId: undefined }, {}, 'counts'],
    ['less than its price', { amount: 9899 }, {}, 'not_ours'],
    ['another currency', { currency: 'INR' }, {}, 'not_ours'],
  ])('is proven by %s', (_, seen, sent, kind) => {
    expect(judged({ ...seen, proven: undefined }, { ...old, ...sent }).kind).toBe(kind);
  });
});

describe('whatever is seen', () => {
  const seen = fc.record({
    paymentId: fc.constantFrom('pay_2', 'pay_3', 'pay_9'),
    status: fc.constantFrom('succeeded', 'failed', 'processing', null),
    attemptId: fc.constantFrom(attempt.attemptId, 'purchase/pay_1:pro:2', undefined),
    proven: fc.constantFrom(true, false, undefined),
    customerId: fc.constantFrom('cus_1', 'cus_2', undefined),
    productIds: fc.constantFrom(['prod_pro'], ['prod_other'], undefined),
    amount: fc.option(fc.nat(20_000), { nil: undefined }),
    currency: fc.constantFrom('USD', 'INR', undefined),
    chargeType: fc.constantFrom('checkout', 'renewal', undefined),
  });
  const sent = fc.record({ kind: fc.constantFrom(...ATTEMPT_KINDS), amount: fc.nat(20_000) });

  it('money without a proof neither counts nor goes back', () => {
    fc.assert(
      fc.property(seen, sent, fc.boolean(), (payment, more, isCounted) => {
        const verdict = judgePayment(
          { ...payment, proven: false },
          { ...attempt, ...more },
          isCounted ? { paymentId: 'pay_9' } : undefined,
        );
        expect(verdict.kind).toBe('not_ours');
      }),
    );
  });

  it('a proven, paid payment of our customer always has a verdict that accounts for it', () => {
    fc.assert(
      fc.property(seen, sent, fc.boolean(), (payment, more, isCounted) => {
        const ours = {
          ...payment,
          status: 'succeeded',
          proven: true,
          attemptId: attempt.attemptId,
          customerId: 'cus_1',
          chargeType: 'checkout',
        };
        const verdict = judgePayment(
          ours,
          { ...attempt, ...more },
          isCounted ? { paymentId: 'pay_9' } : undefined,
        );
        expect(['counts', 'goes_back', 'review']).toContain(verdict.kind);
        if (isCounted && ours.paymentId !== 'pay_9') expect(verdict.kind).toBe('goes_back');
      }),
    );
  });
});

describe('what is not known of a payment', () => {
  const counts = { kind: 'counts' };

  it('speaks against nothing: its customer, its amount, its currency, its products', () => {
    expect(judged({ customerId: undefined })).toEqual(counts);
    expect(judged({ amount: undefined })).toEqual(counts);
    expect(judged({ currency: undefined })).toEqual(counts);
    expect(judged({ amount: undefined, currency: undefined })).toEqual(counts);
    expect(judged({ productIds: ['prod_other'] }, { productId: undefined })).toEqual(counts);
  });

  it('speaks against nothing where an attempt has no proof either', () => {
    const older = { withoutProof: true };
    const notOurs = { kind: 'not_ours', why: 'no_proof' };
    const seen = { proven: false };
    expect(judged({ ...seen, amount: undefined }, older)).toEqual(counts);
    // A session decides only where both are known; else the price does.
    expect(judged({ ...seen, sessionId: 'cks_1' }, older)).toEqual(counts);
    expect(judged({ ...seen, sessionId: 'cks_1', amount: 1 }, older)).toEqual(notOurs);
    expect(judged(seen, { ...older, sessionId: 'cks_1' })).toEqual(counts);
    expect(judged({ ...seen, amount: 1 }, { ...older, sessionId: 'cks_1' })).toEqual(notOurs);
    expect(judged({ ...seen, sessionId: 'cks_1' }, { ...older, sessionId: 'cks_2' })).toEqual(notOurs);
    expect(judged({ ...seen, sessionId: 'cks_1', amount: 1 }, { ...older, sessionId: 'cks_1' })).toEqual({
      kind: 'review',
      doubt: 'amount_differs',
    });
  });
});

describe('a charge of the subscription that an attempt bought', () => {
  const laterCharge = { kind: 'not_ours', why: 'later_charge' };

  it.each(['plan_change', 'on_demand'])('is not its payment: %s', (chargeType) => {
    expect(judged({ chargeType }, { kind: 'payment' })).toEqual(laterCharge);
    expect(judged({ chargeType }, { kind: 'charge' })).toEqual(laterCharge);
    expect(judged({ chargeType }, { kind: 'fallback', sessionId: 'cks_1' })).toEqual(laterCharge);
  });

  it('is the payment of a change of plan, and of its link, which have no checkout', () => {
    const chargeType = 'plan_change';
    expect(judged({ chargeType }, { kind: 'change_plan', sessionId: 'cks_1' })).toEqual({ kind: 'counts' });
    expect(judged({ chargeType }, { kind: 'fallback' })).toEqual({ kind: 'counts' });
  });
});

describe('a renewal that Dodo does not call one', () => {
  const HALF_A_DAY = 12 * 60 * 60 * 1000;
  const first = '2026-11-28T12:00:00.000Z';
  const counted = {
    paymentId: 'pay_1',
    attemptId: attempt.attemptId,
    subscriptionIds: ['sub_1'],
    createdAt: first,
  };
  const after = (ms: number, seen: Partial<SeenPayment> = {}) =>
    judgePayment(
      {
        ...payment,
        subscriptionIds: ['sub_1'],
        createdAt: new Date(Date.parse(first) + ms).toISOString(),
        ...seen,
      },
      attempt,
      { ...counted },
    );
  const renewal = { kind: 'not_ours', why: 'renewal' };
  const second = { kind: 'goes_back' };

  it('is told by the subscription and the time', () => {
    expect(after(HALF_A_DAY)).toEqual(renewal);
    expect(after(HALF_A_DAY - 1)).toEqual(second);
    expect(after(HALF_A_DAY, { subscriptionIds: ['sub_2', 'sub_1'] })).toEqual(renewal);
    expect(after(HALF_A_DAY, { subscriptionIds: ['sub_2'] })).toEqual(second);
    expect(after(HALF_A_DAY, { subscriptionIds: undefined })).toEqual(second);
  });

  it('is not the payment that counts itself, however its times differ', () => {
    expect(after(HALF_A_DAY, { paymentId: 'pay_1' })).toEqual({ kind: 'counts' });
  });

  it('is not known where the counted payment names no subscription', () => {
    const seen = { ...payment, subscriptionIds: ['sub_1'], createdAt: '2026-12-28T12:00:00.000Z' };
    expect(judgePayment(seen, attempt, { ...counted, subscriptionIds: undefined })).toEqual(second);
  });
});

it('is judged and recorded by the subscriptions that its event names, in whichever field', () => {
  const event = { paymentId: 'pay_2', status: 'succeeded', attemptId: 'a' };
  expect(seenPayment(event)).toMatchObject({ ...event, subscriptionIds: undefined });
  expect(seenPayment({ ...event, subscriptionId: 'sub_1' }).subscriptionIds).toEqual(['sub_1']);
  expect(seenPayment({ ...event, subscriptionId: 'sub_1', subscriptionIds: ['sub_2'] })).toMatchObject({
    subscriptionIds: ['sub_2'],
  });
});
