import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sweepActivities, type SweepResult } from '../../../activities/afterwards/sweep.js';
import type { PaymentEvent } from '../../../src/domain/payment.js';
import { metadataOf, openAttempt } from '../attempts.js';
import { openShop, type Shop } from '../shop.js';

const HOUR = 3_600_000;

let shop: Shop;
/** The payments that runs were told of. */
let told: { event: PaymentEvent; whole: boolean }[];
beforeAll(async () => {
  shop = await openShop();
  shop.context.deliverPayment = async (event, payment) => {
    told.push({ event, whole: payment !== undefined });
    return true;
  };
});
beforeEach(() => {
  shop.pass(HOUR);
  told = [];
});
afterAll(() => shop.close());

/** Sweeps what was paid since the test began, as a process that has just started. */
function sweep(activities = sweepActivities(shop.context)): Promise<SweepResult> {
  const since = new Date(shop.now().getTime() - HOUR / 2).toISOString();
  return new MockActivityEnvironment().run((input: { since: string }) => activities.sweepPayments(input), {
    since,
  });
}
const toldOf = (payment_id: string) => told.filter(({ event }) => event.paymentId === payment_id);

describe('a payment with our proof', () => {
  it('is told to the run of its attempt, and recorded', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay();
    await sweep();
    expect(toldOf(payment_id)).toMatchObject([
      { whole: false, event: { attemptId: attempt.input.attemptId, proven: true } },
    ]);
    expect(await shop.context.ledger.payment(payment_id)).toMatchObject({
      proven: true,
      source: 'sweep',
      presentationId: attempt.input.presentationId,
    });
  });

  it('is told of though another payment of the same attempt has counted', async () => {
    const attempt = await openAttempt(shop);
    const first = await attempt.pay();
    await shop.context.ledger.updateAttempt(attempt.input.attemptId, {
      status: 'paid',
      paymentId: first.payment_id,
    });
    const second = await attempt.pay();
    await sweep();
    expect(toldOf(first.payment_id)).toEqual([]);
    expect(toldOf(second.payment_id)).toHaveLength(1);
  });

  it.each(['counts', 'goes_back', 'review', 'not_ours'] as const)(
    'is not told of again when its verdict is %s',
    async (verdict) => {
      const attempt = await openAttempt(shop);
      const { payment_id } = await attempt.pay();
      const sweeping = sweepActivities(shop.context);
      await sweep(sweeping);
      await sweep(sweeping);
      expect(toldOf(payment_id)).toHaveLength(2);
      await shop.context.ledger.recordVerdict(payment_id, verdict);
      await sweep(sweeping);
      await sweep();
      expect(toldOf(payment_id)).toHaveLength(2);
    },
  );

  it('is told of though the ledger knows no such attempt', async () => {
    const attempt = await openAttempt(shop);
    const { attemptId } = attempt.input;
    const unknown = { ...attempt.input, attemptId: attemptId.replace(/:1$/, ':7') };
    const { payment_id } = await attempt.pay({ metadata: metadataOf(shop, unknown) });
    await sweep();
    expect(toldOf(payment_id)).toMatchObject([{ whole: false }]);
    expect(await shop.context.ledger.payment(payment_id)).toMatchObject({ verdict: 'undecided' });
  });
});

describe('a payment that only names an attempt', () => {
  it('is an ordinary purchase', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay({ metadata: { upsell_attempt_id: attempt.input.attemptId } });
    await sweep();
    expect(toldOf(payment_id)).toMatchObject([{ whole: true }]);
    expect(await shop.context.ledger.payment(payment_id)).toBeUndefined();
  });

  it('is that of an attempt that is older than proofs, with no word of a proof', async () => {
    const attempt = await openAttempt(shop, { proof: false });
    const { payment_id } = await attempt.pay({ metadata: { upsell_attempt_id: attempt.input.attemptId } });
    await sweep();
    const [one] = toldOf(payment_id);
    expect(one).toMatchObject({ whole: false, event: { attemptId: attempt.input.attemptId } });
    expect(one?.event).not.toHaveProperty('proven');
  });
});

describe('an ordinary purchase', () => {
  const reads = ({ payment_id }: { payment_id: string }) =>
    shop.sandbox.books.requests({ method: 'GET', path: `/payments/${payment_id}` }).length;

  it('that interests nobody is read once per process', async () => {
    const bought = await shop.buy('prod_team_license');
    const sweeping = sweepActivities({ ...shop.context, deliverPayment: async () => false });
    await sweep(sweeping);
    await sweep(sweeping);
    expect(reads(bought)).toBe(1);
  });

  it('that the ledger knows is neither read nor told of, not even by a process that has just started', async () => {
    const bought = await shop.buy('prod_starter_course');
    await shop.evaluate(bought.payment_id);
    const before = reads(bought);
    await sweep();
    expect(reads(bought)).toBe(before);
    expect(toldOf(bought.payment_id)).toEqual([]);
  });
});

describe('a renewal', () => {
  it('is told to nobody, whether or not an attempt created its subscription', async () => {
    const attempt = await openAttempt(shop);
    const ours = await attempt.pay({ product_id: 'prod_basic_plan' });
    const theirs = await shop.buy('prod_basic_plan');
    for (const { subscription_id } of [ours, theirs]) {
      await shop.sandbox.control.renew(subscription_id ?? '');
    }
    await sweep();
    const renewals = [ours, theirs].flatMap(({ customer_id }) =>
      shop.sandbox.books
        .payments({ customerId: customer_id })
        .filter((payment) => 'charge_type' in payment && payment.charge_type === 'renewal'),
    );
    expect(renewals).toHaveLength(2);
    for (const { payment_id } of renewals) expect(toldOf(payment_id)).toEqual([]);
    expect(toldOf(ours.payment_id)).toHaveLength(1);
  });
});

describe('an odd row', () => {
  it.each([
    ['without metadata', { fields: { metadata: null } }],
    ['with metadata that is a text', { fields: { metadata: 'x' } }],
    ['without a customer', { fields: { customer: null } }],
    ['with an amount that is none', { fields: { total_amount: 1.5, metadata: { upsell_attempt_id: 'x' } } }],
    ['that is null', { row: null }],
    ['that is a text', { row: 'x' }],
  ])('%s does not hold up the others', async (_name, override) => {
    shop.sandbox.control.clearFaults();
    // The list begins with the newest payment.
    const before = await shop.buy('prod_starter_course');
    const odd = await shop.buy('prod_starter_course');
    shop.sandbox.control.overrideRows({ kind: 'payment', id: odd.payment_id, ...override });
    expect((await sweep()).told).toBeGreaterThan(0);
    expect(toldOf(before.payment_id)).toHaveLength(1);
    shop.sandbox.control.clearFaults();
  });

  it('whose payment Dodo refuses to show does not hold up the others', async () => {
    const before = await shop.buy('prod_starter_course');
    const odd = await shop.buy('prod_starter_course');
    shop.sandbox.control.addFault({
      kind: 'status_before',
      status: 422,
      match: { method: 'GET', path: `^/payments/${odd.payment_id}$` },
    });
    await sweep();
    expect(toldOf(before.payment_id)).toHaveLength(1);
    expect(toldOf(odd.payment_id)).toEqual([]);
  });
});
