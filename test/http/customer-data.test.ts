/** A customer's data: what is exported, what is left of it after an erasure, and when there is none. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { offered, type Taken } from '../activities/offers-taken.js';
import { openShop, type Shop } from '../activities/shop.js';
import { BACKEND, OPERATOR, operatorApp } from '../support/dashboard.js';
import { writeBooks, type Books } from '../support/dashboard-books.js';
import { serve } from './serve.js';

let shop: Shop;
let books: Books;
beforeAll(async () => {
  shop = await openShop();
  books = await writeBooks(shop);
});
afterAll(() => shop.close());

type Body = Record<string, unknown> & { data?: Record<string, Record<string, unknown>[]> };
const REASON = 'The customer asked for it.';

async function api(scripted: object = {}) {
  const url = await serve(operatorApp(shop, { scripted }));
  return async (method: string, path: string, body?: object, key = OPERATOR) => {
    const response = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Body,
    };
  };
}

const dataOf = ({ customer_id }: { customer_id: string }) => `/api/customers/${customer_id}/data`;

/** Everything in the ledger that has a text in it. */
async function mentions(text: string): Promise<unknown> {
  const { ledger } = shop.context;
  const [purchases, payments] = await Promise.all([ledger.evaluations({ limit: 1000 }), ledger.payments({})]);
  const presentations = await ledger.presentations({ limit: 1000 });
  return [...purchases, ...payments, ...presentations].filter((row) => JSON.stringify(row).includes(text));
}

async function declined(): Promise<Taken> {
  const shown = await offered(shop);
  await decline(shown);
  return shown;
}

async function decline(shown: Taken): Promise<void> {
  const at = shop.now().toISOString();
  await shop.context.ledger.updatePresentation(shown.presentationId, {
    status: 'declined',
    decision: 'declined',
    decidedAt: at,
  });
  await shop.context.ledger.settle({ purchaseId: shown.payment_id, outcome: 'declined', at, timeline: [] });
}

it('exports and erases what the merchant said with a trigger', async () => {
  const shown = await declined();
  const customerId = shown.customer_id;
  const given = { purchaseId: shown.payment_id, customerId, facts: { reason: 'price' } };
  await shop.context.ledger.recordTriggerFacts({ ...given, recordedAt: shop.now().toISOString() });
  const call = await api();
  const { body } = await call('GET', dataOf(shown));
  expect(body.data?.trigger_facts).toMatchObject([given]);
  expect((await call('DELETE', dataOf(shown), { reason: REASON })).status).toBe(200);
  expect(await shop.context.ledger.triggerFacts(shown.payment_id)).toBeUndefined();
});

it('exports everything about a customer, without the names of operators', async () => {
  const call = await api();
  await call('POST', `/api/presentations/${books.paid.presentationId}/withdraw`, { reason: 'Too late.' });
  const { status, body, headers } = await call('GET', dataOf(books.paid));
  expect(status).toBe(200);
  expect(headers.get('content-disposition')).toContain(`customer-${books.paid.customer_id}.json`);
  expect(body).toMatchObject({
    customerId: books.paid.customer_id,
    data: {
      purchases: [{ purchaseId: books.paid.payment_id, facts: {} }],
      presentations: [{ id: books.paid.presentationId, status: 'paid' }],
      attempts: [{ attemptId: books.paid.attemptId }],
      payments: [{ amount: 14_900 }],
      timeline: expect.arrayContaining([expect.objectContaining({ type: 'paid' })]) as unknown,
      commands: expect.arrayContaining([expect.objectContaining({ command: 'withdraw' })]) as unknown,
    },
  });
  expect(JSON.stringify(body)).not.toContain('"actor"');
  expect(await call('GET', '/api/customers/cus_nobody/data')).toMatchObject({
    status: 404,
    body: { code: 'nothing_found' },
  });
});

it('is for operators, and asks for a reason', async () => {
  const call = await api();
  expect(await call('GET', dataOf(books.paid), undefined, BACKEND)).toMatchObject({ status: 403 });
  expect(await call('DELETE', dataOf(books.paid), { reason: REASON }, BACKEND)).toMatchObject({
    status: 403,
  });
  expect(await call('DELETE', dataOf(books.paid))).toMatchObject({
    status: 400,
    body: { code: 'invalid_body' },
  });
  expect(await call('DELETE', `${dataOf(books.paid)}?force=true`)).toMatchObject({ status: 400 });
});

it('refuses to erase while a run is open or money is in doubt, and changes nothing', async () => {
  const call = await api();
  expect(await call('DELETE', dataOf(books.open), { reason: REASON })).toMatchObject({
    status: 409,
    body: { code: 'customer_active', presentations: [books.open.presentationId] },
  });
  const { ledger } = shop.context;
  await ledger.settle({
    purchaseId: books.inReview.payment_id,
    outcome: 'needs_review',
    at: shop.now().toISOString(),
    timeline: [],
  });
  expect(await call('DELETE', dataOf(books.inReview), { reason: REASON })).toMatchObject({ status: 409 });
  expect(await ledger.presentation(books.inReview.presentationId)).toMatchObject({
    customerId: books.inReview.customer_id,
  });
  const running = await api({ openRunsOf: async () => ['purchase/pay_new'] });
  expect(await running('DELETE', dataOf(books.paid), { reason: REASON })).toMatchObject({
    status: 409,
    body: { code: 'customer_active', runs: ['purchase/pay_new'] },
  });
  const away = await api({ openRunsOf: () => Promise.reject(new Error('Temporal is away.')) });
  expect(await away('DELETE', dataOf(books.paid), { reason: REASON })).toMatchObject({ status: 503 });
  expect(await ledger.presentation(books.paid.presentationId)).toMatchObject({
    customerId: books.paid.customer_id,
  });
});

