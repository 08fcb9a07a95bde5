import { expect, it } from 'vitest';
import type { Presentation } from '../../src/domain/presentation.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, anAttempt, at, id, openOffer } from './examples.js';

await onBothDatabases((ledger) => {
  const open = (fields: Partial<Presentation> = {}) => openOffer(ledger(), fields);

  it('records an attempt once', async () => {
    const presentation = await open();
    const attempt = anAttempt(presentation);
    const charging = { status: 'charging', decision: 'accepted', decidedAt: at(5) } as const;
    const sent = [{ at: at(5), type: 'charging', detail: { attemptId: attempt.attemptId } }];
    expect(await ledger().recordAttempt(attempt, charging, sent)).toBe(true);
    await ledger().updateAttempt(attempt.attemptId, { status: 'rejected', errorCode: 'CARD_DECLINED' });
    expect(await ledger().recordAttempt(attempt, charging, sent)).toBe(false);
    expect(await ledger().attempt(attempt.attemptId)).toStrictEqual({
      ...attempt,
      status: 'rejected',
      errorCode: 'CARD_DECLINED',
    });
    expect(await ledger().attempt('none')).toBeUndefined();
  });

  it('lets only one of many send an attempt that all record at once', async () => {
    const presentation = await open();
    const attempt = anAttempt(presentation);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ledger().recordAttempt(attempt, { status: 'charging' }, [])),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('follows an attempt to the fallback and its payment, and never moves back', async () => {
    const presentation = await open();
    const { id: presentationId } = presentation;
    const first = anAttempt(presentation);
    const fallback = anAttempt(presentation, { attemptId: `${first.attemptId}b`, kind: 'fallback' });
    await ledger().recordAttempt(first, { status: 'charging', decision: 'accepted', decidedAt: at(5) }, []);
    const declined = { status: 'failed', paymentId: 'pay_1', errorCode: 'CARD_DECLINED' } as const;
    await ledger().updateAttempt(first.attemptId, declined);
    const link = {
      status: 'fallback',
      checkoutUrl: 'https://checkout.test/1',
      message: 'Your card was declined.',
    } as const;
    await ledger().recordAttempt(fallback, link, []);
    expect(await ledger().presentation(presentationId)).toMatchObject(link);

    const paid = {
      status: 'paid',
      paymentId: 'pay_2',
      paidAmount: 3000,
      paidAt: at(9),
      recovered: true,
      checkoutUrl: null,
      message: null,
    } as const;
    const { paymentId, paidAmount } = paid;
    await ledger().updateAttempt(
      fallback.attemptId,
      { status: 'paid', paymentId, paidAmount },
      { id: presentationId, patch: paid },
    );
    // Late repetitions of earlier changes.
    await ledger().updatePresentation(presentationId, link);
    await ledger().updateAttempt(fallback.attemptId, { status: 'processing', paymentId: 'pay_other' });
    await ledger().updatePresentation(presentationId, {
      status: 'paid',
      paidAt: at(30),
      paidAmount: 1,
      paymentId: 'pay_other',
    });

    const record = await ledger().presentation(presentationId);
    expect(record).toMatchObject({
      status: 'paid',
      paymentId: 'pay_2',
      paidAmount: 3000,
      paidAt: at(9),
      recovered: true,
    });
    expect(record).not.toHaveProperty('checkoutUrl');
    expect(record).not.toHaveProperty('message');
    expect(await ledger().attempt(fallback.attemptId)).toMatchObject({ status: 'paid', paymentId: 'pay_2' });
  });

  it('leaves an offer in the fallback when the customer has another open offer', async () => {
    const presentation = await open();
    await ledger().recordAttempt(
      anAttempt(presentation),
      { status: 'fallback', decision: 'accepted', decidedAt: at(1) },
      [],
    );
    const other = await open({ customerId: presentation.customerId });
    const retry = anAttempt(presentation, { attemptId: id('retry') });
    expect(await ledger().recordAttempt(retry, { status: 'charging', message: 'Trying again.' }, [])).toBe(
      true,
    );
    expect(await ledger().presentation(presentation.id)).toMatchObject({
      status: 'fallback',
      message: 'Trying again.',
    });
    await ledger().updatePresentation(other.id, {
      status: 'declined',
      decision: 'declined',
      decidedAt: at(2),
    });
    const another = anAttempt(presentation, { attemptId: id('retry') });
    await ledger().recordAttempt(another, { status: 'charging' }, []);
    expect(await ledger().presentation(presentation.id)).toMatchObject({ status: 'charging' });
  });

  it('knows the product a customer bought through an offer, until it is refunded', async () => {
    const presentation = await open();
    const bought = () => ledger().hasBought(presentation.customerId, 'prod_pro_plan');
    const attempt = anAttempt(presentation);
    await ledger().recordAttempt(attempt, { status: 'charging', decision: 'accepted', decidedAt: at(5) }, []);
    expect(await bought()).toBe(false);
    const paid = { status: 'paid', paymentId: 'pay_1', paidAmount: 3000 } as const;
    await ledger().updateAttempt(attempt.attemptId, paid, {
      id: presentation.id,
      patch: { ...paid, paidAt: at(6) },
    });
    expect(await bought()).toBe(true);

    const twice = anAttempt(presentation, { attemptId: id('fallback'), kind: 'fallback' });
    await ledger().recordAttempt(twice, {}, []);
    await ledger().updateAttempt(twice.attemptId, {
      status: 'refunded',
      paymentId: 'pay_2',
      paidAmount: 3000,
    });
    expect(await bought()).toBe(true);
    await ledger().updateAttempt(attempt.attemptId, { status: 'refunded' });
    expect(await bought()).toBe(false);
    expect(await ledger().presentation(presentation.id)).toMatchObject({
      status: 'paid',
      refundedAmount: 3000,
    });
  });

  it('counts a plan change that costs nothing now and takes effect later as bought', async () => {
    const presentation = await open();
    await ledger().updatePresentation(presentation.id, {
      status: 'paid',
      decision: 'accepted',
      decidedAt: at(1),
      paidAmount: 0,
      paidAt: at(1),
    });
    expect(await ledger().hasBought(presentation.customerId, 'prod_pro_plan')).toBe(true);
  });

  it('reports funnels by step and offer, with revenue per currency', async () => {
    const funnelId = id('funnel');
    const dollars = aPresentation().price;
    const yen = { ...dollars, currency: 'JPY', dueNow: 450, hash: 'yen' };
    const decide = async (
      presentation: { id: string },
      patch: Parameters<ReturnType<typeof ledger>['updatePresentation']>[1],
    ) => ledger().updatePresentation(presentation.id, { decidedAt: at(1), ...patch });
    const paid = { status: 'paid', decision: 'accepted', paidAt: at(2) } as const;

    const viewed = await open({ funnelId });
    await ledger().markViewed(viewed.id, at(1));
    await decide(viewed, { ...paid, paidAmount: 3000, paymentId: 'pay_1' });
    await decide(await open({ funnelId, price: yen }), { ...paid, paidAmount: 450, recovered: true });
    await decide(await open({ funnelId }), { status: 'declined', decision: 'declined' });
    await decide(await open({ funnelId }), { status: 'expired', decision: 'expired' });
    await decide(await open({ funnelId }), { status: 'fallback', decision: 'accepted' });
    await open({ funnelId });
    const refunded = await open({ funnelId, step: 'lite', offerId: 'pro-lite' });
    const attempt = anAttempt(refunded);
    await ledger().recordAttempt(
      attempt,
      { ...paid, decidedAt: at(1), paymentId: 'pay_2', paidAmount: 900 },
      [],
    );
    await ledger().updateAttempt(attempt.attemptId, {
      status: 'refunded',
      paymentId: 'pay_2',
      paidAmount: 900,
    });

    const rows = (await ledger().funnelReport()).filter((row) => row.funnelId === funnelId);
    expect(rows).toEqual([
      {
        funnelId,
        step: 'lite',
        offerId: 'pro-lite',
        presented: 1,
        viewed: 0,
        accepted: 1,
        declined: 0,
        expired: 0,
        paid: 1,
        recovered: 0,
        gross: { USD: 900 },
        net: { USD: 0 },
      },
      {
        funnelId,
        step: 'pro',
        offerId: 'pro-plan',
        presented: 6,
        viewed: 1,
        accepted: 3,
        declined: 1,
        expired: 1,
        paid: 2,
        recovered: 1,
        gross: { USD: 3000, JPY: 450 },
        net: { USD: 3000, JPY: 450 },
      },
    ]);
  });
});
