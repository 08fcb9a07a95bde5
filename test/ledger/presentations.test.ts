import { expect, it } from 'vitest';
import type { Presentation } from '../../src/domain/presentation.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, at, id, openOffer } from './examples.js';

await onBothDatabases((ledger) => {
  const open = (fields: Partial<Presentation> = {}) => openOffer(ledger(), fields);

  it('keeps a presentation unchanged', async () => {
    const presentation = await open({ expiresAt: '2026-03-14T13:30:00+01:00' });
    expect(await ledger().presentation(presentation.id)).toStrictEqual({
      ...presentation,
      workflowId: `purchase/${presentation.purchaseId}`,
      presentedAt: at(0),
      expiresAt: '2026-03-14T12:30:00.000Z',
      recovered: false,
      refundedAmount: 0,
    });
    expect(await ledger().presentation('prs_none')).toBeUndefined();
  });

  it('does not open a second offer for a customer, but keeps the decision that led there', async () => {
    const customerId = id('cus');
    const other = await open({ customerId });
    const declined = aPresentation({ customerId });
    const next = aPresentation({ customerId });
    const workflowId = 'purchase/other';
    expect(await ledger().openPresentation({ presentation: declined, workflowId, at: at(1) })).toMatchObject({
      opened: false,
    });
    expect(await ledger().presentation(declined.id)).toBeUndefined();

    await ledger().updatePresentation(other.id, { status: 'paid', decision: 'accepted', decidedAt: at(1) });
    expect(await ledger().openPresentation({ presentation: declined, workflowId, at: at(2) })).toMatchObject({
      opened: true,
    });
    await ledger().updatePresentation(declined.id, {
      status: 'declined',
      decision: 'declined',
      decidedAt: at(3),
    });
    const third = await open({ customerId });
    const previous = { presentationId: declined.id, patch: { message: 'noted' }, timeline: [] };
    expect(
      await ledger().openPresentation({ presentation: next, workflowId, at: at(4), previous }),
    ).toMatchObject({ opened: false });
    expect(await ledger().presentation(declined.id)).toMatchObject({ status: 'declined', message: 'noted' });
    expect(await ledger().currentPresentation(customerId, at(0))).toMatchObject({ id: third.id });
  });

  it.each([
    ['nothing was handed to the customer before', undefined, true],
    ['that was declined', { status: 'declined', decision: 'declined', decidedAt: at(2) }, true],
    ['that has lapsed', { status: 'expired', decision: 'expired', decidedAt: at(2) }, false],
    ['that was withdrawn', { status: 'withdrawn', decision: 'withdrawn', decidedAt: at(2) }, false],
    ['that was accepted just now', { status: 'paid', decision: 'accepted', decidedAt: at(2) }, false],
    ['that was accepted before', { status: 'paid', decision: 'accepted', decidedAt: at(1) }, true],
  ] as const)(
    'takes an offer for handed out besides, unless a page may still show another one: %s',
    async (_, ended, handedOut) => {
      const customerId = id('cus');
      if (ended) {
        const onThePage = await open({ customerId });
        await ledger().markHandedOut(onThePage.id, at(0));
        await ledger().updatePresentation(onThePage.id, ended);
      }
      const next = aPresentation({ customerId });
      await ledger().openPresentation({ presentation: next, workflowId: 'purchase/next', at: at(2) });
      await ledger().markHandedOut(next.id, at(3), { acceptedSince: at(2) });
      expect((await ledger().presentation(next.id))?.handedOutAt).toBe(handedOut ? at(3) : undefined);
      await ledger().markHandedOut(next.id, at(4));
      expect((await ledger().presentation(next.id))?.handedOutAt).toBe(at(handedOut ? 3 : 4));
    },
  );

  it('opens the same presentation again with success and without changes', async () => {
    const presentation = await open();
    await ledger().updatePresentation(presentation.id, {
      status: 'withdrawn',
      decision: 'withdrawn',
      decidedAt: at(1),
    });
    const later = await open({ customerId: presentation.customerId });
    const again = { presentation, workflowId: 'purchase/again', at: at(9) };
    expect(await ledger().openPresentation(again)).toMatchObject({ opened: true });
    expect(await ledger().presentation(presentation.id)).toMatchObject({
      status: 'withdrawn',
      presentedAt: at(0),
    });
    expect(await ledger().currentPresentation(presentation.customerId, at(0))).toMatchObject({
      id: later.id,
    });
  });

  it('expires an orphaned offer an hour after its window ended', async () => {
    const forgotten = await open({ expiresAt: at(30) });
    const next = aPresentation({ customerId: forgotten.customerId, expiresAt: at(200) });
    const workflowId = 'purchase/next';
    expect(await ledger().openPresentation({ presentation: next, workflowId, at: at(89) })).toMatchObject({
      opened: false,
    });
    expect(await ledger().openPresentation({ presentation: next, workflowId, at: at(91) })).toMatchObject({
      opened: true,
    });
    expect(await ledger().presentation(forgotten.id)).toMatchObject({
      status: 'expired',
      decision: 'expired',
      decidedAt: at(30),
    });
  });

  it('does not expire an accepted offer whose run is still handing over its checkout', async () => {
    const accepted = await open({ expiresAt: at(30) });
    await ledger().updatePresentation(accepted.id, { decision: 'accepted', decidedAt: at(29) });
    const next = aPresentation({ customerId: accepted.customerId });
    expect(
      await ledger().openPresentation({ presentation: next, workflowId: 'w', at: at(200) }),
    ).toMatchObject({ opened: false });
    expect(await ledger().presentation(accepted.id)).toMatchObject({ status: 'open', decision: 'accepted' });
  });

  it('keeps the first view', async () => {
    const { id: presentationId } = await open();
    await ledger().markViewed(presentationId, at(3));
    await ledger().markViewed(presentationId, at(4));
    expect(await ledger().presentation(presentationId)).toMatchObject({ viewedAt: at(3) });
  });

  it("finds a customer's open offer, else the one just accepted", async () => {
    const { id: presentationId, customerId } = await open();
    const current = async (since: string) => (await ledger().currentPresentation(customerId, since))?.id;
    expect(await current(at(99))).toBe(presentationId);
    await ledger().updatePresentation(presentationId, {
      status: 'paid',
      decision: 'accepted',
      decidedAt: at(5),
    });
    expect([await current(at(4)), await current(at(5)), await current(at(6))]).toEqual([
      presentationId,
      presentationId,
      undefined,
    ]);
    const next = await open({ customerId });
    expect(await current(at(4))).toBe(next.id);
    await ledger().updatePresentation(next.id, {
      status: 'declined',
      decision: 'declined',
      decidedAt: at(7),
    });
    expect(await current(at(4))).toBe(presentationId);
    expect(await ledger().currentPresentation('cus_none', at(4))).toBeUndefined();
  });

  it('keeps every price that was quoted for a choice, the newest first, and renews one that is quoted again', async () => {
    const { id: presentationId } = await open();
    const quote = (dueNow: number, hash: string, minutes: number, credit?: number) =>
      ledger().recordQuote({
        presentationId,
        quantity: 3,
        price: { currency: 'USD', dueNow, hash, ...(credit !== undefined && { credit }) },
        quotedAt: at(minutes),
      });
    await quote(4000, 'a', 1);
    await quote(5000, 'b', 2);
    const quoted = () => ledger().quotes(presentationId, { quantity: 3 });
    expect(await quoted()).toMatchObject([{ price: { hash: 'b' } }, { price: { hash: 'a', dueNow: 4000 } }]);
    await quote(4000, 'a', 3, 100);
    expect(await quoted()).toMatchObject([
      { price: { hash: 'a', credit: 100 }, quotedAt: at(3) },
      { price: { hash: 'b', dueNow: 5000 } },
    ]);
    expect(await ledger().quotes(presentationId, { quantity: 2 })).toEqual([]);
  });

  it('reopens an accepted offer when its price has changed', async () => {
    const { id: presentationId, price } = await open();
    await ledger().updatePresentation(presentationId, {
      status: 'accepted',
      decision: 'accepted',
      decidedAt: at(1),
    });
    await ledger().updatePresentation(presentationId, { status: 'open' });
    expect(await ledger().presentation(presentationId)).toMatchObject({
      status: 'accepted',
      decision: 'accepted',
    });
    const moved = { ...price, dueNow: 3100, hash: 'hash-of-3100' };
    await ledger().updatePresentation(presentationId, { status: 'open', price: moved });
    const reopened = await ledger().presentation(presentationId);
    expect(reopened).toMatchObject({ status: 'open', price: moved });
    expect(reopened).not.toHaveProperty('decision');
    await ledger().updatePresentation(presentationId, {
      status: 'declined',
      decision: 'declined',
      decidedAt: at(2),
    });
    expect(await ledger().presentation(presentationId)).toMatchObject({
      status: 'declined',
      decidedAt: at(2),
    });
  });
});
