/** Payments of ours that are not what the customer accepted: a person decides, and nothing else is opened meanwhile. */
import { describe, expect, it } from 'vitest';
import { paymentEvent, resolve } from '../../src/contract/messages.js';
import type { PaymentEvent } from '../../src/domain/payment.js';
import type { Answer } from './scripted-activities.js';
import type { PurchaseRun } from './purchase-run.js';
import { useWorkflowHarness } from './use-workflow-harness.js';
import { DAY, HOUR } from './purchase-fixture.js';

const harness = useWorkflowHarness();

const LOST: Answer<'charge'> = { kind: 'unknown', detail: 'socket hang up' };
const DECLINED: Answer<'charge'> = { kind: 'rejected', code: 'INSUFFICIENT_FUNDS' };

async function accepted(...charges: Answer<'charge'>[]) {
  const run = await harness.buy({ script: (activities) => activities.next('charge', ...charges) });
  const reply = run.accept();
  await run.activities.called('charge');
  await run.idle();
  return { run, reply };
}

/** Payments are known to all runs of a server, so each run has its own. */
const idOf = (run: PurchaseRun, name: string) => `pay_${name}_${run.fixture.purchaseId}`;

/** A paid payment with our proof, told by webhook. */
async function paid(run: PurchaseRun, name: string, change: Partial<PaymentEvent> = {}) {
  const payment: PaymentEvent = {
    ...run.activities.book(run.attempt(1), 'succeeded'),
    paymentId: idOf(run, name),
    proven: true,
    ...change,
  };
  run.activities.books.payments.set(payment.attemptId ?? '', payment);
  await run.handle.signal(paymentEvent, payment);
  await run.idle();
  return payment;
}

function word(run: PurchaseRun, paid: boolean, payment?: PaymentEvent) {
  return run.handle.executeUpdate(resolve, {
    args: [
      {
        presentationId: run.presentation(),
        paid,
        reason: 'looked at',
        ...(payment && { payment, paymentId: payment.paymentId }),
      },
    ],
  });
}

/** What the run of a late payment was started with. It goes on when the purchase run has ended. */
async function lateRun(run: PurchaseRun, name: string) {
  await run.activities.called('settleLatePayment');
  return run.activities.inputs('settleLatePayment').filter((input) => input.paymentId === idOf(run, name));
}

describe('a lost reply, and a payment of a cent less', () => {
  it('is under review, and no link is handed over for as long as it takes', async () => {
    const { run, reply } = await accepted(LOST);
    const payment = await paid(run, 'less', { amount: 4899 });
    expect(await reply).toMatchObject({ status: 'reconciling' });
    expect(run.activities.inputs('recordState')).toMatchObject([
      {
        status: 'needs_review',
        doubt: 'amount_differs',
        payment: { paymentId: idOf(run, 'less'), amount: 4899 },
      },
    ]);
    await run.pass(3 * DAY);
    expect(await run.state()).toMatchObject({ status: 'needs_review' });
    expect(await run.accept()).toMatchObject({ status: 'needs_review', decision: 'accepted' });
    expect(run.activities.calls()).not.toContain('openFallback');
    await word(run, true, payment);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { paid: { paymentId: idOf(run, 'less'), amount: 4899, currency: 'USD' } } },
    ]);
  });

  it('is not what pays when a person names another payment: that one is booked, as Dodo shows it', async () => {
    const { run } = await accepted(LOST);
    const differing = await paid(run, 'less', { amount: 4899 });
    await word(run, true, { ...differing, paymentId: idOf(run, 'other'), amount: 8300, currency: 'INR' });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('settle')).toMatchObject([
      {
        presentation: {
          patch: { paidAmount: 8300, paidCurrency: 'INR' },
          paid: { paymentId: idOf(run, 'other'), amount: 8300, currency: 'INR' },
        },
      },
    ]);
    expect(await lateRun(run, 'less')).toHaveLength(1);
  });

  it('goes back once a person has rejected it, and the customer has another way to pay then', async () => {
    const { run } = await accepted(LOST);
    await paid(run, 'less', { amount: 4899 });
    await word(run, false);
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.pass(25 * HOUR);
    expect(await run.result()).toMatchObject({ outcome: 'abandoned' });
    expect(await lateRun(run, 'less')).toMatchObject([{ rejected: true }]);
  });

  it('ends its review when a payment comes that is what was accepted; the other one goes back', async () => {
    const { run } = await accepted(LOST);
    await paid(run, 'less', { amount: 4899 });
    await paid(run, 'right');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(await lateRun(run, 'less')).toHaveLength(1);
    expect(run.activities.inputs('openFallback')).toEqual([]);
  });
});

it('reviews every differing payment, one after another', async () => {
  const { run } = await accepted(LOST);
  await paid(run, 'one', { amount: 1 });
  await paid(run, 'two', { amount: 2 });
  await word(run, false);
  await run.idle();
  expect(await run.state()).toMatchObject({ status: 'needs_review' });
  expect(run.activities.inputs('recordState')).toMatchObject([
    { payment: { paymentId: idOf(run, 'one') } },
    { payment: { paymentId: idOf(run, 'two') } },
  ]);
  await word(run, false);
  await run.idle();
  expect(await run.state()).toMatchObject({ status: 'fallback' });
});

it('keeps no link open while the payment of the declined charge is under review', async () => {
  const { run } = await accepted(DECLINED);
  expect(await run.state()).toMatchObject({ status: 'fallback' });
  await paid(run, 'late', { amount: 1 });
  expect(await run.state()).toMatchObject({ status: 'needs_review' });
  await word(run, false);
  await run.idle();
  // The link that was handed over stands again; it is the same one.
  expect(await run.state()).toMatchObject({ status: 'fallback' });
  expect(run.activities.inputs('openFallback')).toHaveLength(1);
});

describe('a payment at the fallback', () => {
  it.each<[string, Partial<PaymentEvent>, string]>([
    ['of less, as with a discount', { amount: 4000 }, 'recovered'],
    ['in a currency of the customer', { amount: 830_000, currency: 'INR' }, 'recovered'],
    ['of more, as in another tax area', { amount: 5900 }, 'recovered'],
  ])('counts when it is %s', async (_, change, outcome) => {
    const { run } = await accepted(DECLINED);
    const payment = await paid(run, 'link', { attemptId: run.attempt(2), ...change });
    expect(await run.result()).toMatchObject({ outcome });
    const { amount, currency } = payment;
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { patch: { paidAmount: amount, recovered: true }, paid: { amount, currency } } },
    ]);
  });

  it.each<[string, Partial<PaymentEvent>]>([
    ['of nothing', { amount: 0 }],
    ['for another product', { productIds: ['prod_other'] }],
  ])('is under review when it is %s', async (_, change) => {
    const { run } = await accepted(DECLINED);
    await paid(run, 'link', { attemptId: run.attempt(2), ...change });
    expect(await run.state()).toMatchObject({ status: 'needs_review' });
    await word(run, false);
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'fallback' });
  });
});

it('tells the merchant of what was paid in its own currency', async () => {
  const run = await harness.buy({
    input: { notify: true },
    script: (activities) => activities.next('charge', DECLINED),
  });
  void run.accept();
  await run.activities.called('openFallback');
  await run.idle();
  const inr = { attemptId: run.attempt(2), amount: 830_000, currency: 'INR' };
  const { paymentId } = await paid(run, 'link', inr);
  expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  expect(run.activities.delivered.find(({ type }) => type === 'offer.fulfilled')).toMatchObject({
    payment: { paymentId, amount: 830_000, currency: 'INR' },
  });
});
