import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PresentationPatch } from '../../src/domain/presentation.js';
import {
  applicable,
  applicableToAttempt,
  type AttemptRow,
  type PresentationRow,
} from '../../src/ledger/patch.js';
import { PRESENTATION_STATUSES } from '../../src/domain/words.js';
import { aPresentation, at } from './examples.js';

function row(fields: Partial<PresentationRow> = {}): PresentationRow {
  const presentation = aPresentation();
  return {
    ...presentation,
    workflowId: 'w',
    productId: presentation.product.id,
    currency: presentation.price.currency,
    presentedAt: at(0),
    decision: null,
    decidedAt: null,
    viewedAt: null,
    checkoutUrl: null,
    updatePaymentMethodUrl: null,
    message: null,
    sessionId: null,
    paymentId: null,
    paidAmount: null,
    paidAt: null,
    recovered: false,
    paidCurrency: null,
    refundedAmount: 0,
    handedOutAt: null,
    experiment: null,
    variant: null,
    catalogHash: null,
    actionKind: null,
    subscriptionId: null,
    option: null,
    choices: null,
    words: null,
    terms: null,
    ...fields,
  };
}

function apply(to: PresentationRow, change: PresentationPatch, newAttempt = false): PresentationRow {
  const applied = Object.entries(applicable(to, change, newAttempt)).filter(
    ([, value]) => value !== undefined,
  );
  return { ...to, ...Object.fromEntries(applied) };
}

describe('the status of a presentation', () => {
  it.each(['paid', 'declined', 'expired', 'withdrawn'] as const)('stays %s forever', (status) => {
    for (const next of PRESENTATION_STATUSES)
      expect(apply(row({ status }), { status: next }).status).toBe(status);
  });

  it.each(['fallback', 'failed', 'needs_review'] as const)('may become paid after %s', (status) => {
    expect(apply(row({ status }), { status: 'paid' }).status).toBe('paid');
    for (const next of ['open', 'accepted', 'charging', 'reconciling', 'requires_action'] as const) {
      expect(apply(row({ status }), { status: next }).status).toBe(status);
    }
  });

  it('returns from the fallback to charging only with a new attempt', () => {
    const fallback = row({ status: 'fallback', decision: 'accepted' });
    expect(apply(fallback, { status: 'charging' }, true).status).toBe('charging');
    expect(apply(row({ status: 'paid' }), { status: 'charging' }, true).status).toBe('paid');
  });

  it('becomes paid when an accepted offer is paid after its link lapsed', () => {
    const lapsed = row({ status: 'expired', decision: 'accepted' });
    expect(apply(lapsed, { status: 'paid', paidAmount: 3000 })).toMatchObject({
      status: 'paid',
      paidAmount: 3000,
    });
  });
});

describe('a change that comes too late', () => {
  it('drops its links and its message too', () => {
    const paid = row({ status: 'paid' });
    const late = {
      status: 'fallback',
      checkoutUrl: 'https://checkout.test/1',
      message: 'Declined.',
    } as const;
    expect(apply(paid, late)).toEqual(paid);
  });

  it('loses to the first decision', () => {
    const declined = apply(row(), { status: 'declined', decision: 'declined', decidedAt: at(1) });
    expect(apply(declined, { status: 'charging', decision: 'accepted', decidedAt: at(2) })).toEqual(declined);
    const charging = apply(row(), { status: 'charging', decision: 'accepted', decidedAt: at(1) });
    expect(apply(charging, { status: 'withdrawn', decision: 'withdrawn', decidedAt: at(2) })).toEqual(
      charging,
    );
  });

  it('still records money that moved', () => {
    const expired = row({ status: 'expired', decision: 'expired' });
    const paid = {
      status: 'paid',
      decision: 'accepted',
      paymentId: 'pay_1',
      paidAmount: 3000,
      paidAt: at(2),
    } as const;
    expect(apply(expired, paid)).toMatchObject({
      status: 'expired',
      paymentId: 'pay_1',
      paidAmount: 3000,
      paidAt: at(2),
    });
  });
});

it('the refunded amount only grows', () => {
  const once = apply(row({ status: 'paid', paidAmount: 3000 }), { refundedAmount: 1000 });
  expect(apply(once, { refundedAmount: 2500 }).refundedAmount).toBe(2500);
  expect(apply(once, { refundedAmount: 500 }).refundedAmount).toBe(1000);
});

it('after any number of changes in any order, paid stays paid and the decision stays the same', () => {
  const change: fc.Arbitrary<PresentationPatch> = fc.record(
    {
      status: fc.constantFrom(...PRESENTATION_STATUSES),
      decision: fc.constantFrom('accepted', 'declined', 'expired', 'withdrawn'),
      decidedAt: fc.nat(99).map(at),
      paymentId: fc.constantFrom('pay_1', 'pay_2'),
      paidAmount: fc.nat(9000),
      paidAt: fc.nat(99).map(at),
      viewedAt: fc.nat(99).map(at),
      recovered: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      changes.reduce((before, next) => {
        const after = apply(before, next);
        expect(apply(after, next)).toEqual(after);
        if (before.decision !== null) expect(after.decision).toBe(before.decision);
        if (before.paidAmount !== null) expect(after.paidAmount).toBe(before.paidAmount);
        if (before.paidAt !== null) expect(after.paidAt).toBe(before.paidAt);
        if (before.viewedAt !== null) expect(after.viewedAt).toBe(before.viewedAt);
        if (before.status === 'paid') {
          const { status, paymentId, recovered } = before;
          expect(after).toMatchObject({ status, recovered, ...(paymentId !== null && { paymentId }) });
        }
        if (before.status !== 'open') expect(after.status).not.toBe('open');
        return after;
      }, row());
    }),
    { numRuns: 2000 },
  );
});