it('refuses while a review or a refund of a settled offer is open', async () => {
  const { ledger } = shop.context;
  const call = await api();
  const shown = await declined();
  const at = shop.now().toISOString();
  const about = { purchaseId: shown.payment_id, presentationId: shown.presentationId };
  const review = await ledger.openReview({
    kind: 'payment_differs',
    subject: shown.payment_id,
    ...about,
    customerId: shown.customer_id,
    openedAt: at,
  });
  expect(await call('DELETE', dataOf(shown), { reason: REASON })).toMatchObject({
    status: 409,
    body: { code: 'money_in_doubt', reviews: [review.reviewId] },
  });
  await ledger.resolveReview(review.reviewId, { paid: false, reason: 'Nothing.', by: 'x' }, at);
  await ledger.openCompensation({
    compensationId: `refund/${shown.payment_id}`,
    kind: 'refund',
    paymentId: shown.payment_id,
    ...about,
    openedAt: at,
  });
  expect(await call('DELETE', dataOf(shown), { reason: REASON })).toMatchObject({
    status: 409,
    body: { code: 'money_in_doubt', compensations: [`refund/${shown.payment_id}`] },
  });
});

it('leaves what was paid without a name, deletes the rest, and is audited with its reason', async () => {
  const { ledger } = shop.context;
  const call = await api();
  const { customer_id: customerId, presentationId, payment_id: purchaseId } = books.paid;
  const before = (await ledger.funnelReport({})) as unknown;
  const { status, body } = await call('DELETE', dataOf(books.paid), { reason: REASON });
  expect(status).toBe(200);
  expect(body).toMatchObject({ customerId, pseudonymised: { purchases: 1, presentations: 1, attempts: 1 } });
  expect(await mentions(customerId)).toEqual([]);
  expect(await call('GET', dataOf(books.paid))).toMatchObject({ status: 404 });

  const kept = await ledger.presentation(presentationId);
  expect(kept).toMatchObject({ status: 'paid', paidAmount: 14_900, payment: { mode: 'one_click' } });
  expect(kept?.customerId).toMatch(/^erased_[0-9a-f]{24}$/);
  expect(kept?.copy.headline).toBe('');
  expect(kept?.payment.method).toBeUndefined();
  const view = await ledger.purchase(purchaseId);
  expect(view).toMatchObject({
    considered: [],
    purchase: { customerId: kept?.customerId, paymentId: purchaseId },
  });
  expect(view?.facts).toBeUndefined();
  expect(view?.timeline.some(({ type }) => type === 'paid')).toBe(true);
  expect(JSON.stringify(view?.timeline)).not.toContain('endpoint answered');
  // The books are the same to the cent.
  expect(await ledger.funnelReport({})).toEqual(before);

  const { body: trail } = await call('GET', `/api/audit?subject=${customerId}`);
  expect(trail).toMatchObject({
    entries: expect.arrayContaining([
      expect.objectContaining({
        command: 'erase_customer',
        reason: REASON,
        phase: 'done',
        state: { known: false },
      }),
    ]) as unknown,
  });

  // A repetition, with the reason in the query, finds nothing.
  expect(await call('DELETE', `${dataOf(books.paid)}?reason=again`)).toMatchObject({
    status: 200,
    body: { pseudonymised: { purchases: 0, presentations: 0 }, deleted: { presentations: 0 } },
  });

  // A refund that comes later still finds its offer, and does not bring the name back.
  const paymentId = kept?.paymentId ?? '';
  const at = shop.now().toISOString();
  await ledger.recordReversal({
    id: 'ref_late',
    purchaseId,
    presentationId,
    payment: {
      paymentId,
      customerId,
      amount: 14_900,
      currency: 'USD',
      status: 'succeeded',
      proven: true,
      source: 'webhook',
      seenAt: at,
    },
    entry: { at, type: 'refund_succeeded', detail: { id: 'ref_late', paymentId, amount: 14_900 } },
    taken: [{ id: 'ref_late', kind: 'refund', amount: 14_900 }],
  });
  expect(await ledger.presentation(presentationId)).toMatchObject({ refundedAmount: 14_900 });
  expect(await mentions(customerId)).toEqual([]);
});

it('deletes what never moved money, and what was chosen and agreed to', async () => {
  const { ledger } = shop.context;
  const call = await api();
  const shown = await offered(shop);
  const metadata = { gift_for: 'Ada' };
  const again = { purchaseId: shown.payment_id, workflowId: shown.run, trigger: 'purchase' } as const;
  const recordPurchase = () => ledger.recordPurchase({ ...again, productIds: [], metadata }, 'evaluating');
  await recordPurchase();
  expect((await ledger.purchase(shown.payment_id))?.purchase.metadata).toEqual(metadata);
  await decline(shown);
  const { body } = await call('DELETE', dataOf(shown), { reason: REASON });
  expect(body).toMatchObject({ deleted: { presentations: 1 }, pseudonymised: { purchases: 1 } });
  expect(await ledger.presentation(shown.presentationId)).toBeUndefined();
  // The first purchase was paid at Dodo: it stays, so that its webhook cannot start another run.
  expect(await ledger.purchase(shown.payment_id)).toMatchObject({ status: 'settled', presentations: [] });
  await recordPurchase();
  expect((await ledger.purchase(shown.payment_id))?.purchase.metadata).toBeUndefined();
  expect(await mentions(shown.customer_id)).toEqual([]);
});
