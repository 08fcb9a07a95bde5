/** The runs beside a purchase: money that went back, money that came late, operators' words, the sweep and the janitor. */
import { describe, expect, it } from 'vitest';
import { reversalEvent, type ReversalEvent } from '../../src/contract/messages.js';
import type { compensation } from '../../workflows/compensation.js';
import {
  compensationId,
  type CompensationInput,
  type CompensationStep,
} from '../../src/domain/compensation.js';
import { workflowId } from '../../src/domain/ids.js';
import type { janitor } from '../../workflows/janitor.js';
import type { latePayment } from '../../workflows/late-payment.js';
import type { resolution } from '../../workflows/resolution.js';
import type { reversal } from '../../workflows/reversal.js';
import type { sweep } from '../../workflows/sweep.js';
import { uniqueId } from '../support/temporal.js';
import { idle } from './purchase-run.js';
import { useWorkflowHarness } from './use-workflow-harness.js';
import { DAY, HOUR, purchaseFixture } from './purchase-fixture.js';

const harness = useWorkflowHarness();
const LONGEST_RUN = 300 * DAY;

async function hear(event: ReversalEvent, notify = false) {
  const { client } = harness.environment;
  await client.workflow.signalWithStart<typeof reversal, [ReversalEvent]>('reversal', {
    workflowId: workflowId.reversal(event.id),
    taskQueue: harness.taskQueue,
    workflowExecutionTimeout: LONGEST_RUN,
    args: [{ notify }],
    signal: reversalEvent,
    signalArgs: [event],
  });
  return client.workflow.getHandle<typeof reversal>(workflowId.reversal(event.id));
}

function refundOf(paymentId: string): ReversalEvent {
  return { kind: 'refund', id: uniqueId('ref'), paymentId, type: 'refund.succeeded' };
}

describe('a refund', () => {
  it('of the purchase withdraws the open offer, and ends', async () => {
    const run = await harness.buy();
    const refund = await hear(refundOf(run.fixture.purchaseId));
    await refund.result();
    expect(await run.result()).toEqual({ outcome: 'withdrawn', presentations: 1 });
  });

  it('of a purchase whose run has ended does not fail', async () => {
    const run = await harness.buy();
    await run.withdraw();
    await run.result();
    const refund = await hear(refundOf(run.fixture.purchaseId));
    await expect(refund.result()).resolves.toBeUndefined();
  });

  it('of an offer tells the merchant to revoke access', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    activities.next('recordReversal', {
      reversed: { purchaseId: 'pay_1', presentationId: 'prs_1', amount: 4900, currency: 'USD' },
    });
    const event = refundOf('pay_2');
    await (await hear(event, true)).result();
    await activities.called('deliverNotification');
    expect(activities.delivered).toMatchObject([
      {
        type: 'offer.reversed',
        sequence: 1,
        run: workflowId.reversal(event.id),
        purchaseId: 'pay_1',
        presentationId: 'prs_1',
        reversal: { kind: 'refund', id: event.id, amount: 4900, currency: 'USD' },
      },
    ]);
  });
});

describe('a dispute', () => {
  const opened = (): ReversalEvent => ({
    kind: 'dispute',
    id: uniqueId('dsp'),
    paymentId: 'pay_1',
    type: 'dispute.opened',
  });

  it('is followed for weeks, until it is decided', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    const event = opened();
    const dispute = await hear(event);
    await activities.called('recordReversal');
    await harness.sleep(40 * DAY);
    await hear({ ...event, type: 'dispute.challenged' });
    await activities.called('recordReversal', 2);
    await harness.sleep(40 * DAY);
    expect((await dispute.describe()).status.name).toBe('RUNNING');
    await hear({ ...event, type: 'dispute.won' });
    await dispute.result();
    expect(activities.inputs('recordReversal').map(({ type }) => type)).toEqual([
      'dispute.opened',
      'dispute.challenged',
      'dispute.won',
    ]);
  });

  it('without further news is given up after five months', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    const begun = await harness.now();
    const dispute = await hear(opened());
    await activities.called('recordReversal');
    await idle([dispute]);
    await harness.sleep(149 * DAY);
    expect((await dispute.describe()).status.name).toBe('RUNNING');
    await harness.sleep(2 * DAY);
    await dispute.result();
    expect((await harness.now()) - begun).toBeGreaterThanOrEqual(150 * DAY);
  });
});

