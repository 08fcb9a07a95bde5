import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { DODO_BUSY } from '../../src/contract/busy.js';
import type { Answer, ScriptedActivities } from './scripted-activities.js';
import type { PurchaseRun } from './purchase-run.js';
import { RECONCILE_WINDOW, useWorkflowHarness } from './use-workflow-harness.js';
import { DAY, HOUR, MINUTE, SECOND } from './purchase-fixture.js';

const harness = useWorkflowHarness();

/** The reply is lost. Dodo may or may not have charged. */
const LOST: Answer<'charge'> = { kind: 'unknown', detail: 'socket hang up' };
const DECLINED: Answer<'charge'> = { kind: 'rejected', code: 'INSUFFICIENT_FUNDS' };
const NOT_SENT: Answer<'charge'> = { kind: 'not_sent', detail: 'connection refused' };
const UNREADABLE = new Error('Dodo cannot be read.');
const QUEUED = ApplicationFailure.retryable('Other requests to Dodo have to go first.', DODO_BUSY);

/** Accepts an offer, and returns the answer that the customer waits for. */
async function accepted(
  ...charges: Answer<'charge'>[]
): Promise<{ run: PurchaseRun; reply: ReturnType<PurchaseRun['accept']> }> {
  const run = await harness.buy({ script: (activities) => activities.next('charge', ...charges) });
  const reply = run.accept();
  await run.activities.called('charge');
  await run.idle();
  return { run, reply };
}

/** Returns how long after one activity another was first called. Milliseconds. */
function between(
  activities: ScriptedActivities,
  from: Parameters<ScriptedActivities['times']>[0],
  to: Parameters<ScriptedActivities['times']>[0],
): number {
  return (activities.times(to)[0] ?? NaN) - (activities.times(from)[0] ?? NaN);
}

describe('an accepted offer', () => {
  it('is sent as accepted, under an id made of the run and the step', async () => {
    const { run } = await accepted();
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 1 });
    expect(run.activities.inputs('charge')).toMatchObject([
      {
        attemptId: `${run.fixture.workflowId}:bundle:1`,
        presentationId: run.presentation(),
        customerId: run.fixture.customerId,
        price: { currency: 'USD', dueNow: 4900, hash: 'hash_bundle' },
      },
    ]);
    expect(run.activities.inputs('settle')).toMatchObject([
      { outcome: 'converted', presentation: { paid: { attemptId: run.attempt(1), amount: 4900 } } },
    ]);
  });

  it('is found to be paid by polling when no webhook comes', async () => {
    const { run, reply } = await accepted();
    run.activities.book(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(await reply).toMatchObject({ status: 'paid' });
    expect(run.activities.inputs('lookUpPayment')[0]).toMatchObject({ paymentId: `pay_${run.attempt(1)}` });
  });

  it('is settled by the webhook that comes while a reading of Dodo fails', async () => {
    const run = await harness.buy({
      script: (activities) => activities.always('lookUpPayment', UNREADABLE),
    });
    void run.accept();
    await run.activities.called('charge');
    // The first reading comes a second after the charge, and is tried again for most of a minute.
    await run.pass(SECOND + 500);
    expect(run.activities.inputs('lookUpPayment')).toHaveLength(1);
    await run.webhook(run.attempt(1), 'succeeded');
    await run.idle();
    expect(await run.state()).toMatchObject({ outcome: 'converted' });
  });

  it('is paid at the checkout by the webhook that comes while a reading of Dodo fails', async () => {
    const { run } = await accepted(DECLINED);
    run.activities.always('lookUpPayment', UNREADABLE);
    await run.pass(6 * 10 * SECOND + 500);
    expect(run.activities.inputs('lookUpPayment')).toHaveLength(1);
    await run.webhook(run.attempt(2), 'succeeded');
    await run.idle();
    expect(await run.state()).toMatchObject({ outcome: 'recovered' });
  });

  it('may take five days to be paid', async () => {
    const { run } = await accepted();
    await run.pass(5 * DAY);
    expect(await run.state()).toMatchObject({ state: 'fulfilling', status: 'charging' });
    // Towards the end once every six hours: a month of polling costs little.
    expect(run.activities.inputs('lookUpPayment').length).toBeLessThan(40);
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('answers the customer with a link when the bank asks for authentication', async () => {
    const { run, reply } = await accepted();
    run.activities.book(run.attempt(1), 'requires_customer_action');
    await run.pass(MINUTE);
    expect(await reply).toMatchObject({ status: 'requires_action', decision: 'accepted' });
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('goes to review when it has been processing for more than fourteen days', async () => {
    const { run } = await accepted();
    await run.pass(14 * DAY - HOUR);
    expect(await run.state()).toMatchObject({ status: 'charging' });
    await run.pass(8 * HOUR);
    expect(await run.state()).toMatchObject({ status: 'needs_review' });
    expect(await run.resolve(true, 'bundle', 'pay_found')).toEqual({ paid: true });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { patch: { paymentId: 'pay_found' } } },
    ]);
  });

  it('is not paid by a payment that only carries its id', async () => {
    const { run } = await accepted();
    const attemptId = run.attempt(1);
    await run.signal('paymentEvent', { paymentId: 'pay_stranger', attemptId, status: 'succeeded' });
    await run.signal('paymentEvent', {
      ...run.activities.book(attemptId, 'processing'),
      customerId: 'cus_stranger',
      status: 'succeeded',
    });
    await run.pass(MINUTE);
    expect(await run.state()).toMatchObject({ status: 'charging' });
  });
});

