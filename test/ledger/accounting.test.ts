import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentVerdict } from '../../src/domain/accounting.js';
import type { PaymentSighting } from '../../src/ledger/payments.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, aPurchase, at, id } from './examples.js';

function aSighting(fields: Partial<PaymentSighting> = {}): PaymentSighting {
  return { paymentId: id('pay'), status: 'processing', source: 'webhook', seenAt: at(0), ...fields };
}

await onBothDatabases((ledger) => {
  describe('a payment record', () => {
    it('keeps everything its sources have told', async () => {
      const { paymentId } = await ledger().recordPayment(aSighting({ customerId: 'cus_1' }));
      await ledger().recordPayment(
        aSighting({ paymentId, status: 'succeeded', amount: 9900, currency: 'USD', seenAt: at(1) }),
      );
      await ledger().recordPayment(
        aSighting({ paymentId, status: 'succeeded', productIds: ['prod_pro'], proven: true, seenAt: at(2) }),
      );
      expect(await ledger().payment(paymentId)).toEqual({
        paymentId,
        status: 'succeeded',
        customerId: 'cus_1',
        amount: 9900,
        currency: 'USD',
        productIds: ['prod_pro'],
        proven: true,
        refundedAmount: 0,
        lostAmount: 0,
        verdict: 'undecided',
        source: 'webhook',
        firstSeenAt: at(0),
        lastSeenAt: at(2),
      });
    });

    it('stays paid when an older reading comes later', async () => {
      const { paymentId } = await ledger().recordPayment(aSighting({ status: 'succeeded', amount: 9900 }));
      for (const status of ['processing', 'failed', 'requires_customer_action', null])
        await ledger().recordPayment(aSighting({ paymentId, status, amount: 1, seenAt: at(1) }));
      expect(await ledger().payment(paymentId)).toMatchObject({ status: 'succeeded', amount: 9900 });
    });

    it('never gets back what has gone back', async () => {
      const { paymentId } = await ledger().recordPayment(aSighting({ refundedAmount: 500, lostAmount: 100 }));
      await ledger().recordPayment(aSighting({ paymentId, refundedAmount: 0, lostAmount: 0 }));
      expect(await ledger().payment(paymentId)).toMatchObject({ refundedAmount: 500, lostAmount: 100 });
    });

    it('is the same in whatever order its sources are heard', async () => {
      const told = fc.record({
        status: fc.constantFrom('succeeded', 'failed', 'processing', null),
        amount: fc.constant(9900),
        proven: fc.boolean(),
        refundedAmount: fc.nat(3),
        productIds: fc.constantFrom(undefined, ['prod_pro']),
        minute: fc.nat(5),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(told, { minLength: 2, maxLength: 5 }), async (all) => {
          const record = async (order: typeof all) => {
            const paymentId = id('pay');
            for (const { minute, ...fields } of order)
              await ledger().recordPayment(aSighting({ paymentId, ...fields, seenAt: at(minute) }));
            return { ...(await ledger().payment(paymentId)), paymentId: undefined };
          };
          expect(await record([...all].reverse())).toEqual(await record(all));
        }),
        { numRuns: 20 },
      );
    });

    it('loses nothing when it is told by two at once', async () => {
      const paymentId = id('pay');
      await Promise.all([
        ledger().recordPayment(aSighting({ paymentId, status: 'succeeded', refundedAmount: 7 })),
        ledger().recordPayment(aSighting({ paymentId, proven: true, sessionId: 'cks_1' })),
        ledger().recordPayment(aSighting({ paymentId, customerId: 'cus_1', lostAmount: 3 })),
      ]);
      expect(await ledger().payment(paymentId)).toMatchObject({
        status: 'succeeded',
        proven: true,
        sessionId: 'cks_1',
        customerId: 'cus_1',
        refundedAmount: 7,
        lostAmount: 3,
      });
    });
  });

  describe('a verdict', () => {
    const all: PaymentVerdict[] = ['undecided', 'counts', 'goes_back', 'review', 'not_ours'];

    it.each(['counts', 'goes_back'] as const)('%s is final', async (verdict) => {
      const { paymentId } = await ledger().recordPayment(aSighting());
      expect(await ledger().recordVerdict(paymentId, verdict)).toBe(verdict);
      for (const other of all) expect(await ledger().recordVerdict(paymentId, other)).toBe(verdict);
      expect(await ledger().isPaymentUsed(paymentId)).toBe(true);
    });

    it('in doubt may be decided later', async () => {
      const { paymentId } = await ledger().recordPayment(aSighting());
      const about = { detail: 'amount_differs', presentationId: 'prs_1', purchaseId: 'pay_1' };
      expect(await ledger().recordVerdict(paymentId, 'review', about)).toBe('review');
      expect(await ledger().payments({ presentationId: 'prs_1', verdict: 'review' })).toMatchObject([
        { paymentId, verdictDetail: 'amount_differs' },
      ]);
      expect(await ledger().isPaymentUsed(paymentId)).toBe(false);
      expect(await ledger().recordVerdict(paymentId, 'counts')).toBe('counts');
    });

    it('needs a payment', async () => {
      expect(await ledger().recordVerdict(id('pay'), 'counts')).toBeUndefined();
    });

    it('is one, when several are given at once', async () => {
      const { paymentId } = await ledger().recordPayment(aSighting());
      const stood = await Promise.all(
        (['counts', 'goes_back', 'counts', 'goes_back'] as const).map((verdict) =>
          ledger().recordVerdict(paymentId, verdict),
        ),
      );
      expect(new Set(stood).size).toBe(1);
    });
  });

  describe('a review', () => {
    const doubt = (subject: string) =>
      ({ kind: 'payment_differs', subject, amount: 9899, currency: 'USD', openedAt: at(0) }) as const;

    it('is opened once per doubt', async () => {
      const subject = id('pay');
      const first = await ledger().openReview(doubt(subject));
      const again = await ledger().openReview({ ...doubt(subject), amount: 1, openedAt: at(9) });
      expect(again).toEqual(first);
      expect(first.reviewId).toMatch(/^rev_[0-9a-f]{24}$/);
      expect(await ledger().review(first.reviewId)).toMatchObject({ status: 'open', amount: 9899 });
    });

    it('is resolved by the first word, and not opened again', async () => {
      const subject = id('pay');
      const { reviewId } = await ledger().openReview(doubt(subject));
      const word = (reason: string) =>
        ledger().resolveReview(reviewId, { paid: true, reason, by: 'ops' }, at(1));
      expect(await word('first')).toBe(true);
      expect(await word('second')).toBe(false);
      expect(await ledger().openReview(doubt(subject))).toMatchObject({
        status: 'resolved',
        resolution: { reason: 'first' },
      });
      expect(await ledger().resolveReview('rev_none', { paid: true, reason: '', by: '' }, at(1))).toBe(false);
    });

    it('is listed page by page, the newest first', async () => {
      const purchaseId = id('pay');
      for (const minute of [1, 2, 2, 3])
        await ledger().openReview({ ...doubt(id('x')), purchaseId, openedAt: at(minute) });
      const seen: string[] = [];
      for (let before: { openedAt: string; reviewId: string } | undefined; ;) {
        const page = await ledger().reviews({ purchaseId, limit: 2, before });
        seen.push(...page.map(({ openedAt }) => openedAt));
        before = page.at(-1);
        if (!before) break;
      }
      expect(seen).toEqual([at(3), at(2), at(2), at(1)]);
    });

    it('ends when Dodo has said what is so', async () => {
      const presentationId = id('prs');
      await ledger().openReview({ ...doubt(id('x')), presentationId });
      await ledger().openReview({ ...doubt(id('x')), kind: 'refund_failed', presentationId });
      const word = { paid: true, reason: 'Dodo says so', by: 'proof' };
      expect(await ledger().resolveReviewsOf(presentationId, word, at(2), ['payment_differs'])).toBe(1);
      expect(await ledger().reviews({ presentationId, status: 'open', limit: 9 })).toMatchObject([
        { kind: 'refund_failed' },
      ]);
    });

    it('is counted by kind while it is open', async () => {
      const count = async () =>
        (await ledger().countOpenReviews()).find(({ kind }) => kind === 'run_ended')?.count ?? 0;
      const before = await count();
      const { reviewId } = await ledger().openReview({ ...doubt(id('x')), kind: 'run_ended' });
      expect(await count()).toBe(before + 1);
      await ledger().resolveReview(reviewId, { paid: false, reason: 'over', by: 'ops' }, at(1));
      expect(await count()).toBe(before);
    });
  });

  describe('a compensation', () => {
    const refund = (paymentId: string) =>
      ({ compensationId: `refund/${paymentId}`, kind: 'refund', paymentId, openedAt: at(0) }) as const;

    it('is opened once, and confirmed for good', async () => {
      const { compensationId } = await ledger().openCompensation(refund(id('pay')));
      expect(await ledger().countCompensationTry(compensationId, at(0), 0)).toBe(1);
      expect(await ledger().countCompensationTry(compensationId, at(0), 1)).toBe(2);
      // Whoever read it before the second request may not send.
      expect(await ledger().countCompensationTry(compensationId, at(0), 1)).toBeUndefined();
      await ledger().endCompensation(compensationId, 'review', at(1));
      await ledger().endCompensation(compensationId, 'confirmed', at(2));
      await ledger().endCompensation(compensationId, 'review', at(3));
      expect(await ledger().compensation(compensationId)).toMatchObject({
        status: 'confirmed',
        tries: 2,
        endedAt: at(2),
      });
      expect(await ledger().openCompensation(refund(compensationId.slice(7)))).toMatchObject({
        status: 'confirmed',
      });
    });

    it('is listed while it is open', async () => {
      const { compensationId } = await ledger().openCompensation(refund(id('pay')));
      const open = async () =>
        (await ledger().compensations({ status: 'open' })).map((one) => one.compensationId);
      expect(await open()).toContain(compensationId);
      expect(await ledger().compensations({ status: 'open', openedBefore: at(0) })).toEqual([]);
      await ledger().endCompensation(compensationId, 'confirmed', at(1));
      expect(await open()).not.toContain(compensationId);
    });
  });

  describe('the order of notifications', () => {
    it('is one per purchase, and the same notification keeps its number', async () => {
      const [one, other] = [id('pay'), id('pay')];
      expect(await ledger().sequenceOf(one, 'ntf_a')).toBe(1);
      expect(await ledger().sequenceOf(one, 'ntf_b')).toBe(2);
      expect(await ledger().sequenceOf(other, 'ntf_c')).toBe(1);
      expect(await ledger().sequenceOf(one, 'ntf_a')).toBe(1);
      expect(await ledger().sequenceOf(one, 'ntf_d', 7)).toBe(7);
    });

    it('is that of the events when a later one is sent first', async () => {
      const purchaseId = id('pay');
      const of = (
        ...[name, least, options]: [string, number?, { ahead?: string[]; afterwards?: boolean }?]
      ) => ledger().sequenceOf(purchaseId, name, least, options);
      expect(await of('ntf_1', 1)).toBe(1);
      expect(await of('ntf_3', 3, { ahead: ['ntf_1', 'ntf_2'] })).toBe(3);
      // From another run, which counts for itself.
      expect(await of('ntf_r', 1, { afterwards: true })).toBe(4);
      expect(await of('ntf_2', 2, { ahead: ['ntf_1'] })).toBe(2);
      expect(await of('ntf_4', 4, { ahead: ['ntf_1', 'ntf_2', 'ntf_3'] })).toBe(5);
      expect(await of('ntf_r', 1, { afterwards: true })).toBe(4);
    });

    it('goes on above the numbers of a purchase that was told of before they were kept', async () => {
      const { purchaseId } = aPurchase();
      const sent = await ledger().sequenceOf(purchaseId, 'ntf_4', 4, { ahead: ['ntf_1', 'ntf_2', 'ntf_3'] });
      expect(sent).toBe(4);
      expect(await ledger().sequenceOf(purchaseId, 'ntf_2', 2, { ahead: ['ntf_1'] })).toBe(2);

      const other = aPurchase();
      await ledger().recordPurchase(other, 'evaluating');
      const presentation = aPresentation({ purchaseId: other.purchaseId });
      await ledger().openPresentation({ presentation, workflowId: 'w', at: at(0) });
      const afterwards = await ledger().sequenceOf(other.purchaseId, 'ntf_r', 1, { afterwards: true });
      expect(afterwards).toBeGreaterThan(4);
    });

    it('has no number twice when many are sent at once', async () => {
      const purchaseId = id('pay');
      const numbers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => ledger().sequenceOf(purchaseId, `ntf_${index}`)),
      );
      expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    });
  });

  describe('what goes back of a payment', () => {
    async function aPaidOffer() {
      const purchase = aPurchase();
      const presentation = aPresentation({ purchaseId: purchase.purchaseId });
      await ledger().recordPurchase(purchase, 'evaluating');
      await ledger().openPresentation({ presentation, workflowId: purchase.workflowId, at: at(0) });
      const paymentId = id('pay');
      const patch = { status: 'paid', decision: 'accepted', paymentId, paidAmount: 3000 } as const;
      await ledger().settle({
        purchaseId: purchase.purchaseId,
        outcome: 'converted',
        at: at(1),
        presentation: { id: presentation.id, patch },
        timeline: [],
      });
      return { purchaseId: purchase.purchaseId, presentationId: presentation.id, paymentId };
    }

    it('adds up over refunds and disputes at the same time, and one of them ends access', async () => {
      const { purchaseId, presentationId, paymentId } = await aPaidOffer();
      const parts = Array.from({ length: 6 }, (_, index) => ({
        id: id(index % 2 === 0 ? 'ref' : 'dsp'),
        kind: index % 2 === 0 ? ('refund' as const) : ('dispute' as const),
        amount: 500,
      }));
      const recordAll = () =>
        Promise.all(
          parts.map((part) =>
            ledger().recordReversal({
              id: part.id,
              purchaseId,
              presentationId,
              payment: {
                paymentId,
                status: 'succeeded',
                amount: 3000,
                currency: 'USD',
                source: 'webhook',
                seenAt: at(2),
              },
              entry: {
                at: at(2),
                type: part.kind === 'refund' ? 'refund_succeeded' : 'dispute_lost',
                detail: { presentationId, paymentId, id: part.id, amount: part.amount, currency: 'USD' },
              },
              // None of them is shown by a reading.
              taken: [part],
            }),
          ),
        );
      const first = await recordAll();
      expect(first.filter(({ endsAccess }) => endsAccess)).toHaveLength(1);
      expect(Math.max(...first.map(({ amount }) => amount))).toBe(3000);
      const again = await recordAll();
      expect(again.map(({ endsAccess }) => endsAccess)).toEqual(first.map(({ endsAccess }) => endsAccess));
      expect(await ledger().payment(paymentId)).toMatchObject({ refundedAmount: 1500, lostAmount: 1500 });
      expect(await ledger().presentation(presentationId)).toMatchObject({ refundedAmount: 3000 });
      expect((await ledger().purchase(purchaseId))?.outcome).toBe('reversed');
      const entries = (await ledger().purchase(purchaseId))?.timeline ?? [];
      expect(entries.filter(({ type }) => type === 'offer_reversed')).toHaveLength(1);
    });
  });

  it('the proof key is made once, whoever asks', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => ledger().proofKey()));
    expect(keys[0]).toHaveLength(32);
    for (const key of keys) expect(key.equals(keys[0] ?? Buffer.alloc(0))).toBe(true);
  });
});
