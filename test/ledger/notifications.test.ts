import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/ledger/index.js';
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

const aDeadLetter = (fields: Partial<DeadLetter> = {}): DeadLetter => ({
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

  describe('a dead letter', () => {
    it.each<[string, Partial<Notification>]>([
      ['with nothing but what all have', {}],
      [
        'with its status and what paid for it',
        { status: 'paid', payment: { paymentId: 'pay_2', amount: 4900 } },
      ],
      [
        'paid in another currency than the price',
        { status: 'paid', payment: { paymentId: 'pay_2', amount: 830_000, currency: 'INR' } },
      ],
      ['of a choice', { choice: { option: 'seats', quantity: 4, priceHash: 'hash-of-59600' } }],
      ['of a choice without options', { choice: { quantity: 4, priceHash: 'hash-of-59600' } }],
      ['of a reversal', { reversal: { kind: 'dispute', id: 'dsp_1', amount: 4900, currency: 'USD' } }],
      ['paid with a payment that has no name', { status: 'paid', payment: { amount: 0 } }],
    ])('can be sent again as it was: %s', async (_, fields) => {
      const letter = aDeadLetter({ notification: aNotification(fields) });
      await ledger().deadLetterNotification(letter);
      const { id: which, notification, failure } = letter;
      const found = await ledger().deadNotification(which);
      expect(found).toEqual({
        id: which,
        seq: expect.any(Number) as number,
        notification,
        failure,
        failedAt: at(60),
      });
    });

    it('is in the timeline of its purchase, whether or not the ledger knows the purchase', async () => {
      const { purchaseId } = aPurchase();
      await ledger().deadLetterNotification(aDeadLetter({ notification: aNotification({ purchaseId }) }));
      await ledger().recordPurchase(aPurchase({ purchaseId }), 'evaluating');
      expect((await ledger().purchase(purchaseId))?.timeline).toMatchObject([
        { type: 'notification_dead', detail: { notification: 'offer.fulfilled', sequence: 3 } },
      ]);
    });

    it('is kept once, however often it is recorded', async () => {
      const letter = aDeadLetter();
      await ledger().deadLetterNotification(letter);
      await ledger().deadLetterNotification({ ...letter, at: at(61) });
      expect((await idsOf(true)).filter((one) => one === letter.id)).toHaveLength(1);
      expect(await ledger().deadNotification(letter.id)).toMatchObject({ failedAt: at(60) });
    });

    it('that failed again on redelivery is listed once, as of its latest failure', async () => {
      const letter = aDeadLetter();
      await ledger().deadLetterNotification(letter);
      await ledger().deadLetterNotification({
        ...letter,
        redelivery: `redelivery/${letter.id}/1`,
        at: at(70),
      });
      expect((await idsOf(false)).filter((one) => one === letter.id)).toHaveLength(1);
      expect(await ledger().deadNotification(letter.id)).toMatchObject({ failedAt: at(70) });
    });

    it('leaves the list when redelivered, but not the list of all', async () => {
      const letter = aDeadLetter();
      await ledger().deadLetterNotification(letter);
      const waiting = await ledger().countDeadNotifications();
      await redelivered(letter);
      expect(await idsOf(false)).not.toContain(letter.id);
      expect(await idsOf(true)).toContain(letter.id);
      expect(await ledger().countDeadNotifications()).toBe(waiting - 1);
      expect(await ledger().deadNotification(letter.id)).toMatchObject({ redeliveredAt: at(90) });
    });

    it('is not confused with a redelivered one of the same purchase', async () => {
      const first = aDeadLetter();
      const second = aDeadLetter({ notification: { ...first.notification, sequence: 4 } });
      await ledger().deadLetterNotification(first);
      await ledger().deadLetterNotification(second);
      await redelivered(first);
      expect(await idsOf(false)).toContain(second.id);
    });

    it('that was never recorded is not found', async () => {
      expect(await ledger().deadNotification('ntf_0')).toBeUndefined();
    });
  });

  describe('the list', () => {
    it('is paged newest first, without losing or repeating simultaneous ones', async () => {
      const letters = [200, 201, 201, 201, 202].map((minutes) => aDeadLetter({ at: at(minutes) }));
      for (const letter of letters) await ledger().deadLetterNotification(letter);
      const found: string[] = [];
      let before: { at: string; seq: number } | undefined;
      for (let page = 0; page < 3; page += 1) {
        const dead = await ledger().deadNotifications({ all: false, limit: 2, before });
        found.push(...dead.map((one) => one.id));
        const last = dead.at(-1);
        before = last && { at: last.failedAt, seq: last.seq };
      }
      expect(found.slice(0, 5)).toEqual(letters.map((one) => one.id).reverse());
      expect(new Set(found).size).toBe(6);
    });
  });
});