describe('a payment that succeeds after its run has ended', () => {
  async function hearLate(notify: boolean) {
    const { client } = harness.environment;
    const paymentId = uniqueId('pay');
    return client.workflow.execute<typeof latePayment>('latePayment', {
      workflowId: workflowId.latePayment(paymentId),
      taskQueue: harness.taskQueue,
      workflowExecutionTimeout: LONGEST_RUN,
      args: [{ paymentId, attemptId: 'purchase/pay_1:bundle:1', notify }],
    });
  }

  it('fulfils the offer, notifies the merchant, and ends a duplicate subscription', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    const unwanted = [{ subscriptionId: 'sub_old', presentationId: 'prs_1' }];
    activities.next('settleLatePayment', {
      kind: 'fulfilled',
      presentationId: 'prs_1',
      purchaseId: 'pay_1',
      unwanted,
    });
    expect(await hearLate(true)).toBe('fulfilled');
    await activities.called('deliverNotification');
    expect(activities.delivered).toMatchObject([
      { type: 'offer.fulfilled', presentationId: 'prs_1', status: 'paid' },
    ]);
    expect(activities.inputs('cancelReplacedSubscription')).toEqual(unwanted);
  });

  it('is retried until it is settled, however long that takes', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    activities.next(
      'settleLatePayment',
      ...Array.from({ length: 50 }, () => new Error('The ledger is down.')),
    );
    expect(await hearLate(true)).toBe('nothing');
    expect(activities.inputs('settleLatePayment')).toHaveLength(51);
    expect(activities.delivered).toEqual([]);
  });
});

describe('the sweep', () => {
  it('looks back over the given window, and returns what it found', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    activities.next('sweepPayments', new Error('429'), { seen: 12, told: 1 });
    const before = await harness.now();
    const found = await harness.environment.client.workflow.execute<typeof sweep>('sweep', {
      workflowId: uniqueId('sweep'),
      taskQueue: harness.taskQueue,
      workflowExecutionTimeout: LONGEST_RUN,
      args: [{ windowMs: 48 * HOUR }],
    });
    expect(found).toEqual({ seen: 12, told: 1 });
    const [input] = activities.inputs('sweepPayments');
    expect(Date.parse(input?.since ?? '') - (before - 48 * HOUR)).toBeLessThan(HOUR);
    expect(activities.inputs('evaluateShadows')).toEqual([]);
  });

  it.each(['have', 'fail in'] as const)('lets funnels in shadow that wait %s their turn', async (what) => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    const swept = { seen: 2, told: 0, shadows: 3 };
    activities.next('sweepPayments', swept);
    if (what === 'fail in') activities.next('evaluateShadows', new Error('the ledger is away'));
    const found = await harness.environment.client.workflow.execute<typeof sweep>('sweep', {
      workflowId: uniqueId('sweep'),
      taskQueue: harness.taskQueue,
      workflowExecutionTimeout: LONGEST_RUN,
      args: [{ windowMs: 48 * HOUR }],
    });
    expect(found).toEqual(swept);
    expect(activities.inputs('evaluateShadows')).toHaveLength(1);
  });
});

