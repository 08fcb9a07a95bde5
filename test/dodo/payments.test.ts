import type DodoPayments from 'dodopayments';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import { createProofs, PRODUCT_METADATA_KEY, PROOF_METADATA_KEY } from '../../src/dodo/proof.js';
import { billingOf, findAttempt, listPayments, toPaymentEvent } from '../../src/dodo/payments.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { aListedPayment, aPayment } from './examples.js';
import { json, refusal, startRawServer, type RawServer } from './raw-server.js';

const ATTEMPT = 'purchase/pay_1:team:1';
const PAGE_SIZE = 100;
const proofs = createProofs(Buffer.alloc(32, 1));

const provenMetadata = (attemptId = ATTEMPT, customerId = 'cus_1', productId = 'prod_team_license') => ({
  [ATTEMPT_METADATA_KEY]: attemptId,
  [PROOF_METADATA_KEY]: proofs.ofAttempt({ attemptId, customerId, productId }),
  [PRODUCT_METADATA_KEY]: productId,
});

let server: RawServer;
let dodo: Dodo;
/** The payments at Dodo, in the order it lists them. */
let stored: DodoPayments.PaymentListResponse[];

beforeAll(async () => {
  server = await startRawServer();
  dodo = createDodo('dodo_test_key', { baseURL: server.url });
});
beforeEach(() => {
  server.clear();
  stored = [];
  server.answer = (res, request) => {
    const query = queryOf(request.path);
    const [page, size] = [Number(query.page_number), Number(query.page_size)];
    json(200, { items: stored.slice(page * size, (page + 1) * size) })(res, request);
  };
});
afterAll(() => server.close());

const queryOf = (path: string) => Object.fromEntries(new URL(path, server.url).searchParams);
const asked = () => server.requests.map(({ path }) => queryOf(path));
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => aListedPayment({ payment_id: `pay_${n}` }));

async function idsOf(payments: AsyncIterable<{ payment_id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { payment_id } of payments) ids.push(payment_id);
  return ids;
}

describe('listPayments', () => {
  it('requests page 0 first, and nothing more when that is all', async () => {
    stored = many(3);
    expect(await idsOf(listPayments(dodo, { customer_id: 'cus_1' }))).toEqual(['pay_0', 'pay_1', 'pay_2']);
    expect(asked()).toEqual([{ customer_id: 'cus_1', page_number: '0', page_size: String(PAGE_SIZE) }]);
  });

  it('stops at the first page that is not full, and yields every payment once', async () => {
    stored = many(2 * PAGE_SIZE + 1);
    const ids = await idsOf(listPayments(dodo, { customer_id: 'cus_1' }));
    expect(ids).toEqual(stored.map((one) => one.payment_id));
    expect(asked().map((query) => query.page_number)).toEqual(['0', '1', '2']);
  });

  it('requests one more page when the last one is exactly full', async () => {
    stored = many(PAGE_SIZE);
    expect(await idsOf(listPayments(dodo, {}))).toHaveLength(PAGE_SIZE);
    expect(asked().map((query) => query.page_number)).toEqual(['0', '1']);
  });

  it('ends at its limit even if Dodo always has more', async () => {
    server.answer = json(200, { items: many(PAGE_SIZE) });
    expect(await idsOf(listPayments(dodo, {}))).toHaveLength(10 * PAGE_SIZE);
  });

  it('reads no further than its consumer', async () => {
    stored = many(5 * PAGE_SIZE);
    for await (const payment of listPayments(dodo, {})) if (payment.payment_id === 'pay_7') break;
    expect(server.requests).toHaveLength(1);
  });

  it('passes on every filter', async () => {
    const filter = {
      subscription_id: 'sub_1',
      status: 'succeeded',
      created_at_lte: '2026-11-23T12:00:00Z',
    } as const;
    await idsOf(listPayments(dodo, filter));
    expect(asked()).toEqual([expect.objectContaining(filter)]);
  });
});

