import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/ledger/model.js';
import type { Notification } from '../../src/domain/notification.js';
import { onBothDatabases } from './databases.js';
import { aPurchase, at, id } from './examples.js';

function aNotification(fields: Partial<Notification> = {}): Notification {
  const purchaseId = fields.purchaseId ?? id('pay');
  return {
    type: 'offer.fulfilled',
    sequence: 3,
    timestamp: at(0),
    run: `purchase/${purchaseId}`,
    purchaseId,
    presentationId: id('prs'),
    ...fields,
  };
}

const aBurial = (fields: Partial<DeadLetter> = {}): DeadLetter => ({
  id: id('ntf'),
  notification: aNotification(),
  failure: "The merchant's endpoint answered 503.",
  at: at(60),
  ...fields,
});

await onBothDatabases((ledger) => {
  const idsOf = async (all: boolean) =>
    (await ledger().deadNotifications({ all, limit: 1000 })).map((dead) => dead.id);

  async function redelivered({ id: which, notification }: DeadLetter, minutes = 90): Promise<void> {
    const run = `redelivery/${which}/1`;
    await ledger().recordRedelivery({ id: which, notification, reason: 'fixed', run, at: at(minutes) });
  }

  describe('a dead notification', () => {
    it.each<[string, Partial<Notification>]>([
      ['with nothing but what all have', {}],
      [
        'with its status and what paid for it',
        { status: 'paid', payment: { paymentId: 'pay_2', amount: 4900 } },
      ],
      ['paid with a payment that has no name', { status: 'paid', payment: { amount: 0 } }],
    ])('can be sent again as it was: %s', async (_, fields) => {
      const burial = aBurial({ notification: aNotification(fields) });
      await ledger().deadLetterNotification(burial);
      const { id: which, notification, failure } = burial;
      const found = await ledger().deadNotification(which);
      expect(found).toEqual({
        id: which,
        seq: expect.any(Number) as number,
        notification,
        failure,
        diedAt: at(60),
      });
    });

    it('stands in the timeline of its purchase, known to the ledger or not', async () => {
      const { purchaseId } = aPurchase();
      await ledger().deadLetterNotification(aBurial({ notification: aNotification({ purchaseId }) }));
      await ledger().recordPurchase(aPurchase({ purchaseId }), 'evaluating');
      expect((await ledger().purchase(purchaseId))?.timeline).toMatchObject([
        { type: 'notification_dead', detail: { notification: 'offer.fulfilled', sequence: 3 } },
      ]);
    });

    it('is kept once, however often it is buried', async () => {
      const burial = aBurial();
      await ledger().deadLetterNotification(burial);
      await ledger().deadLetterNotification({ ...burial, at: at(61) });
      expect((await idsOf(true)).filter((one) => one === burial.id)).toHaveLength(1);
      expect(await ledger().deadNotification(burial.id)).toMatchObject({ diedAt: at(60) });
    });

    it('that died again when it was sent again is listed once, as of its last death', async () => {
      const burial = aBurial();
      await ledger().deadLetterNotification(burial);
      await ledger().deadLetterNotification({
        ...burial,
        redelivery: `redelivery/${burial.id}/1`,
        at: at(70),
      });
      expect((await idsOf(false)).filter((one) => one === burial.id)).toHaveLength(1);
      expect(await ledger().deadNotification(burial.id)).toMatchObject({ diedAt: at(70) });
    });

    it('leaves the list when it is redelivered, and is still there among all', async () => {
      const burial = aBurial();
      await ledger().deadLetterNotification(burial);
      const waiting = await ledger().countDeadNotifications();
      await redelivered(burial);
      expect(await idsOf(false)).not.toContain(burial.id);
      expect(await idsOf(true)).toContain(burial.id);
      expect(await ledger().countDeadNotifications()).toBe(waiting - 1);
      expect(await ledger().deadNotification(burial.id)).toMatchObject({ redeliveredAt: at(90) });
    });

    it('is not taken for another one of the same purchase that was redelivered', async () => {
      const first = aBurial();
      const second = aBurial({ notification: { ...first.notification, sequence: 4 } });
      await ledger().deadLetterNotification(first);
      await ledger().deadLetterNotification(second);
      await redelivered(first);
      expect(await idsOf(false)).toContain(second.id);
    });

    it('that nobody buried is not found', async () => {
      expect(await ledger().deadNotification('ntf_0')).toBeUndefined();
    });
  });

  describe('the list', () => {
    it('is paged newest first, and those of the same moment are neither lost nor repeated', async () => {
      const burials = [200, 201, 201, 201, 202].map((minutes) => aBurial({ at: at(minutes) }));
      for (const burial of burials) await ledger().deadLetterNotification(burial);
      const found: string[] = [];
      let before: { at: string; seq: number } | undefined;
      for (let page = 0; page < 3; page += 1) {
        const dead = await ledger().deadNotifications({ all: false, limit: 2, before });
        found.push(...dead.map((one) => one.id));
        const last = dead.at(-1);
        before = last && { at: last.diedAt, seq: last.seq };
      }
      expect(found.slice(0, 5)).toEqual(burials.map((one) => one.id).reverse());
      expect(new Set(found).size).toBe(6);
    });
  });
});