describe('a charge that is declined', () => {
  it('is not made up for by a payment of less than is due, where no proof tells whose it is', async () => {
    const { run } = await accepted(DECLINED);
    const { customerId, dueNow: amount, currency } = run.fixture;
    const payment = { paymentId: 'pay_2', attemptId: run.attempt(2), status: 'succeeded', customerId };
    await run.signal('paymentEvent', { ...payment, amount: amount - 1, currency });
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.signal('paymentEvent', { ...payment, amount, currency });
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('is not retried: the customer gets the checkout, a message, and a day to pay', async () => {
    const { run, reply } = await accepted(DECLINED);
    expect(await reply).toMatchObject({ status: 'fallback', decision: 'accepted' });
    await run.pass(23 * HOUR);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    expect(await run.result()).toEqual({ outcome: 'abandoned', presentations: 1 });
    expect(run.activities.inputs('openFallback')).toMatchObject([
      { attemptId: run.attempt(2), failed: { errorCode: 'INSUFFICIENT_FUNDS' } },
    ]);
    const presentationId = run.presentation();
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { presentationId, timeline: [{ type: 'failed', detail: { presentationId } }] } },
    ]);
    expect(run.activities.inputs('charge')).toHaveLength(1);
    expect(between(run.activities, 'openFallback', 'settle')).toBeGreaterThanOrEqual(24 * HOUR);
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { patch: { status: 'failed' } } },
    ]);
  });

  it('is recovered when the checkout is paid after twenty-three hours', async () => {
    const { run } = await accepted(DECLINED);
    await run.pass(23 * HOUR);
    await run.webhook(run.attempt(2), 'succeeded');
    expect(await run.result()).toEqual({ outcome: 'recovered', presentations: 1 });
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { patch: { recovered: true }, paid: { attemptId: run.attempt(2) } } },
    ]);
  });

  it('is recovered when the checkout was paid without a webhook', async () => {
    const { run } = await accepted(DECLINED);
    await run.pass(10 * HOUR);
    run.activities.book(run.attempt(2), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('is recovered by a second card after the first was declined at the checkout', async () => {
    const { run } = await accepted(DECLINED);
    await run.webhook(run.attempt(2), 'failed', 'DO_NOT_HONOR');
    await run.pass(HOUR);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.webhook(run.attempt(2), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('is awaited beyond the day while the checkout payment is being processed', async () => {
    const { run } = await accepted(DECLINED);
    await run.webhook(run.attempt(2), 'processing');
    await run.pass(4 * DAY);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.webhook(run.attempt(2), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('is awaited as long when only a webhook has told of that payment', async () => {
    const { run } = await accepted(DECLINED);
    run.activities.always('lookUpPayment', { kind: 'absent' });
    await run.webhook(run.attempt(2), 'processing');
    await run.pass(2 * DAY);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.webhook(run.attempt(2), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('is awaited as long when that payment was read once, and no reading shows it any more', async () => {
    const { run } = await accepted(DECLINED);
    run.activities.book(run.attempt(2), 'processing');
    await run.pass(HOUR);
    run.activities.always('lookUpPayment', { kind: 'absent' });
    await run.pass(2 * DAY);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.webhook(run.attempt(2), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('is not given up while Dodo cannot be asked whether the checkout was paid', async () => {
    const { run } = await accepted(DECLINED);
    run.activities.always('lookUpPayment', UNREADABLE);
    await run.pass(3 * DAY);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    run.activities.always('lookUpPayment', undefined);
    expect(await run.result()).toMatchObject({ outcome: 'abandoned' });
  });

  it('is converted when the original charge succeeds after all', async () => {
    const { run } = await accepted();
    await run.webhook(run.attempt(1), 'failed', 'PROCESSING_ERROR');
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('hands the second payment to a late-payment run when both the checkout and the original charge are paid', async () => {
    const { run } = await accepted();
    await run.webhook(run.attempt(1), 'failed');
    await run.activities.called('openFallback');
    const settling = run.activities.hold('settle');
    await run.webhook(run.attempt(2), 'succeeded');
    await settling.reached;
    await run.webhook(run.attempt(1), 'succeeded');
    settling.release();
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
    await run.activities.called('settleLatePayment');
    expect(run.activities.inputs('settleLatePayment')).toEqual([
      { attemptId: run.attempt(1), paymentId: `pay_${run.attempt(1)}`, compensates: true },
    ]);
    await run.activities.called('compensate');
    expect(run.activities.books.refunded).toEqual([`pay_${run.attempt(1)}`]);
  });

  it('fails when Dodo refuses every fallback', async () => {
    const { reply } = await accepted(DECLINED);
    expect(await reply).toMatchObject({ status: 'fallback' });
    const other = await harness.buy({
      script(activities) {
        activities.next('charge', DECLINED);
        activities.next('openFallback', { kind: 'none' });
      },
    });
    expect(await other.accept()).toMatchObject({ status: 'failed', decision: 'accepted' });
    expect(await other.result()).toMatchObject({ outcome: 'payment_failed' });
  });
});

describe('a charge whose reply was lost', () => {
  it('is never sent again, and goes to the fallback only after the window, when proven absent', async () => {
    const { run, reply } = await accepted(LOST);
    expect(await run.state()).toMatchObject({ status: 'reconciling' });
    expect(await reply).toMatchObject({ status: 'reconciling' });
    await run.pass(RECONCILE_WINDOW - MINUTE);
    expect(run.activities.calls()).not.toContain('openFallback');
    await run.pass(2 * MINUTE);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('recordState')).toEqual([
      { attemptId: run.attempt(1), presentationId: run.presentation(), status: 'absent' },
    ]);
    expect(between(run.activities, 'charge', 'openFallback')).toBeGreaterThanOrEqual(RECONCILE_WINDOW);
    expect(run.activities.inputs('charge')).toHaveLength(1);
  });

  it('is found by polling, and awaited like any other', async () => {
    const { run } = await accepted(LOST);
    run.activities.book(run.attempt(1), 'processing');
    await run.pass(MINUTE);
    expect(await run.state()).toMatchObject({ status: 'charging' });
    await run.pass(DAY);
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('charge')).toHaveLength(1);
  });

  it('is found at the end of the window even if Dodo could not be read before', async () => {
    const { run } = await accepted(LOST);
    run.activities.always('lookUpPayment', UNREADABLE);
    await run.pass(RECONCILE_WINDOW + 5 * MINUTE);
    expect(await run.state()).toMatchObject({ status: 'reconciling' });
    run.activities.book(run.attempt(1), 'succeeded');
    run.activities.always('lookUpPayment', undefined);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('is not absent once its webhook has come, however long the readings lag behind', async () => {
    const { run } = await accepted(LOST);
    run.activities.always('lookUpPayment', { kind: 'absent' });
    await run.webhook(run.attempt(1), 'processing');
    await run.pass(DAY);
    expect(await run.state()).toMatchObject({ status: 'charging' });
    expect(run.activities.calls()).not.toContain('openFallback');
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('is settled by its webhook at once', async () => {
    const { run } = await accepted(LOST);
    await run.webhook(run.attempt(1), 'failed', 'INSUFFICIENT_FUNDS');
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('openFallback')).toMatchObject([
      { failed: { errorCode: 'INSUFFICIENT_FUNDS' } },
    ]);
  });

  it.each([
    ['paid', true, 'converted'],
    ['not paid', false, 'abandoned'],
  ])(
    'goes to review when Dodo cannot be read for two windows, and ends as the operator says: %s',
    async (_word, paid, outcome) => {
      const { run } = await accepted(LOST);
      run.activities.always('lookUpPayment', UNREADABLE);
      await run.pass(2 * RECONCILE_WINDOW - MINUTE);
      expect(await run.resolve(paid)).toMatchObject({ refused: 'already_decided' });
      await run.pass(5 * MINUTE);
      expect(await run.state()).toMatchObject({ status: 'needs_review' });
      expect(run.activities.calls()).not.toContain('openFallback');
      await run.pass(3 * DAY);
      expect(await run.state()).toMatchObject({ status: 'needs_review' });
      run.activities.always('lookUpPayment', undefined);
      expect(await run.resolve(paid)).toEqual({ paid });
      expect(await run.resolve(!paid)).toEqual({ paid });
      expect(await run.result()).toMatchObject({ outcome });
      expect(run.activities.inputs('charge')).toHaveLength(1);
    },
  );

  it('is not reviewed because look-ups wait in a queue: they go on waiting, and then decide', async () => {
    const { run } = await accepted(LOST);
    run.activities.always('lookUpPayment', QUEUED);
    await run.pass(2 * RECONCILE_WINDOW + 5 * MINUTE);
    expect(await run.state()).toMatchObject({ status: 'reconciling' });
    run.activities.book(run.attempt(1), 'succeeded');
    run.activities.always('lookUpPayment', undefined);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('charge')).toHaveLength(1);
  });

  it('no longer needs an operator once its webhook comes', async () => {
    const { run } = await accepted(LOST);
    run.activities.always('lookUpPayment', UNREADABLE);
    await run.pass(HOUR);
    expect(await run.state()).toMatchObject({ status: 'needs_review' });
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('is reconciled in every step: a verdict on one presentation does not apply to the next', async () => {
    const run = await harness.buy({
      fixture: {
        steps: [
          { id: 'bundle', offer: 'bundle', on: { accept: 'extra', decline: 'end', expire: 'end' } },
          { id: 'extra', offer: 'extra', on: { accept: 'end', decline: 'end', expire: 'end' } },
        ],
      },
      script(activities) {
        activities.always('charge', LOST);
        activities.always('lookUpPayment', UNREADABLE);
      },
    });
    void run.accept();
    await run.pass(HOUR);
    expect(await run.resolve(true)).toEqual({ paid: true });
    await run.activities.called('present');
    await run.idle();
    void run.accept({ step: 'extra' });
    await run.pass(HOUR);
    expect(await run.state()).toMatchObject({ status: 'needs_review' });
    expect(await run.resolve(false, 'extra')).toEqual({ paid: false });
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    run.activities.always('lookUpPayment', undefined);
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 2 });
  });
});

describe('a charge that could not be sent', () => {
  it('is retried for two hours until Dodo is back, each time under a new id', async () => {
    const run = await harness.buy({
      fixture: { windowMs: 30 * DAY },
      script: (activities) => activities.always('charge', NOT_SENT),
    });
    const reply = run.accept();
    await run.activities.called('charge');
    await run.pass(2 * HOUR);
    expect(await run.state()).toMatchObject({ state: 'fulfilling', status: 'accepted' });
    run.activities.always('charge', undefined);
    await run.pass(5 * MINUTE);
    const sent = run.activities.inputs('charge').map(({ attemptId }) => attemptId);
    expect(new Set(sent).size).toBe(sent.length);
    await run.webhook(sent.at(-1) ?? '', 'succeeded');
    expect(await reply).toMatchObject({ status: 'paid' });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('waits as long as Dodo asks', async () => {
    const { run } = await accepted({ kind: 'not_sent', detail: '429', retryAfterMs: 8 * MINUTE });
    await run.pass(9 * MINUTE);
    const [first = NaN, second = NaN] = run.activities.times('charge');
    expect(second - first).toBeGreaterThanOrEqual(8 * MINUTE);
  });

  it('goes to the fallback after the window and its grace period', async () => {
    const run = await harness.buy({ script: (activities) => activities.always('charge', NOT_SENT) });
    await run.pass(29 * MINUTE);
    const reply = run.accept();
    await run.activities.called('charge');
    await run.pass(16 * MINUTE);
    expect(await reply).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('openFallback')).toMatchObject([{ failed: { unreachable: true } }]);
    expect(between(run.activities, 'charge', 'openFallback')).toBeLessThanOrEqual(15 * MINUTE + SECOND);
    await run.webhook(run.activities.inputs('openFallback')[0]?.attemptId ?? '', 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });
});

describe('a price that moved between the view and the click', () => {
  const DEARER: Answer<'charge'> = {
    kind: 'price_changed',
    price: { dueNow: 5900, priceHash: 'hash_dearer' },
  };

  it('refuses the accept, charges nothing, and reopens the offer at the new price', async () => {
    const { run, reply } = await accepted(DEARER);
    expect(await reply).toMatchObject({ refused: 'price_changed' });
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
    expect(await run.accept({ priceHash: 'hash_bundle' })).toMatchObject({ refused: 'price_changed' });
    const second = run.accept({ priceHash: 'hash_dearer' });
    await run.activities.called('charge', 2);
    expect(run.activities.inputs('charge')[1]).toMatchObject({
      attemptId: run.attempt(2),
      price: { dueNow: 5900, hash: 'hash_dearer' },
    });
    run.activities.book(run.attempt(2), 'processing');
    await run.signal('paymentEvent', { ...run.activities.book(run.attempt(2), 'succeeded'), amount: 5900 });
    expect(await second).toMatchObject({ status: 'paid' });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('lets the offer expire if the customer loses interest', async () => {
    const { run } = await accepted(DEARER);
    expect(await run.result()).toMatchObject({ outcome: 'expired' });
  });

  it('lets the customer decline', async () => {
    const { run } = await accepted(DEARER);
    expect(await run.decline()).toMatchObject({ decision: 'declined' });
  });
});

describe('an offer without a one-click charge', () => {
  it('hands over a checkout link, and converts when it is paid', async () => {
    const run = await harness.buy({ fixture: { mode: 'checkout' } });
    expect(await run.accept()).toMatchObject({ status: 'requires_action', decision: 'accepted' });
    expect(run.activities.calls()).not.toContain('charge');
    await run.pass(HOUR);
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('openFallback')).toMatchObject([{ attemptId: run.attempt(1), asked: true }]);
  });
});

it('recognizes a payment of less than was accepted, when the price had fallen and the reply was lost', async () => {
  const { run } = await accepted(LOST);
  const lower = run.fixture.dueNow - 100;
  const payment = { ...run.activities.book(run.attempt(1), 'succeeded'), amount: lower };
  run.activities.always('lookUpPayment', { kind: 'payment', payment, dueNow: lower });
  expect(await run.result()).toMatchObject({ outcome: 'converted' });
  expect(run.activities.inputs('openFallback')).toEqual([]);
});
