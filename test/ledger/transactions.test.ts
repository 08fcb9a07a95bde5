/** What is written together is written whole or not at all, and on top of what another writer is just writing. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLedger, type Ledger } from '../../src/ledger/index.js';
import { eventually } from '../support/eventually.js';
import { openTestLedger } from '../support/memory-ledger.js';
import { postgresForTests } from '../support/postgres.js';
import { aPresentation, aPurchase, anAttempt, at, id, openOffer } from './examples.js';

interface Written {
  purchaseId: string;
  presentationId: string;
  attemptId: string;
  paymentId: string;
}

/** An offer that was accepted and sent, and its payment, of which Dodo says nothing yet. */
async function aSentOffer(ledger: Ledger): Promise<Written> {
  const purchase = aPurchase();
  const { purchaseId } = purchase;
  await ledger.recordPurchase(purchase, 'evaluating');
  const presentation = await openOffer(ledger, { purchaseId });
  const attempt = anAttempt(presentation, { status: 'submitted' });
  const { attemptId } = attempt;
  await ledger.recordAttempt(attempt, { status: 'charging', decision: 'accepted', decidedAt: at(5) }, []);
  const paymentId = id('pay');
  const seen = { paymentId, attemptId, status: 'processing', amount: 3000, currency: 'USD' };
  await ledger.recordPayment({ ...seen, source: 'webhook', seenAt: at(6) });
  return { purchaseId, presentationId: presentation.id, attemptId, paymentId };
}

/** A refund of everything, whose entry in the timeline bears this time. */
function aRefund(
  { purchaseId, presentationId, paymentId }: Omit<Written, 'attemptId'>,
  entryAt: string,
): Parameters<Ledger['recordReversal']>[0] {
  const paid = { status: 'succeeded', amount: 3000, currency: 'USD' };
  return {
    id: 'ref_1',
    purchaseId,
    presentationId,
    payment: { paymentId, ...paid, source: 'webhook', seenAt: at(9) },
    entry: { at: entryAt, type: 'refund_succeeded' },
    taken: [{ id: 'ref_1', kind: 'refund', amount: 3000 }],
  };
}

async function stateOf(ledger: Ledger, { purchaseId, presentationId, attemptId, paymentId }: Written) {
  return {
    purchase: await ledger.purchase(purchaseId),
    presentation: await ledger.presentation(presentationId),
    attempt: await ledger.attempt(attemptId),
    payment: await ledger.payment(paymentId),
  };
}

describe('what is written together', () => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = await openTestLedger();
  });
  afterAll(() => ledger.close());

  /** The last of what is written, and cannot be. */
  const UNWRITABLE = [
    { at: at(9), type: 'fine' },
    { at: 'yesterday', type: 'odd' },
  ];
  const PAID = { status: 'paid', paidAmount: 3000 } as const;

  const WRITES: Record<string, (written: Written) => Promise<unknown>> = {
    'an attempt and its presentation': ({ attemptId, presentationId }) =>
      ledger.updateAttempt(
        attemptId,
        { status: 'paid', paidAmount: 3000 },
        { id: presentationId, patch: PAID },
        UNWRITABLE,
      ),
    'an attempt and its acceptance': ({ presentationId, purchaseId }) =>
      ledger.recordAttempt(
        anAttempt(aPresentation({ id: presentationId, purchaseId }), { attemptId: id('again') }),
        PAID,
        UNWRITABLE,
      ),
    'a change and its entry': ({ presentationId }) =>
      ledger.updatePresentation(presentationId, PAID, UNWRITABLE),
    'the end of a run': ({ purchaseId, presentationId }) =>
      ledger.settle({
        purchaseId,
        outcome: 'converted',
        at: at(9),
        presentation: { id: presentationId, patch: PAID },
        timeline: UNWRITABLE,
      }),
    'a run that is closed': ({ purchaseId, presentationId }) =>
      ledger.closeRun({
        purchaseId,
        outcome: 'converted',
        at: at(9),
        presentations: [{ id: presentationId, patch: PAID, reviews: [] }],
        timeline: UNWRITABLE,
      }),
    'a decision and the wait after it': ({ purchaseId, presentationId }) =>
      ledger.beginWait({
        purchaseId,
        funnelId: 'basic-to-pro',
        step: 'lite',
        at: 'yesterday',
        until: at(60),
        previous: { presentationId, patch: PAID, timeline: [] },
      }),
    'a decision and the next offer': ({ purchaseId, presentationId }) =>
      ledger.openPresentation({
        presentation: aPresentation({ purchaseId, expiresAt: 'tomorrow' }),
        workflowId: `purchase/${purchaseId}`,
        at: at(9),
        previous: { presentationId, patch: PAID, timeline: [] },
      }),
    'a refund and what it takes back': ({ purchaseId, presentationId, paymentId }) =>
      ledger.recordReversal(aRefund({ purchaseId, presentationId, paymentId }, 'yesterday')),
  };

  it.each(Object.keys(WRITES))('%s: all of it or nothing', async (what) => {
    const written = await aSentOffer(ledger);
    const before = await stateOf(ledger, written);
    await expect(WRITES[what]?.(written)).rejects.toThrow('A time must be RFC 3339');
    expect(await stateOf(ledger, written)).toEqual(before);
  });
});

