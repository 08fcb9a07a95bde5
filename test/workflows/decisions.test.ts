import { describe, expect, it } from 'vitest';
import { paymentEvent } from '../../src/contract/messages.js';
import { firstPayment, useWorkflowHarness } from './use-workflow-harness.js';
import { HOUR, MINUTE } from './purchase-fixture.js';

const harness = useWorkflowHarness({ forgetful: true });

describe('the first decision', () => {
  it('wins, and later ones are told who won', async () => {
    const run = await harness.buy();
    const accepted = run.accept();
    await run.activities.called('charge');
    expect(await run.decline()).toMatchObject({ refused: 'already_decided', won: 'accepted' });
    expect(await run.withdraw()).toMatchObject({ refused: 'already_decided', won: 'accepted' });
    expect(await run.extend((await harness.now()) + HOUR)).toMatchObject({ refused: 'already_decided' });
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await accepted).toMatchObject({ decision: 'accepted', status: 'paid' });
  });

  it('may be a decline, after which an accept is refused', async () => {
    const run = await harness.buy();
    await run.decline();
    expect(await run.accept({ step: 'bundle' })).toMatchObject({
      refused: 'already_decided',
      won: 'declined',
    });
    expect(run.activities.calls()).not.toContain('charge');
  });

  it('may be made again: a second decline is answered like the first', async () => {
    const run = await harness.buy();
    const declined = { decision: 'declined', nextPresentationId: run.presentation('lite') };
    expect(await run.decline({ step: 'bundle' })).toMatchObject(declined);
    expect(await run.decline({ step: 'bundle' })).toMatchObject(declined);
  });

  it('is shared by repeated clicks: one charge, one answer', async () => {
    const run = await harness.buy();
    const replies = [run.accept(), run.accept(), run.accept()];
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    const [first, ...others] = await Promise.all(replies);
    expect(first).toMatchObject({ decision: 'accepted', status: 'paid' });
    expect(others).toEqual([first, first]);
    expect(run.activities.inputs('charge')).toHaveLength(1);
  });

  it('is made once per update id', async () => {
    const run = await harness.buy();
    const first = run.accept({ consents: ['terms'] }, 'click-1');
    await run.activities.called('charge');
    const again = run.accept({ consents: ['other'] }, 'click-1');
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await again).toEqual(await first);
    expect(run.activities.inputs('charge')).toMatchObject([{ consents: ['terms'] }]);
    const { events } = await run.handle.fetchHistory();
    const updates = events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    expect(updates).toHaveLength(1);
  });

  it('is refused at a price or quantity that was not shown, and for an unknown presentation', async () => {
    const run = await harness.buy();
    expect(await run.accept({ priceHash: 'yesterday' })).toMatchObject({ refused: 'price_changed' });
    expect(await run.accept({ quantity: 2 })).toMatchObject({ refused: 'invalid_body' });
    expect(await run.accept({ presentationId: 'prs_other' })).toMatchObject({
      refused: 'presentation_not_found',
    });
    expect(await run.state()).toMatchObject({ status: 'open' });
    expect(run.activities.calls()).not.toContain('charge');
  });

  it('counts if the click was in time, even if the worker gets to it after the window', async () => {
    const run = await harness.buy({ fixture: { windowMs: HOUR } });
    const clicked = new Date((await harness.now()) + HOUR - MINUTE).toISOString();
    await run.idle();
    await harness.stopWorker();
    await harness.sleep(HOUR);
    await run.signal('acceptOffer', { presentationId: run.presentation(), at: clicked });
    await harness.startWorker();
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('charge')).toMatchObject([{ acceptedAt: clicked }]);
  });

  it('does not count if the click came after the window', async () => {
    const run = await harness.buy({ fixture: { windowMs: HOUR } });
    const clicked = new Date((await harness.now()) + HOUR + MINUTE).toISOString();
    await run.idle();
    await harness.stopWorker();
    await harness.sleep(HOUR);
    await run.signal('acceptOffer', { presentationId: run.presentation(), at: clicked });
    await harness.startWorker();
    expect(await run.result()).toMatchObject({ outcome: 'expired' });
    expect(run.activities.calls()).not.toContain('charge');
  });
});