describe('an accepted offer whose price has moved', () => {
  const price = aPresentation().price;
  const accepted = () =>
    row({ status: 'charging', decision: 'accepted', decidedAt: at(1), option: 'a', quantity: 2 });
  const reopen = (change: PresentationPatch) => apply(accepted(), { status: 'open', ...change });
  const other = { ...price, dueNow: price.dueNow + 1, currency: 'EUR', hash: 'other' };

  it('is open again and undecided, at the new price', () => {
    expect(reopen({ price: other })).toMatchObject({
      status: 'open',
      decision: null,
      decidedAt: null,
      price: other,
      currency: 'EUR',
    });
  });

  it('is open again at the same price for another choice, and only for that', () => {
    expect(reopen({ price, option: 'b' })).toMatchObject({ status: 'open', option: 'b' });
    expect(reopen({ price, quantity: 3 })).toMatchObject({ status: 'open', quantity: 3 });
    for (const same of [{}, { option: 'a' }, { quantity: 2 }, { option: 'a', quantity: 2 }])
      expect(reopen({ price, ...same })).toMatchObject({ status: 'charging', decision: 'accepted' });
  });

  it('goes on when no price is named, or the status is another one', () => {
    expect(reopen({ option: 'b' })).toMatchObject({ status: 'charging', option: 'a' });
    expect(apply(accepted(), { status: 'reconciling', price: other })).toMatchObject({
      status: 'reconciling',
      decision: 'accepted',
    });
  });
});

it('keeps the product with its id, the first view, and the currency of the amount that was paid first', () => {
  const product = { id: 'prod_other', name: 'Other' };
  expect(apply(row(), { product })).toMatchObject({ product, productId: 'prod_other' });
  expect(apply(row({ viewedAt: at(1) }), { viewedAt: at(2) }).viewedAt).toBe(at(1));
  expect(apply(row(), { viewedAt: at(2) }).viewedAt).toBe(at(2));
  const paid = { paidAmount: 5, paidCurrency: 'INR' };
  expect(apply(row(), paid)).toMatchObject(paid);
  expect(apply(row({ paidAmount: 4 }), paid)).toMatchObject({ paidAmount: 4, paidCurrency: null });
  expect(apply(row({ sessionId: 'cks_1' }), { sessionId: 'cks_2' }).sessionId).toBe('cks_2');
  expect(apply(row({ status: 'paid', sessionId: 'cks_1' }), { sessionId: 'cks_2' }).sessionId).toBe('cks_1');
  expect(apply(row({ status: 'paid' }), { sessionId: 'cks_2' }).sessionId).toBe('cks_2');
});

it('takes the first decision at its time, and no second one', () => {
  const decided = apply(row({ status: 'open' }), {
    status: 'declined',
    decision: 'declined',
    decidedAt: at(3),
  });
  expect(decided).toMatchObject({ status: 'declined', decision: 'declined', decidedAt: at(3) });
  const accepted = row({ status: 'charging', decision: 'accepted', decidedAt: at(1) });
  expect(apply(accepted, { status: 'declined', decision: 'declined' })).toMatchObject({
    status: 'charging',
    decision: 'accepted',
  });
});

describe('an attempt', () => {
  const attempt = (fields: Partial<AttemptRow> = {}) =>
    ({ status: 'submitted', sessionId: null, paymentId: null, paidAmount: null, ...fields }) as AttemptRow;
  const NEWS = { sessionId: 'cks_new', paymentId: 'pay_new', paidAmount: 2, errorCode: 'NEW' };

  it('takes what is newer while it is not paid', () => {
    const known = attempt({ sessionId: 'cks_old', paymentId: 'pay_old' });
    expect(applicableToAttempt(known, { status: 'processing', ...NEWS })).toEqual({
      status: 'processing',
      ...NEWS,
    });
    expect(applicableToAttempt(known, NEWS)).toEqual({ status: 'submitted', ...NEWS });
  });

  it.each([
    ['it is paid', 'paid', 'refunded', 'refunded'],
    ['the change comes too late', 'failed', 'processing', 'failed'],
  ] as const)('only has its gaps filled when %s', (_, status, next, after) => {
    const known = attempt({ status, sessionId: 'cks_old', paymentId: 'pay_old', paidAmount: 1 });
    const kept = { sessionId: 'cks_old', paymentId: 'pay_old', paidAmount: 1, errorCode: undefined };
    expect(applicableToAttempt(known, { status: next, ...NEWS })).toEqual({ status: after, ...kept });
    const { sessionId, paymentId, paidAmount } = NEWS;
    const filled = { sessionId, paymentId, paidAmount, errorCode: undefined };
    expect(applicableToAttempt(attempt({ status }), { status: next, ...NEWS })).toEqual({
      status: after,
      ...filled,
    });
  });

  it('keeps what confirms its payment until it ends, and takes none that comes later', () => {
    const handles = { clientSecret: 'secret', publishableKey: 'pk' };
    expect(
      applicableToAttempt(attempt({ status: 'recorded' }), { status: 'submitted', ...handles }),
    ).toMatchObject(handles);
    const known = attempt({ status: 'submitted', ...handles });
    expect(applicableToAttempt(known, { status: 'requires_action' })).toMatchObject(handles);
    const gone = { clientSecret: null, publishableKey: null };
    for (const status of ['paid', 'failed', 'rejected', 'absent'] as const) {
      expect(applicableToAttempt(known, { status })).toMatchObject(gone);
      const late = applicableToAttempt(attempt({ status }), { status: 'submitted', ...handles });
      expect(late.clientSecret ?? null).toBeNull();
    }
  });
});
