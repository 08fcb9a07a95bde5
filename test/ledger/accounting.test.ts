import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentVerdict } from '../../src/domain/accounting.js';
import type { PaymentSighting } from '../../src/ledger/payments.js';
import { onBothDatabases } from './databases.js';
import { at, id } from './examples.js';

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
      expect(await ledger().countCompensationTry(compensationId)).toBe(1);
      expect(await ledger().countCompensationTry(compensationId)).toBe(2);
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

    it('has no number twice when many are sent at once', async () => {
      const purchaseId = id('pay');
      const numbers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => ledger().sequenceOf(purchaseId, `ntf_${index}`)),
      );
      expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    });
  });

  it('the proof key is made once, whoever asks', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => ledger().proofKey()));
    expect(keys[0]).toHaveLength(32);
    for (const key of keys) expect(key.equals(keys[0] ?? Buffer.alloc(0))).toBe(true);
  });
});
