/** Deadlines of sending and of 3-D Secure, attempts that were never sent, and changes that cost nothing. */
import { describe, expect, it } from 'vitest';
import type { PurchaseInput } from '../../src/contract/messages.js';
import type { Finding } from '../../src/domain/attempt.js';
import type { Answer } from './scripted-activities.js';
import type { PurchaseRun } from './purchase-run.js';
import { RECONCILE_WINDOW, useWorkflowHarness, type BuyOptions } from './use-workflow-harness.js';
import { DAY, HOUR, MINUTE, PLAN_CHANGE, SECOND } from './purchase-fixture.js';

const harness = useWorkflowHarness();

const SEND_WINDOW = 2 * HOUR;
const ACTION_WINDOW = HOUR;
const timing: PurchaseInput['timing'] = {
  reconcileWindowMs: RECONCILE_WINDOW,
  pollIntervalMs: 10 * SECOND,
  actionWindowMs: ACTION_WINDOW,
  sendWindowMs: SEND_WINDOW,
};

const NOT_SENT: Answer<'charge'> = { kind: 'not_sent', detail: 'Dodo answered 401' };
const LOST: Answer<'charge'> = { kind: 'unknown', detail: 'Dodo answered 500' };
const DIED = new Error('the worker died');
const UNREADABLE = new Error('Dodo cannot be read.');
const PRO = { productId: 'prod_pro', quantity: 1, status: 'active', type: 'subscription.plan_changed' };
const FREE = { ...PLAN_CHANGE, dueNow: 0 };

async function accepted(
  options: BuyOptions,
): Promise<{ run: PurchaseRun; reply: ReturnType<PurchaseRun['accept']> }> {
  const run = await harness.buy({ ...options, input: { timing } });
  const reply = run.accept();
  await run.activities.called(run.fixture.actions['pro'] ? 'changePlan' : 'charge');
  await run.idle();
  return { run, reply };
}

