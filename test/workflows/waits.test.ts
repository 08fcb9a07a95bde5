import { describe, expect, it } from 'vitest';
import { withdrawOffer } from '../../src/contract/messages.js';
import type { FunnelStep } from '../../src/domain/offers.js';
import { DAY, HOUR, MINUTE, type PurchaseFixture } from './purchase-fixture.js';
import { useWorkflowHarness } from './use-workflow-harness.js';

const harness = useWorkflowHarness({ forgetful: true });

const END = { accept: 'end', decline: 'end', expire: 'end' };
const bundle = (more: Partial<FunnelStep> = {}): FunnelStep => ({
  id: 'bundle',
  offer: 'bundle',
  on: END,
  ...more,
});
const lite = (waitMs: number): FunnelStep => ({ id: 'lite', offer: 'lite', on: END, waitMs });

/** The first offer comes two days after the event. */
const LATER: Partial<PurchaseFixture> = { steps: [bundle({ waitMs: 2 * DAY })] };
/** A smaller offer, a month after a decline. */
const FOLLOW_UP: Partial<PurchaseFixture> = {
  steps: [bundle({ on: { ...END, accept: 'lite', decline: 'lite' } }), lite(30 * DAY)],
};

describe('a first step that waits', () => {
  it('is shown in its time, and no sooner', async () => {
    const run = await harness.buy({ fixture: LATER });
    const began = await harness.now();
    const { waiting, ...state } = await run.state();
    expect(state).toMatchObject({ state: 'waiting' });
    expect(waiting?.step).toBe('bundle');
    expect(Math.abs(Date.parse(waiting?.until ?? '') - began - 2 * DAY)).toBeLessThan(MINUTE);
    await run.pass(2 * DAY - HOUR);
    expect(run.activities.calls()).toEqual(['evaluate']);
    await run.pass(HOUR);
    expect(run.activities.calls()).toEqual(['evaluate', 'present']);
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
    expect((await run.state()).waiting).toBeUndefined();
    await run.decline();
    expect(await run.result()).toEqual({ outcome: 'declined', presentations: 1 });
  });

  it('is presented with the customer, subscription and currency found when the event came', async () => {
    const run = await harness.buy({ fixture: LATER });
    await run.pass(2 * DAY);
    const { customerId, subscription, currency } = run.fixture;
    expect(run.activities.inputs('present')).toMatchObject([
      { first: true, step: 'bundle', customerId, subscriptionId: subscription.subscriptionId, currency },
    ]);
  });

  it('ends the run as ineligible, with the reason, if it can no longer be shown', async () => {
    const run = await harness.buy({
      fixture: LATER,
      script: (activities) => activities.next('present', { kind: 'skipped', reason: 'offer_already_open' }),
    });
    expect(await run.result()).toEqual({
      outcome: 'ineligible',
      reason: 'offer_already_open',
      presentations: 0,
    });
    // The activity has recorded it; the run has nothing to add.
    expect(run.activities.calls()).toEqual(['evaluate', 'present']);
  });

  it('is never shown after a refund, which ends the run at once', async () => {
    const run = await harness.buy({ fixture: LATER });
    await run.pass(DAY);
    await run.handle.signal(withdrawOffer, { reason: 'refund.succeeded of the purchase' });
    await run.idle();
    expect(await run.handle.describe()).toMatchObject({ status: { name: 'COMPLETED' } });
    expect(await run.result()).toEqual({ outcome: 'withdrawn', presentations: 0 });
    expect(run.activities.inputs('settle')).toMatchObject([
      {
        outcome: 'withdrawn',
        timeline: [
          { type: 'withdrawn', detail: { step: 'bundle', reason: 'refund.succeeded of the purchase' } },
        ],
      },
    ]);
  });

  it('is never shown after the run was cancelled', async () => {
    const run = await harness.buy({ fixture: LATER });
    await run.handle.cancel();
    expect(await run.result()).toEqual({ outcome: 'withdrawn', presentations: 0 });
    expect(run.activities.calls()).toEqual(['evaluate', 'settle']);
  });

  it('cannot be accepted before its time, and does not keep such a click', async () => {
    const run = await harness.buy({ fixture: LATER });
    expect(await run.accept()).toMatchObject({ refused: 'presentation_not_found' });
    await run.signal('acceptOffer');
    await run.pass(2 * DAY);
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
    expect(run.activities.calls()).not.toContain('charge');
  });

  it('is on time even if no worker was running meanwhile', async () => {
    const run = await harness.buy({ fixture: LATER });
    await harness.stopWorker();
    await harness.sleep(2 * DAY - HOUR);
    await harness.startWorker();
    await run.pass(HOUR);
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
  });

  it('is not marked as open in the search attributes', async () => {
    const run = await harness.buy({ fixture: LATER });
    const offerState = async () =>
      (await run.handle.describe()).typedSearchAttributes
        .getAll()
        .find(({ key }) => key.name === 'OfferState')?.value;
    expect(await offerState()).toBe('waiting');
    await run.pass(2 * DAY);
    expect(await offerState()).toBe('open');
  });
});

