import { describe, expect, it } from 'vitest';
import { paymentEvent } from '../../src/contract/messages.js';
import { firstPayment, useWorkflowHarness } from './use-workflow-harness.js';
import { DAY, HOUR, MINUTE, SECOND } from './purchase-fixture.js';

const harness = useWorkflowHarness();

describe('an offer', () => {
  it('stays open for its whole window of thirty days, and then expires', async () => {
    const run = await harness.buy({ fixture: { windowMs: 30 * DAY } });
    await run.pass(30 * DAY - MINUTE);
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
    await run.pass(2 * MINUTE);
    expect(await run.result()).toEqual({ outcome: 'expired', presentations: 1 });
    expect(run.activities.calls()).toEqual(['evaluate', 'settle']);
  });

  it('is followed by the downsell when declined, and counts as declined if the downsell expires', async () => {
    const run = await harness.buy();
    expect(await run.decline()).toEqual({
      presentationId: run.presentation('bundle'),
      status: 'declined',
      decision: 'declined',
      nextPresentationId: run.presentation('lite'),
    });
    expect(run.activities.inputs('present')).toMatchObject([
      { step: 'lite', previous: { patch: { status: 'declined' }, timeline: [{ type: 'declined' }] } },
    ]);
    expect(await run.result()).toEqual({ outcome: 'declined', presentations: 2 });
    expect(run.activities.inputs('settle')).toMatchObject([
      {
        outcome: 'declined',
        presentation: { presentationId: run.presentation('lite'), patch: { status: 'expired' } },
      },
    ]);
    expect(run.activities.calls()).not.toContain('charge');
  });

  it('ends the run when the next step cannot be offered', async () => {
    const run = await harness.buy({
      script: (activities) => activities.next('present', { kind: 'skipped', reason: 'already_owned' }),
    });
    const reply = await run.decline();
    expect(reply).toMatchObject({ decision: 'declined' });
    expect(reply).not.toHaveProperty('nextPresentationId');
    expect(await run.result()).toEqual({ outcome: 'declined', presentations: 1 });
  });

  it('is not made when pricing it fails for an hour', async () => {
    const run = await harness.buy({
      script: (activities) => activities.always('evaluate', new Error('Dodo is down.')),
    });
    expect(await run.result()).toMatchObject({ outcome: 'ineligible', reason: 'pricing_unavailable' });
    const tries = run.activities.times('evaluate');
    expect((tries.at(-1) ?? 0) - (tries[0] ?? 0)).toBeGreaterThan(50 * MINUTE);
    expect(run.activities.inputs('settle')).toHaveLength(1);
  });

  it('is recorded as viewed at the first view', async () => {
    const run = await harness.buy();
    const first = await run.view();
    await run.pass(MINUTE);
    expect(await run.view()).toEqual(first);
    await run.result();
    expect(run.activities.inputs('settle')).toMatchObject([{ presentation: { patch: first } }]);
  });

  it('can be extended by an operator, and then ends at the new time', async () => {
    const run = await harness.buy();
    const until = (await harness.now()) + 3 * DAY;
    expect(await run.extend(until)).toEqual({ expiresAt: new Date(until).toISOString() });
    await run.pass(2 * DAY);
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
    await run.pass(DAY + MINUTE);
    expect(await run.result()).toMatchObject({ outcome: 'expired' });
    expect((run.activities.times('settle')[0] ?? 0) - until).toBeLessThan(MINUTE);
  });

  it('cannot be extended into the past', async () => {
    const run = await harness.buy();
    expect(await run.extend((await harness.now()) - SECOND)).toMatchObject({ refused: 'invalid_body' });
  });

  it('can be withdrawn by an operator, which ends the funnel', async () => {
    const run = await harness.buy();
    expect(await run.withdraw()).toMatchObject({ status: 'withdrawn', decision: 'withdrawn' });
    expect(await run.result()).toEqual({ outcome: 'withdrawn', presentations: 1 });
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { timeline: [{ type: 'withdrawn', detail: { reason: 'a mistake in the catalog' } }] } },
    ]);
  });

  it('is withdrawn when the purchase is refunded while the offer is still being prepared', async () => {
    const run = await harness.buy({ paid: false });
    const evaluation = run.activities.hold('evaluate');
    await run.signal(paymentEvent.name, firstPayment(run.fixture));
    await evaluation.reached;
    await run.signal('withdrawOffer', { reason: 'refund.succeeded of the purchase' });
    evaluation.release();
    expect(await run.result()).toMatchObject({ outcome: 'withdrawn' });
  });
});