describe('an acceptance that cannot be sent', () => {
  it('is asked for again while the offer is open, in a bounded history, and never sent after the window', async () => {
    const { run, reply } = await accepted({
      fixture: { windowMs: 60 * DAY },
      script: (activities) => activities.always('charge', NOT_SENT),
    });
    await run.pass(SEND_WINDOW);
    expect(await reply).toMatchObject({
      refused: 'price_changed',
      message: expect.stringMatching(/could not be reached, so nothing was charged/) as string,
    });
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
    const tries = run.activities.times('charge');
    expect((tries.at(-1) ?? NaN) - (tries[0] ?? NaN)).toBeLessThanOrEqual(SEND_WINDOW);
    expect(run.activities.inputs('askAgain')).toMatchObject([{ attemptId: run.attempt(tries.length) }]);

    // Two days later the key is right again: the old click is not sent, and the history has not grown.
    await run.pass(2 * DAY);
    expect(run.activities.times('charge')).toEqual(tries);
    expect((await run.handle.describe()).historyLength).toBeLessThan(600);
    expect(run.activities.calls()).not.toContain('openFallback');

    run.activities.always('charge', undefined);
    const priceHash = `again_${run.attempt(tries.length)}`;
    expect(await run.accept({ priceHash: 'hash_bundle' })).toMatchObject({ refused: 'price_changed' });
    const again = run.accept({ priceHash });
    await run.activities.called('charge', tries.length + 1);
    expect(run.activities.inputs('charge').at(-1)).toMatchObject({
      attemptId: run.attempt(tries.length + 1),
      price: { dueNow: 4900, hash: priceHash },
    });
    await run.webhook(run.attempt(tries.length + 1), 'succeeded');
    expect(await again).toMatchObject({ status: 'paid' });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('goes to the fallback when the offer is over by then', async () => {
    const { run, reply } = await accepted({ script: (activities) => activities.always('charge', NOT_SENT) });
    await run.pass(SEND_WINDOW);
    expect(await reply).toMatchObject({ status: 'fallback' });
    const sent = run.activities.inputs('charge').length;
    expect(run.activities.inputs('openFallback')).toMatchObject([
      { attemptId: run.attempt(sent + 1), failed: { unreachable: true } },
    ]);
    expect(run.activities.inputs('charge')[0]?.sendBefore).toBe(
      Date.parse(run.activities.inputs('charge')[0]?.acceptedAt ?? '') + SEND_WINDOW,
    );
  });

  it('of a plan change is asked for again as well', async () => {
    const { run, reply } = await accepted({
      fixture: { ...PLAN_CHANGE, windowMs: DAY },
      script: (activities) => activities.always('changePlan', NOT_SENT),
    });
    await run.pass(SEND_WINDOW);
    expect(await reply).toMatchObject({ refused: 'price_changed' });
    expect(await run.state()).toMatchObject({ status: 'open' });
    expect(run.activities.calls()).not.toContain('openFallback');
  });
});

describe('a charge that the bank wants confirmed', () => {
  const wanted = (link?: boolean) => (run: PurchaseRun) => (): Finding => ({
    kind: 'payment',
    payment: run.activities.book(run.attempt(1), 'requires_customer_action'),
    ...(link !== undefined && { link }),
  });
  async function wantsCustomer(link?: boolean) {
    const { run, reply } = await accepted({});
    run.activities.always('lookUpPayment', wanted(link)(run));
    return { run, reply };
  }

  it('is shown within seconds of the click', async () => {
    const { run, reply } = await wantsCustomer(true);
    await run.pass(3 * SECOND);
    expect(await reply).toMatchObject({ status: 'requires_action' });
    const [sentAt = NaN] = run.activities.times('charge');
    const [first = NaN] = run.activities.times('lookUpPayment');
    expect(first - sentAt).toBeLessThan(3 * SECOND);
  });

  it('is not given up while no reading shows it', async () => {
    const { run } = await accepted({ script: (activities) => activities.next('charge', LOST) });
    run.activities.always('lookUpPayment', { kind: 'absent' });
    await run.webhook(run.attempt(1), 'requires_customer_action');
    await run.pass(DAY);
    expect(await run.state()).toMatchObject({ status: 'requires_action' });
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('goes to the fallback when it is not confirmed in time, and no sooner', async () => {
    const { run } = await wantsCustomer(true);
    await run.pass(ACTION_WINDOW - MINUTE);
    expect(await run.state()).toMatchObject({ status: 'requires_action' });
    await run.pass(2 * MINUTE);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('openFallback')).toMatchObject([
      { attemptId: run.attempt(2), failed: { errorCode: 'AUTHENTICATION_TIMEOUT' } },
    ]);
    expect(run.activities.inputs('charge')).toHaveLength(1);
  });

  it('keeps one payment and gives the other back when it is confirmed after the fallback was paid', async () => {
    const { run } = await wantsCustomer(true);
    await run.pass(ACTION_WINDOW + MINUTE);
    const settling = run.activities.hold('settle');
    await run.webhook(run.attempt(2), 'succeeded');
    await settling.reached;
    await run.webhook(run.attempt(1), 'succeeded');
    settling.release();
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
    await run.activities.called('settleLatePayment');
    expect(run.activities.inputs('settleLatePayment')).toMatchObject([{ attemptId: run.attempt(1) }]);
  });

  it('counts when it is confirmed late and nothing else was paid', async () => {
    const { run } = await wantsCustomer(true);
    await run.pass(ACTION_WINDOW + MINUTE);
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('goes to the fallback at once when Dodo has no page for it', async () => {
    const { run, reply } = await wantsCustomer(false);
    await run.pass(3 * SECOND);
    expect(await reply).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('openFallback')).toMatchObject([
      { failed: { errorCode: 'AUTHENTICATION_REQUIRED' } },
    ]);
  });

  it('is looked at soon when Dodo could not be read at its deadline', async () => {
    const { run } = await wantsCustomer(true);
    await run.pass(ACTION_WINDOW - 10 * MINUTE);
    run.activities.always('lookUpPayment', UNREADABLE);
    await run.pass(11 * MINUTE);
    expect(await run.state()).toMatchObject({ status: 'requires_action' });
    run.activities.always('lookUpPayment', wanted(true)(run));
    await run.pass(5 * MINUTE);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
  });

  it('has no deadline any more once it is being processed', async () => {
    const { run } = await wantsCustomer(true);
    await run.pass(30 * MINUTE);
    run.activities.book(run.attempt(1), 'processing');
    run.activities.always('lookUpPayment', undefined);
    await run.pass(2 * DAY);
    expect(await run.state()).toMatchObject({ status: 'charging' });
  });
});

describe('an attempt whose worker died', () => {
  it('before it was recorded is sent as a new one within seconds', async () => {
    const { run } = await accepted({ script: (activities) => activities.next('charge', DIED) });
    await run.pass(10 * SECOND);
    expect(run.activities.inputs('charge').map(({ attemptId }) => attemptId)).toEqual([
      run.attempt(1),
      run.attempt(2),
    ]);
    expect(run.activities.inputs('fenceAttempt')).toMatchObject([{ attemptId: run.attempt(1) }]);
    await run.webhook(run.attempt(2), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('after it was recorded is looked up and not sent again', async () => {
    const { run, reply } = await accepted({
      script(activities) {
        activities.next('charge', DIED);
        activities.next('fenceAttempt', { neverSent: false });
      },
    });
    expect(await reply).toMatchObject({ status: 'reconciling' });
    await run.pass(RECONCILE_WINDOW / 2);
    expect(run.activities.inputs('charge')).toHaveLength(1);
  });

  it('is not fenced when Dodo itself gave no answer', async () => {
    const { run } = await accepted({ script: (activities) => activities.next('charge', LOST) });
    expect(run.activities.calls()).not.toContain('fenceAttempt');
  });
});

describe('a change that costs nothing', () => {
  it('is sent again when it is proven absent, and not before', async () => {
    const { run, reply } = await accepted({
      fixture: FREE,
      script: (activities) => activities.next('changePlan', LOST),
    });
    expect(await reply).toMatchObject({ status: 'reconciling' });
    await run.pass(RECONCILE_WINDOW - MINUTE);
    expect(run.activities.inputs('changePlan')).toHaveLength(1);
    await run.pass(2 * MINUTE);
    expect(run.activities.inputs('changePlan').map(({ attemptId }) => attemptId)).toEqual([
      run.attempt(1, 'pro'),
      run.attempt(2, 'pro'),
    ]);
    await run.subscriptionWebhook(PRO);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.calls()).not.toContain('openFallback');
  });

  it('was carried out when Dodo refuses the second one because of the first', async () => {
    const { run } = await accepted({
      fixture: FREE,
      script: (activities) =>
        activities.next('changePlan', LOST, () => {
          Object.assign(activities.books.subscription, PRO);
          return { kind: 'rejected', code: 'ALREADY_ON_PLAN' };
        }),
    });
    await run.pass(RECONCILE_WINDOW + MINUTE);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.calls()).not.toContain('openFallback');
  });

  it('fails when it never arrives within the window', async () => {
    const { run } = await accepted({
      fixture: FREE,
      script(activities) {
        activities.always('changePlan', LOST);
        activities.always('openFallback', { kind: 'none' });
      },
    });
    expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
    const times = run.activities.times('changePlan');
    expect(times.length).toBeGreaterThan(1);
    expect((times.at(-1) ?? NaN) - (times[0] ?? NaN)).toBeLessThanOrEqual(SEND_WINDOW);
  });

  it('is not repeated when Dodo refuses it', async () => {
    const { run } = await accepted({
      fixture: FREE,
      script(activities) {
        activities.next('changePlan', { kind: 'rejected', code: 'SUBSCRIPTION_INACTIVE' });
        activities.always('openFallback', { kind: 'none' });
      },
    });
    expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
    expect(run.activities.inputs('changePlan')).toHaveLength(1);
  });

  it('is changed in place although its customer has no payment method', async () => {
    const { run } = await accepted({ fixture: { ...FREE, mode: 'checkout' } });
    await run.subscriptionWebhook(PRO);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.calls()).not.toContain('openFallback');
  });

  it('is what it takes: a paid change that is proven absent is not sent again', async () => {
    const { run } = await accepted({
      fixture: PLAN_CHANGE,
      script: (activities) => activities.next('changePlan', LOST),
    });
    await run.pass(RECONCILE_WINDOW + MINUTE);
    expect(run.activities.inputs('changePlan')).toHaveLength(1);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
  });
});

describe('a retry of a plan change that cannot be sent', () => {
  it('is not used up', async () => {
    const { run } = await accepted({
      fixture: PLAN_CHANGE,
      script(activities) {
        activities.next('changePlan', { kind: 'rejected', code: 'CARD_DECLINED' }, NOT_SENT);
        activities.next('openFallback', { kind: 'update_method' });
      },
    });
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    void run.accept({}, 'first retry');
    await run.activities.called('changePlan', 2);
    await run.idle();
    expect(run.activities.inputs('recordState')).toMatchObject([{ status: 'retry_not_sent' }]);
    void run.accept({}, 'second retry');
    await run.activities.called('changePlan', 3);
    const ids = run.activities.inputs('changePlan').map(({ attemptId }) => attemptId);
    expect(ids).toEqual([run.attempt(1, 'pro'), run.attempt(3, 'pro'), run.attempt(4, 'pro')]);
  });
});