describe('the refund of a part', () => {
  async function refund(step: Partial<Extract<CompensationStep, { kind: 'ended' }>>) {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    activities.next('compensate', { kind: 'ended', status: 'confirmed', ...step });
    const input: CompensationInput = {
      kind: 'refund_part',
      ...{ presentationId: 'prs_1', purchaseId: 'pay_1', paymentId: uniqueId('pay'), attemptId: 'a' },
      ...{ amount: 5_000, keep: 9_900, currency: 'USD', notify: true },
    };
    await harness.environment.client.workflow.execute<typeof compensation>('compensation', {
      workflowId: workflowId.compensation(compensationId(input)),
      taskQueue: harness.taskQueue,
      workflowExecutionTimeout: LONGEST_RUN,
      args: [input],
    });
    return activities;
  }

  it('tells the merchant of what it has given back itself', async () => {
    const refunded = { id: 'ref_1', amount: 3_000, currency: 'USD' };
    const activities = await refund({ refund: refunded });
    await activities.called('deliverNotification');
    expect(activities.delivered).toMatchObject([
      { type: 'offer.refunded', reversal: { kind: 'refund', ...refunded } },
    ]);
  });

  it('tells of nothing when it went back otherwise', async () => {
    expect((await refund({})).delivered).toEqual([]);
  });
});

describe('the word of an operator on an offer whose run is gone', () => {
  async function say(paid: boolean) {
    const reviewId = uniqueId('rev');
    const about = { reviewId, presentationId: 'prs_1', purchaseId: 'pay_1', reason: 'I looked.' };
    const payment = { paymentId: 'pay_2', status: 'succeeded', amount: 9899 };
    return harness.environment.client.workflow.execute<typeof resolution>('resolution', {
      workflowId: workflowId.resolution(reviewId),
      taskQueue: harness.taskQueue,
      workflowExecutionTimeout: LONGEST_RUN,
      args: [{ ...about, paid, notify: true, ...(paid && { payment }) }],
    });
  }

  it('fulfils it at what was paid, tells the merchant, and has a replaced subscription ended', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    const undo = {
      kind: 'end_subscription' as const,
      subscriptionId: uniqueId('sub'),
      presentationId: 'prs_1',
      purchaseId: 'pay_1',
    };
    activities.next('settleByWord', new Error('The ledger is away.'), {
      kind: 'fulfilled',
      compensations: [undo],
    });
    expect(await say(true)).toBe('fulfilled');
    await activities.called('deliverNotification');
    expect(activities.delivered).toMatchObject([
      { type: 'offer.fulfilled', status: 'paid', payment: { paymentId: 'pay_2', amount: 9899 } },
    ]);
    await activities.called('compensate');
    expect(activities.inputs('compensate')).toEqual([undo]);
  });

  it('tells the merchant that it failed, and nothing of what was settled before', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    activities.next('settleByWord', { kind: 'failed' });
    expect(await say(false)).toBe('failed');
    await activities.called('deliverNotification');
    expect(activities.delivered).toMatchObject([{ type: 'offer.failed', status: 'failed' }]);
    expect(await say(false)).toBe('nothing');
    expect(activities.delivered).toHaveLength(1);
  });
});

describe('the janitor', () => {
  it('makes every kind of repair, though one of them fails, and says what it did', async () => {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    const failing = Array.from({ length: 60 }, () => new Error('Dodo is away.'));
    activities.next('mendPresentations', { presentation_settled: 2 });
    activities.next('findReversals', ...failing);
    activities.next('mendReviews', { review_resolved: 1, presentation_settled: 1 });
    const input = { windowMs: 48 * HOUR, reconcileWindowMs: 1000, graceMs: 1000 };
    const found = await harness.environment.client.workflow.execute<typeof janitor>('janitor', {
      workflowId: uniqueId('janitor'),
      taskQueue: harness.taskQueue,
      workflowExecutionTimeout: LONGEST_RUN,
      args: [input],
    });
    expect(found).toEqual({ presentation_settled: 3, review_resolved: 1 });
    expect(activities.inputs('mendCompensations')).toEqual([input]);
    expect(activities.inputs('deleteExpired')).toHaveLength(1);
  });
});