describe('a purchase that was registered before payment', () => {
  it('is abandoned when the slowest method must have paid, and no sooner', async () => {
    const run = await harness.buy({ paid: false, input: { checkoutSessionId: 'cks_1' } });
    await run.pass(101 * HOUR - MINUTE);
    expect(await run.state()).toMatchObject({ state: 'awaiting_payment' });
    await run.pass(2 * MINUTE);
    expect(await run.result()).toEqual({ outcome: 'abandoned', presentations: 0 });
    expect(run.activities.calls()).toEqual(['settle']);
  });

  it('is offered something when it is paid long after its session has ended, whatever was declined before', async () => {
    const run = await harness.buy({ paid: false, input: { checkoutSessionId: 'cks_1' } });
    await run.signal(paymentEvent.name, { ...firstPayment(run.fixture), status: 'failed' });
    await run.pass(100 * HOUR);
    expect(await run.state()).toMatchObject({ state: 'awaiting_payment' });
    await run.signal(paymentEvent.name, firstPayment(run.fixture));
    await run.idle();
    expect(await run.state()).toMatchObject({ state: 'offering' });
    expect(run.activities.inputs('evaluate')).toMatchObject([
      { paymentId: run.fixture.purchaseId, checkoutSessionId: 'cks_1' },
    ]);
  });

  it('has every further payment recorded once, and is offered something for the first one', async () => {
    const input = { purchaseId: 'pur_1', checkoutSessionId: 'cks_1' };
    const run = await harness.buy({ paid: false, input });
    const first = firstPayment(run.fixture);
    const second = { ...first, paymentId: 'pay_second', sessionId: 'cks_2' };
    for (const event of [first, second, first, second]) await run.signal(paymentEvent.name, event);
    await run.idle();
    expect(run.activities.inputs('evaluate')).toMatchObject([{ paymentId: first.paymentId, payment: first }]);
    await run.withdraw();
    expect(await run.result()).toMatchObject({ outcome: 'withdrawn' });
    expect(run.activities.inputs('recordSecondPurchasePayment')).toEqual([
      { purchaseId: 'pur_1', payment: second },
    ]);
  });
});

describe('cancelling a run', () => {
  it('ends a wait for payment', async () => {
    const run = await harness.buy({ paid: false });
    await run.handle.cancel();
    expect(await run.result()).toEqual({ outcome: 'withdrawn', presentations: 0 });
  });

  it('withdraws the open offer and records it', async () => {
    const run = await harness.buy();
    await run.handle.cancel();
    expect(await run.result()).toEqual({ outcome: 'withdrawn', presentations: 1 });
    expect(run.activities.inputs('settle')).toMatchObject([
      { outcome: 'withdrawn', presentation: { patch: { status: 'withdrawn' } } },
    ]);
  });

  it('withdraws an offer that is being prepared', async () => {
    const run = await harness.buy({ paid: false });
    const evaluation = run.activities.hold('evaluate');
    await run.signal(paymentEvent.name, firstPayment(run.fixture));
    await evaluation.reached;
    await run.handle.cancel();
    evaluation.release();
    expect(await run.result()).toMatchObject({ outcome: 'withdrawn' });
  });

  it('still fulfils an accepted offer, and answers the customer', async () => {
    const run = await harness.buy();
    const reply = run.accept();
    await run.activities.called('charge');
    await run.handle.cancel();
    await run.idle();
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await reply).toMatchObject({ decision: 'accepted', status: 'paid' });
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 1 });
  });

  it('is not held up by a signal that waits for its offer', async () => {
    const run = await harness.buy({ paid: false });
    const evaluation = run.activities.hold('evaluate');
    await run.signal(paymentEvent.name, firstPayment(run.fixture));
    await evaluation.reached;
    await run.signal('acceptOffer', { presentationId: run.presentation() });
    await run.handle.cancel();
    evaluation.release();
    const { outcome } = await run.result();
    expect(['withdrawn', 'converted', 'abandoned']).toContain(outcome);
    expect(run.activities.inputs('settle')).toMatchObject([{ outcome }]);
  });
});