const postgres = await postgresForTests();
afterAll(() => (postgres.available ? postgres.stop() : undefined));

describe.skipIf(!postgres.available)(
  `a change that another process is just making${postgres.available ? '' : `. ${postgres.reason}`}`,
  () => {
    let ledger: Ledger;
    let other: pg.Client;
    let watcher: pg.Client;
    beforeAll(async () => {
      if (!postgres.available) return;
      ledger = await openLedger({ url: postgres.url });
      [other, watcher] = [
        new pg.Client({ connectionString: postgres.url }),
        new pg.Client({ connectionString: postgres.url }),
      ];
      await Promise.all([other.connect(), watcher.connect()]);
    });
    afterAll(() => Promise.all([ledger.close(), other.end(), watcher.end()]));

    const WAITING = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

    /** Runs `ours` while `theirs` is written and not committed, and commits once ours has to wait for it. */
    async function between(theirs: string, key: string, ours: () => Promise<unknown>): Promise<void> {
      await other.query('begin');
      await other.query(theirs, [key]);
      const done = ours();
      await eventually('the change waits for the other one', async () => {
        const { rowCount } = await watcher.query(WAITING);
        return rowCount === 1 || undefined;
      });
      await other.query('commit');
      await done;
    }

    it('decides what an attempt may still become', async () => {
      const { attemptId } = await aSentOffer(ledger);
      const paid = `update attempts set status = 'paid', payment_id = 'pay_9', paid_amount = 3000 where attempt_id = $1`;
      await between(paid, attemptId, () =>
        ledger.updateAttempt(attemptId, { status: 'failed', paymentId: 'pay_1', errorCode: 'DECLINED' }),
      );
      expect(await ledger.attempt(attemptId)).toMatchObject({
        status: 'paid',
        paymentId: 'pay_9',
        paidAmount: 3000,
      });
      expect(await ledger.attempt(attemptId)).not.toHaveProperty('errorCode');
    });

    it('decides what a presentation may still become', async () => {
      const { presentationId } = await aSentOffer(ledger);
      const paid = `update presentations set status = 'paid', payment_id = 'pay_9', paid_amount = 3000 where id = $1`;
      await between(paid, presentationId, () =>
        ledger.updatePresentation(presentationId, { status: 'failed', message: 'Declined.' }),
      );
      const after = await ledger.presentation(presentationId);
      expect(after).toMatchObject({ status: 'paid', paymentId: 'pay_9', paidAmount: 3000 });
      expect(after).not.toHaveProperty('message');
    });

    it('decides how a run ends', async () => {
      const { purchaseId } = await aSentOffer(ledger);
      const settled = `update purchases set status = 'settled', outcome = 'converted', settled_at = '${at(7)}' where purchase_id = $1`;
      await between(settled, purchaseId, () =>
        ledger.settle({ purchaseId, outcome: 'payment_failed', at: at(9), timeline: [] }),
      );
      expect(await ledger.purchase(purchaseId)).toMatchObject({ status: 'settled', outcome: 'converted' });
    });

    it('decides which payment counts for a registered purchase', async () => {
      const { paymentId: _, ...unpaid } = aPurchase();
      const { purchaseId, workflowId } = unpaid;
      await ledger.recordPurchase(unpaid, 'awaiting_payment');
      const paid = `update purchases set payment_id = 'pay_9', paid = true where purchase_id = $1`;
      await between(paid, purchaseId, async () =>
        expect(await ledger.claimPurchase({ purchaseId, paymentId: 'pay_1', workflowId })).toEqual({
          paidBy: 'pay_9',
          withdrawn: false,
        }),
      );
    });

    it('is not taken back from a payment', async () => {
      const { paymentId } = await aSentOffer(ledger);
      const paid = `update payments set status = 'succeeded', refunded_amount = 7 where payment_id = $1`;
      await between(paid, paymentId, () =>
        ledger.recordPayment({ paymentId, status: 'processing', source: 'look_up', seenAt: at(7) }),
      );
      expect(await ledger.payment(paymentId)).toMatchObject({ status: 'succeeded', refundedAmount: 7 });
    });

    it('is the verdict that stands', async () => {
      const { paymentId } = await aSentOffer(ledger);
      const counts = `update payments set verdict = 'counts' where payment_id = $1`;
      await between(counts, paymentId, async () =>
        expect(await ledger.recordVerdict(paymentId, 'goes_back')).toBe('counts'),
      );
    });

    it('is the outcome that a refund changes', async () => {
      const { purchaseId, presentationId, paymentId } = await aSentOffer(ledger);
      const paid = { status: 'paid', paymentId, paidAmount: 3000 } as const;
      await ledger.updatePresentation(presentationId, paid);
      const settled = `update purchases set status = 'settled', outcome = 'converted', settled_at = '${at(7)}' where purchase_id = $1`;
      await between(settled, purchaseId, () =>
        ledger.recordReversal(aRefund({ purchaseId, presentationId, paymentId }, at(9))),
      );
      expect((await ledger.purchase(purchaseId))?.outcome).toBe('reversed');
    });
  },
);