describe('a later step that waits', () => {
  it('does not delay the decision before it: recorded and answered at once, without a next offer', async () => {
    const run = await harness.buy({ fixture: FOLLOW_UP, input: { notify: true } });
    const reply = await run.decline();
    expect(reply).toMatchObject({ decision: 'declined', status: 'declined' });
    expect(reply).not.toHaveProperty('nextPresentationId');
    const before = await harness.now();
    const [wait] = run.activities.inputs('startWait');
    expect(wait).toMatchObject({
      step: 'lite',
      previous: { patch: { status: 'declined', decision: 'declined' } },
    });
    expect(Math.abs(Date.parse(wait?.until ?? '') - before - 30 * DAY)).toBeLessThan(MINUTE);
    await run.activities.called('deliverNotification', 2);
    expect(run.activities.delivered.map(({ type }) => type)).toEqual(['offer.presented', 'offer.declined']);
    expect(run.activities.calls()).not.toContain('present');
  });

  it('is shown after the wait', async () => {
    const run = await harness.buy({ fixture: FOLLOW_UP });
    await run.decline();
    await run.pass(30 * DAY);
    expect(await run.state()).toMatchObject({ state: 'offering', offerId: 'lite', status: 'open' });
    // Recorded at the time of the decision.
    expect(run.activities.inputs('present')[0]?.previous).toBeUndefined();
    await run.decline({ step: 'lite' });
    expect(await run.result()).toEqual({ outcome: 'declined', presentations: 2 });
  });

  it('is named in the answer to a repeated click on the step before', async () => {
    const run = await harness.buy({ fixture: FOLLOW_UP });
    await run.decline();
    await run.pass(30 * DAY);
    expect(await run.decline({ step: 'bundle' })).toMatchObject({
      decision: 'declined',
      nextPresentationId: run.presentation('lite'),
    });
  });

  it('does not delay the notification about a paid step before it', async () => {
    const run = await harness.buy({ fixture: FOLLOW_UP });
    const { reply } = await run.click('accepted');
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await reply).toMatchObject({ decision: 'accepted', status: 'paid' });
    expect(run.activities.inputs('startWait')).toMatchObject([
      { previous: { paid: { attemptId: run.attempt(1) } } },
    ]);
    await run.pass(30 * DAY);
    await run.decline({ step: 'lite' });
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 2 });
  });

  it('ends with the outcome of the step before if it cannot be shown, and says why', async () => {
    const run = await harness.buy({ fixture: FOLLOW_UP });
    run.activities.next('present', {
      kind: 'skipped',
      reason: 'offer_already_open',
      detail: 'another offer is open',
    });
    await run.decline();
    expect(await run.result()).toEqual({ outcome: 'declined', presentations: 1 });
    expect(run.activities.inputs('settle')).toMatchObject([
      {
        outcome: 'declined',
        timeline: [
          {
            type: 'step_skipped',
            detail: { step: 'lite', reason: 'offer_already_open', detail: 'another offer is open' },
          },
        ],
      },
    ]);
  });

  it('ends at once on a refund, as converted if something was sold', async () => {
    const run = await harness.buy({ fixture: FOLLOW_UP });
    await run.decline();
    await run.pass(DAY);
    await run.handle.signal(withdrawOffer, { reason: 'refund.succeeded of the purchase' });
    expect(await run.result()).toEqual({ outcome: 'withdrawn', presentations: 1 });

    const sold = await harness.buy({ fixture: FOLLOW_UP });
    const { reply } = await sold.click('accepted');
    await sold.activities.called('charge');
    await sold.webhook(sold.attempt(1), 'succeeded');
    await reply;
    await sold.handle.cancel();
    expect(await sold.result()).toEqual({ outcome: 'converted', presentations: 1 });
  });

  it('keeps the end of its first wait after a reset', async () => {
    const run = await harness.buy({ fixture: FOLLOW_UP });
    const until = new Date((await harness.now()) + DAY).toISOString();
    run.activities.next('startWait', { until });
    await run.decline();
    await run.pass(DAY + MINUTE);
    expect(await run.state()).toMatchObject({ state: 'offering', offerId: 'lite' });
  });
});

describe('a funnel that takes months', () => {
  it('has a short history', async () => {
    const run = await harness.buy({
      fixture: {
        windowMs: 25 * DAY,
        steps: [bundle({ waitMs: 25 * DAY, on: { ...END, expire: 'lite' } }), lite(25 * DAY)],
      },
    });
    expect(await run.result()).toEqual({ outcome: 'expired', presentations: 2 });
    const { events } = await run.handle.fetchHistory();
    expect(events?.length).toBeLessThan(80);
  });
});
