import { expect, it } from 'vitest';
import type { Presentation } from '../../src/domain/presentation.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, anAttempt, aPurchase, at, id, openOffer } from './examples.js';

await onBothDatabases((ledger, warnings) => {
  const open = (fields: Partial<Presentation> = {}) => openOffer(ledger(), fields);

  it('fills gaps in a purchase and overwrites nothing', async () => {
    const purchase = aPurchase({
      paymentId: undefined,
      billing: { country: 'DE', city: 'Köln' },
      productIds: [],
    });
    const { purchaseId } = purchase;
    await ledger().recordPurchase(purchase, 'awaiting_payment');
    expect((await ledger().purchase(purchaseId))?.status).toBe('awaiting_payment');

    const seenPaid = { ...purchase, paymentId: 'pay_9', productIds: ['prod_a'], amount: 1, currency: 'EUR' };
    await ledger().recordPurchase(seenPaid, 'evaluating');
    await ledger().recordPurchase(purchase, 'awaiting_payment');

    const view = await ledger().purchase(purchaseId);
    expect(view?.status).toBe('evaluating');
    const { billing, ...shown } = { ...purchase, paymentId: 'pay_9', productIds: ['prod_a'] };
    expect(view?.purchase).toEqual(shown);
    expect(await ledger().billingOf(purchaseId)).toEqual(billing);
  });

  it('returns how an offer was chosen, what followed and when', async () => {
    const purchase = aPurchase();
    await ledger().recordPurchase(purchase, 'evaluating');
    const { purchaseId, workflowId, customerId } = purchase;
    const first = aPresentation({ purchaseId, customerId });
    const second = aPresentation({
      purchaseId,
      customerId,
      step: 'lite',
      offerId: 'pro-lite',
      type: 'downsell',
    });
    const considered = [
      { funnelId: 'vip', reason: 'no_matching_funnel' as const },
      { funnelId: 'basic-to-pro' },
    ];
    await ledger().openPresentation({
      presentation: first,
      workflowId,
      at: at(0),
      evaluation: { catalogHash: 'sha256:1', considered },
    });
    await ledger().openPresentation({
      presentation: second,
      workflowId,
      at: at(2),
      previous: {
        presentationId: first.id,
        patch: { status: 'declined', decision: 'declined', decidedAt: at(1) },
        timeline: [{ at: at(1), type: 'declined', detail: { presentationId: first.id } }],
      },
    });
    const view = await ledger().purchase(purchaseId);
    expect(view).toMatchObject({
      status: 'offering',
      funnelId: 'basic-to-pro',
      catalogHash: 'sha256:1',
      considered,
    });
    expect(view?.presentations.map(({ id, status }) => [id, status])).toEqual([
      [first.id, 'declined'],
      [second.id, 'open'],
    ]);
    expect(view?.timeline).toEqual([{ at: at(1), type: 'declined', detail: { presentationId: first.id } }]);
    expect((await ledger().latestPurchase(customerId ?? ''))?.purchase.purchaseId).toBe(purchaseId);
    expect(await ledger().latestPurchase('cus_none')).toBeUndefined();
    expect(await ledger().purchase('pay_none')).toBeUndefined();
  });

  it('adds a timeline entry once, and a different one of the same type as well', async () => {
    const { id: presentationId, purchaseId } = await open();
    await ledger().recordPurchase(aPurchase({ purchaseId }), 'evaluating');
    const refund = (refundId: string, minute: number) => ({
      at: at(minute),
      type: 'refunded',
      detail: { refundId, presentationId },
    });
    await ledger().updatePresentation(presentationId, {}, [
      refund('ref_2', 8),
      refund('ref_1', 7),
      refund('ref_1', 9),
    ]);
    await ledger().updatePresentation(presentationId, {}, [
      refund('ref_2', 10),
      { at: at(7), type: 'noted' },
    ]);
    await ledger().updatePresentation(presentationId, {}, [
      { at: at(7), type: 'noted' },
      { at: at(9), type: 'noted' },
    ]);
    const view = await ledger().purchase(purchaseId);
    expect(view?.timeline.map(({ at, type, detail }) => [at, type, detail?.refundId])).toEqual([
      [at(7), 'refunded', 'ref_1'],
      [at(7), 'noted', undefined],
      [at(8), 'refunded', 'ref_2'],
      [at(9), 'noted', undefined],
    ]);
  });

  it('settles a run once, erases the address, and corrects the outcome when money moves later', async () => {
    const purchase = aPurchase({ billing: { country: 'FR', zipcode: '75001' } });
    const { purchaseId } = purchase;
    await ledger().recordPurchase(purchase, 'evaluating');
    const { id: presentationId } = await open({ purchaseId, customerId: purchase.customerId });
    const settled = {
      purchaseId,
      outcome: 'abandoned',
      at: at(60),
      presentation: { id: presentationId, patch: { status: 'failed' } },
      timeline: [{ at: at(60), type: 'settled' }],
    } as const;
    const timeline = [...settled.timeline];
    await ledger().settle({ ...settled, timeline });
    await ledger().settle({ ...settled, timeline });
    await ledger().recordPurchase(purchase, 'evaluating');
    await ledger().openPresentation({
      presentation: aPresentation({ purchaseId }),
      workflowId: 'w',
      at: at(61),
    });

    expect(await ledger().billingOf(purchaseId)).toBeUndefined();
    const view = await ledger().purchase(purchaseId);
    expect(view).toMatchObject({ status: 'settled', outcome: 'abandoned' });
    expect(view?.presentations[0]?.status).toBe('failed');
    expect(view?.timeline).toHaveLength(1);

    for (const [outcome, known] of [
      ['declined', 'abandoned'],
      ['recovered', 'recovered'],
      ['abandoned', 'recovered'],
      ['reversed', 'reversed'],
      ['converted', 'reversed'],
    ] as const) {
      await ledger().settle({ purchaseId, outcome, at: at(70), timeline: [] });
      expect((await ledger().purchase(purchaseId))?.outcome).toBe(known);
    }
  });

  it('waits for a step until the time that was named first, and for each step by itself', async () => {
    const { purchaseId, ...purchase } = aPurchase();
    await ledger().recordPurchase({ purchaseId, ...purchase }, 'evaluating');
    const wait = (step: string, minutes: number) =>
      ledger().beginWait({ purchaseId, funnelId: 'f', step, at: at(0), until: at(minutes) });
    expect(await wait('lite', 60)).toEqual({ until: at(60) });
    expect(await wait('lite', 90)).toEqual({ until: at(60) });
    expect(await wait('more', 120)).toEqual({ until: at(120) });
    expect(await ledger().purchase(purchaseId)).toMatchObject({ status: 'waiting', funnelId: 'f' });
  });

  it('keeps the reason why no offer was shown', async () => {
    const purchase = aPurchase();
    await ledger().recordPurchase(purchase, 'evaluating');
    const considered = [{ funnelId: 'f', reason: 'already_owned' as const, detail: 'owns prod_pro_plan' }];
    await ledger().settle({
      purchaseId: purchase.purchaseId,
      outcome: 'ineligible',
      reason: 'already_owned',
      at: at(1),
      evaluation: { catalogHash: 'sha256:2', considered },
      timeline: [],
    });
    expect(await ledger().latestPurchase(purchase.customerId ?? '')).toMatchObject({
      outcome: 'ineligible',
      reason: 'already_owned',
      catalogHash: 'sha256:2',
      considered,
    });
  });

  it('knows the products a customer bought in paid purchases', async () => {
    const customerId = id('cus');
    const bought = (productId: string) => ledger().hasBought(customerId, productId);
    const waiting = aPurchase({ customerId, productIds: ['prod_a', 'prod_b'] });
    await ledger().recordPurchase(waiting, 'awaiting_payment');
    expect(await bought('prod_a')).toBe(false);
    await ledger().recordPurchase(waiting, 'evaluating');
    expect([await bought('prod_a'), await bought('prod_b'), await bought('prod')]).toEqual([
      true,
      true,
      false,
    ]);
    await ledger().settle({ purchaseId: waiting.purchaseId, outcome: 'declined', at: at(1), timeline: [] });
    expect(await bought('prod_a')).toBe(true);

    const never = aPurchase({ customerId, productIds: ['prod_c'] });
    await ledger().recordPurchase(never, 'awaiting_payment');
    await ledger().settle({ purchaseId: never.purchaseId, outcome: 'expired', at: at(1), timeline: [] });
    const wish = aPurchase({ customerId, productIds: ['prod_d'], trigger: 'upgrade_requested' });
    await ledger().recordPurchase(wish, 'evaluating');
    expect([await bought('prod_c'), await bought('prod_d')]).toEqual([false, false]);
    expect(await ledger().hasBought(id('cus'), 'prod_a')).toBe(false);
  });

  it('does not count a purchase of which money went back: what of it is left, Dodo knows', async () => {
    const customerId = id('cus');
    const purchase = aPurchase({ customerId, productIds: ['prod_a'] });
    const paymentId = purchase.paymentId ?? '';
    await ledger().recordPurchase(purchase, 'evaluating');
    const seen = { paymentId, status: 'succeeded', source: 'webhook' as const, seenAt: at(1) };
    await ledger().recordPayment(seen);
    expect(await ledger().hasBought(customerId, 'prod_a')).toBe(true);
    await ledger().recordPayment({ ...seen, refundedAmount: 100 });
    expect(await ledger().hasBought(customerId, 'prod_a')).toBe(false);
  });

  it('ignores changes to unknown records', async () => {
    const before = warnings().length;
    await ledger().updatePresentation('prs_lost', { status: 'paid' }, [{ at: at(1), type: 'paid' }]);
    await ledger().updateAttempt('lost', { status: 'paid' });
    await ledger().settle({ purchaseId: 'pay_lost', outcome: 'converted', at: at(1), timeline: [] });
    const orphan = anAttempt(aPresentation(), { attemptId: id('orphan') });
    expect(await ledger().recordAttempt(orphan, { status: 'charging' }, [])).toBe(true);
    expect(warnings().slice(before)).toHaveLength(4);
  });

  it('rejects invalid amounts and times, and names no values when a statement fails', async () => {
    const record = (fields: Parameters<typeof aPurchase>[0]) =>
      ledger().recordPurchase(aPurchase(fields), 'evaluating');
    await expect(record({ amount: 19.5 })).rejects.toThrow(
      'An amount must be a whole number of minor units, not 19.5.',
    );
    await expect(record({ amount: 2 ** 53 })).rejects.toThrow(RangeError);
    await expect(record({ purchasedAt: 'yesterday' })).rejects.toThrow('A time must be RFC 3339');
    await record({ amount: Number.MAX_SAFE_INTEGER });

    const unwritable = record({ billing: { country: 'US', street: 'Secret Lane \u0000' } });
    const error = await unwritable.then(String, (thrown: unknown) => JSON.stringify(thrown) + String(thrown));
    expect(error).toContain('The ledger failed at "recordPurchase"');
    expect(error).not.toContain('Secret Lane');
  });

  it('answers a ping', async () => {
    await expect(ledger().ping()).resolves.toBeUndefined();
  });
});