describe('findAttempt', () => {
  const since = '2026-11-23T12:00:00.000Z';
  const find = async () =>
    (await findAttempt(dodo, { attemptId: ATTEMPT, customerId: 'cus_1', since, proofs }))?.payment;
  const tried = (payment_id: string, status: DodoPayments.IntentStatus | null, attemptId = ATTEMPT) =>
    aListedPayment({ payment_id, status, metadata: provenMetadata(attemptId) });

  it('finds nothing among other payments', async () => {
    stored = [aListedPayment(), tried('pay_other', 'succeeded', 'purchase/pay_1:team:11')];
    expect(await find()).toBeUndefined();
  });

  it.each([
    ['first', [tried('pay_paid', 'succeeded'), tried('pay_failed', 'failed')]],
    [
      'last',
      [tried('pay_failed', 'failed'), tried('pay_failed_2', 'failed'), tried('pay_paid', 'succeeded')],
    ],
  ])('takes the try that was paid, also when it comes %s', async (_, payments) => {
    stored = payments;
    expect(await find()).toMatchObject({ payment_id: 'pay_paid' });
  });

  it('finds the paid try on a later page than the failed one', async () => {
    stored = [tried('pay_failed', 'failed'), ...many(PAGE_SIZE), tried('pay_paid', 'succeeded')];
    expect(await find()).toMatchObject({ payment_id: 'pay_paid' });
  });

  it.each(['failed', 'processing', 'requires_customer_action', null] as const)(
    'takes a try that is %s where none was paid',
    async (status) => {
      stored = [aListedPayment(), tried('pay_try', status)];
      expect(await find()).toMatchObject({ payment_id: 'pay_try', status });
    },
  );

  it('takes a payment with a valid proof before a paid one that only names the attempt', async () => {
    const named = aListedPayment({
      payment_id: 'pay_named',
      status: 'succeeded',
      metadata: { [ATTEMPT_METADATA_KEY]: ATTEMPT },
    });
    stored = [named, tried('pay_ours', 'failed'), named];
    const found = () => findAttempt(dodo, { attemptId: ATTEMPT, customerId: 'cus_1', since, proofs });
    expect(await found()).toMatchObject({ payment: { payment_id: 'pay_ours' }, proven: true });
    stored = [named];
    expect(await found()).toMatchObject({ payment: { payment_id: 'pay_named' }, proven: false });
  });

  it('takes no renewal for the payment that created its subscription', async () => {
    const at = (payment_id: string, created_at: string, more = {}) => ({
      ...tried(payment_id, 'succeeded'),
      created_at,
      ...more,
    });
    stored = [
      at('pay_renewal', '2026-11-23T11:00:00.000Z', { charge_type: 'renewal' }),
      at('pay_later', '2026-12-23T12:00:00.000Z'),
      at('pay_first', '2026-11-23T12:00:00.000Z'),
    ];
    expect(await find()).toMatchObject({ payment_id: 'pay_first' });
  });

  it("reads only the customer's payments, from ten minutes before the acceptance", async () => {
    await find();
    expect(asked()).toEqual([
      expect.objectContaining({ customer_id: 'cus_1', created_at_gte: '2026-11-23T11:50:00.000Z' }),
    ]);
  });

  it('fails when Dodo cannot be read', async () => {
    server.answer = refusal(500, 'INTERNAL_SERVER_ERROR');
    await expect(find()).rejects.toMatchObject({ status: 500 });
  });
});

describe('toPaymentEvent', () => {
  it('keeps the ids, amount and status of a payment, and nothing personal', () => {
    const payment = aPayment({
      metadata: { ...provenMetadata(), other: 'x' },
      subscription_id: 'sub_1',
      subscription_ids: ['sub_0', 'sub_1'],
      status: 'failed',
      error_code: 'INSUFFICIENT_FUNDS',
    });
    expect(toPaymentEvent(payment, proofs)).toEqual({
      paymentId: 'pay_1',
      status: 'failed',
      customerId: 'cus_1',
      amount: 4900,
      currency: 'USD',
      createdAt: '2026-11-23T12:00:00.000Z',
      attemptId: ATTEMPT,
      proven: true,
      productIds: ['prod_starter_course'],
      subscriptionId: 'sub_1',
      subscriptionIds: ['sub_0', 'sub_1'],
      sessionId: 'cks_1',
      errorCode: 'INSUFFICIENT_FUNDS',
    });
  });

  it.each([
    ['there is no proof', { [ATTEMPT_METADATA_KEY]: ATTEMPT }],
    [
      'the proof is of another attempt',
      { ...provenMetadata('purchase/pay_1:team:2'), [ATTEMPT_METADATA_KEY]: ATTEMPT },
    ],
    ['the proof is of another customer', provenMetadata(ATTEMPT, 'cus_2')],
    ['the proof is of another product', { ...provenMetadata(), [PRODUCT_METADATA_KEY]: 'prod_other' }],
    ['the proof is no text', { ...provenMetadata(), [PROOF_METADATA_KEY]: 7 }],
  ])('says that nothing is proven when %s', (_, metadata) => {
    expect(toPaymentEvent(aPayment({ metadata }), proofs)).toMatchObject({
      attemptId: ATTEMPT,
      proven: false,
    });
  });

  it('says what kind of charge it is, where Dodo does', () => {
    const payment = { ...aPayment(), charge_type: 'renewal' };
    expect(toPaymentEvent(payment, proofs)).toMatchObject({ chargeType: 'renewal' });
  });

  it.each([
    ['null', null],
    ['missing', undefined],
  ])('leaves out what is %s, and has no status then', (_, nothing) => {
    const payment = aPayment({
      status: nothing,
      subscription_id: nothing,
      error_code: nothing,
      checkout_session_id: nothing,
      product_cart: nothing,
    });
    expect(toPaymentEvent(payment, proofs)).toEqual({
      paymentId: 'pay_1',
      status: null,
      customerId: 'cus_1',
      amount: 4900,
      currency: 'USD',
      createdAt: '2026-11-23T12:00:00.000Z',
    });
  });

  it('reads list rows, which have no error code', () => {
    expect(toPaymentEvent(aListedPayment(), proofs)).toMatchObject({
      paymentId: 'pay_1',
      status: 'succeeded',
    });
  });

  it('ignores an attempt id that is not text', () => {
    const payment = aPayment({ metadata: { [ATTEMPT_METADATA_KEY]: 7 } });
    expect(toPaymentEvent(payment, proofs)).not.toHaveProperty('attemptId');
  });
});

describe('billingOf', () => {
  it('keeps the whole address', () => {
    expect(billingOf(aPayment())).toEqual({
      country: 'US',
      street: '1 Main St',
      city: 'New York',
      state: 'NY',
      zipcode: '10001',
    });
  });

  it('omits what is null, missing or empty', () => {
    const billing = {
      country: 'DE',
      street: null,
      city: '',
      zipcode: '10115',
    } satisfies DodoPayments.BillingAddress;
    expect(billingOf(aPayment({ billing }))).toEqual({ country: 'DE', zipcode: '10115' });
  });
});