describe('a click that overtakes the run', () => {
  it('waits until the run knows the offer that the customer already sees', async () => {
    const run = await harness.buy({ paid: false });
    const evaluation = run.activities.hold('evaluate');
    await run.signal(paymentEvent.name, firstPayment(run.fixture));
    await evaluation.reached;
    const accepted = run.accept();
    const viewed = run.view();
    evaluation.release();
    expect(await viewed).toHaveProperty('viewedAt');
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await accepted).toMatchObject({ decision: 'accepted', status: 'paid' });
  });

  it('waits for the next step as well', async () => {
    const run = await harness.buy();
    const next = run.activities.hold('present');
    const declined = run.decline();
    await next.reached;
    const accepted = run.accept({ step: 'lite' });
    next.release();
    expect(await declined).toMatchObject({ nextPresentationId: run.presentation('lite') });
    await run.activities.called('charge');
    await run.webhook(run.attempt(1, 'lite'), 'succeeded');
    expect(await accepted).toMatchObject({ decision: 'accepted', status: 'paid' });
  });

  it('counts even if a lost answer keeps the offer from the run until its window is over', async () => {
    const run = await harness.buy({ paid: false, fixture: { windowMs: 0 } });
    const evaluation = run.activities.hold('evaluate');
    await run.signal(paymentEvent.name, firstPayment(run.fixture));
    await evaluation.reached;
    const { reply } = await run.click('accepted');
    evaluation.release();
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await reply).toMatchObject({ decision: 'accepted', status: 'paid' });
  });

  it.each(['accept', 'acceptOffer without an id', 'acceptOffer'])(
    'counts as well when it comes by signal, and for the next step (%s)',
    async (how) => {
      const run = await harness.buy({ fixture: { windowMs: HOUR } });
      const next = run.activities.hold('present');
      const declined = run.decline();
      await next.reached;
      run.fixture.windowMs = 0;
      const presentationId = run.presentation('lite');
      if (how === 'accept') await run.click('accepted', 'lite');
      else await run.signal('acceptOffer', how === 'acceptOffer' ? { presentationId } : undefined);
      next.release();
      await declined;
      await run.activities.called('charge');
      await run.webhook(run.attempt(1, 'lite'), 'succeeded');
      expect(await run.result()).toMatchObject({ outcome: 'converted' });
    },
  );

  it('is refused when the offer turns out to be another one', async () => {
    const run = await harness.buy({ paid: false });
    const evaluation = run.activities.hold('evaluate');
    await run.signal(paymentEvent.name, firstPayment(run.fixture));
    await evaluation.reached;
    const accepted = run.accept({ presentationId: 'prs_other' });
    evaluation.release();
    expect(await accepted).toMatchObject({ refused: 'presentation_not_found' });
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
  });
});

describe('a decision by signal', () => {
  it('accepts the open offer, with or without its id', async () => {
    const run = await harness.buy();
    await run.signal('declineOffer');
    await run.activities.called('present');
    await run.idle();
    await run.signal('acceptOffer', { presentationId: run.presentation('lite') });
    await run.activities.called('charge');
    await run.webhook(run.attempt(1, 'lite'), 'succeeded');
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 2 });
  });

  it('has no effect if it is late or names another presentation', async () => {
    const run = await harness.buy();
    await run.signal('acceptOffer', { presentationId: 'prs_other' });
    await run.signal('acceptOffer', { priceHash: 'yesterday' });
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'open' });
    await run.decline();
    await run.signal('acceptOffer', { presentationId: run.presentation('bundle') });
    await run.idle();
    expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
    expect(run.activities.calls()).not.toContain('charge');
  });

  it.each([
    ['nothing', [], true],
    ['null', [null], true],
    ['a text', ['yes'], false],
    ['a number', [1], false],
    ['a list', [[]], false],
    ['fields of the wrong kinds', [{ presentationId: 7, at: {}, quantity: '1' }], false],
    ['the open offer meant, at a time that is none', [{ at: 7 }], true],
  ] as [string, unknown[], boolean][])(
    'never stops a run, and accepts only the offer it names: sent with %s',
    async (_name, args, accepts) => {
      const run = await harness.buy({
        script(activities) {
          activities.always('charge', { kind: 'rejected', code: 'DO_NOT_HONOR' });
          activities.always('openFallback', { kind: 'none' });
        },
      });
      for (const name of [
        'paymentEvent',
        'fulfilmentProgress',
        'subscriptionEvent',
        'nonsense',
        'acceptOffer',
      ])
        await run.signal(name, ...args);
      await run.idle();
      if (!accepts) {
        await run.signal('declineOffer', ...args);
        await run.idle();
        expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
        await run.signal('withdrawOffer', ...args);
      }
      expect(await run.result()).toMatchObject({ outcome: accepts ? 'payment_failed' : 'withdrawn' });
      const { events } = await run.handle.fetchHistory();
      expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    },
  );
});
