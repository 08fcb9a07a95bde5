/** What is deleted after it was kept for long enough, and what is not. */
import { describe, expect, it } from 'vitest';
import { DAY } from '../../src/domain/duration.js';
import { aPresentation, aPurchase } from './examples.js';
import { onBothDatabases } from './databases.js';

const THEN = '2026-01-01T00:00:00.000Z';
const later = (days: number) => new Date(Date.parse(THEN) + days * DAY).toISOString();

await onBothDatabases((ledger) => {
  /** A purchase that was offered something, was quoted a price, and accepted or not. */
  async function settled(id: string, over: { open?: boolean } = {}) {
    const purchase = aPurchase({ purchaseId: id, customerId: `cus_${id}`, workflowId: `purchase/${id}` });
    await ledger().recordPurchase(purchase, 'evaluating');
    const presentation = aPresentation({ id: `prs_${id}`, purchaseId: id, customerId: `cus_${id}` });
    await ledger().openPresentation({ presentation, workflowId: `purchase/${id}`, at: THEN });
    await ledger().recordQuote({
      presentationId: presentation.id,
      quantity: 2,
      price: presentation.price,
      quotedAt: THEN,
    });
    await ledger().recordTriggerFacts({
      ...{ purchaseId: id, customerId: `cus_${id}` },
      ...{ facts: { seats: 9 }, recordedAt: THEN },
    });
    await ledger().note(id, [
      { at: THEN, type: 'story', detail: { text: 'once' } },
      { at: THEN, type: 'refund_succeeded', detail: { id: 'ref_1', paymentId: 'pay_1', amount: 5 } },
    ]);
    if (over.open) return;
    await ledger().updatePresentation(presentation.id, {
      status: 'declined',
      decision: 'declined',
      decidedAt: THEN,
    });
    await ledger().settle({
      purchaseId: id,
      outcome: 'declined',
      at: THEN,
      timeline: [],
      evaluation: { catalogHash: 'sha256:c', considered: [], facts: { country: 'US' } },
    });
  }

  describe('data retention', () => {
    it('deletes each kind at its own time, and nothing that is kept for ever or still under way', async () => {
      await settled('ret_1');
      await settled('ret_2', { open: true });
      await ledger().bindKey({ key: 'k', request: 'r', at: THEN });
      const at = later(30);
      expect(await ledger().deleteExpired({}, at)).toEqual({});
      expect(await ledger().deleteExpired({ facts: 31 * DAY }, at)).toEqual({});
      expect(
        await ledger().deleteExpired(
          { facts: 29 * DAY, quotes: 29 * DAY, timeline: 29 * DAY, idempotency_keys: 29 * DAY },
          at,
        ),
      ).toMatchObject({ facts: 2, quotes: 1, timeline: 1, idempotency_keys: 1 });
      const view = await ledger().purchase('ret_1');
      expect(view?.facts).toBeUndefined();
      expect(await ledger().triggerFacts('ret_1')).toBeUndefined();
      expect(await ledger().triggerFacts('ret_2')).toEqual({ seats: 9 });
      expect(view?.timeline.map(({ type }) => type)).toEqual(['refund_succeeded']);
      expect(await ledger().quotes('prs_ret_1')).toEqual([]);
      expect(await ledger().quotes('prs_ret_2')).toHaveLength(1);
      expect((await ledger().purchase('ret_2'))?.timeline).toHaveLength(2);
      expect(await ledger().bindKey({ key: 'k', request: 'other', at })).toBe('other');
    });

    it('deletes old purchases with everything about them, unless a review of them is open', async () => {
      await settled('ret_3');
      await settled('ret_4');
      await ledger().openReview({
        kind: 'payment_differs',
        subject: 'ret_4',
        purchaseId: 'ret_4',
        openedAt: THEN,
      });
      expect(await ledger().deleteExpired({ purchases: 200 * DAY }, later(201))).toMatchObject({
        purchases: expect.any(Number) as number,
      });
      expect(await ledger().purchase('ret_3')).toBeUndefined();
      expect(await ledger().presentation('prs_ret_3')).toBeUndefined();
      expect(await ledger().customerData('cus_ret_3')).toBeUndefined();
      expect(await ledger().purchase('ret_4')).toBeDefined();
      expect(await ledger().presentation('prs_ret_4')).toBeDefined();
      expect(await ledger().purchase('ret_2')).toBeDefined();
    });
  });
});
