/** Commands in bulk, from the selection through the API to the result of every row, on real books. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bulkActivities } from '../../../activities/afterwards/bulk.js';
import { compensationActivities } from '../../../activities/afterwards/compensate.js';
import { reversalActivities } from '../../../activities/afterwards/reversal.js';
import type { ActivityContext } from '../../../activities/context.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { BulkView } from '../../../src/http/bulk.js';
import { serve } from '../../http/serve.js';
import { operatorApp, OPERATOR } from '../../support/dashboard.js';
import { dyingAfter } from '../dying.js';
import { fakeRuns, look, offered, take, type FakeRuns, type Taken } from '../offers-taken.js';
import { HOUR, MINUTE } from '../../../src/domain/duration.js';
import { openShop, type Shop } from '../shop.js';

let shop: Shop;
let context: ActivityContext;
let runs: FakeRuns;
let url: string;
let started: string[];
/** What Temporal answers when an offer is withdrawn. */
let withdrawals: 'take_effect' | 'come_late' | 'unanswered' | 'interrupted';

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
beforeEach(async () => {
  shop.sandbox.control.clearFaults();
  started = [];
  withdrawals = 'take_effect';
  runs = {
    ...fakeRuns(),
    withdraw: async (_run, id) => {
      if (withdrawals === 'unanswered') return { kind: 'unanswered' };
      if (withdrawals === 'come_late')
        return { kind: 'refused', code: 'already_decided', message: 'accepted', won: 'accepted' };
      await shop.context.ledger.updatePresentation(id, { status: 'withdrawn', decision: 'withdrawn' });
      if (withdrawals === 'interrupted') throw new Error('The worker was killed.');
      return { kind: 'done', value: undefined };
    },
    extend: async (_run, _id, until) => ({ kind: 'done', value: { expiresAt: until } }),
  };
  context = { ...shop.context, runs };
  url = await serve(
    operatorApp(shop, { scripted: { startBulk: async (id: string) => void started.push(id) } }),
  );
});

async function ask(method: 'GET' | 'POST', path: string, body?: object) {
  const response = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${OPERATOR}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    text,
    body: (isJson ? JSON.parse(text) : {}) as BulkView & { code?: string },
  };
}

async function draft(body: object): Promise<BulkView> {
  const { status, body: view } = await ask('POST', '/api/bulk', body);
  expect(status).toBe(201);
  return view;
}
const start = (id: string) => ask('POST', `/api/bulk/${id}/start`, { reason: 'The price is wrong.' });
const step = (bulkId: string) => bulkActivities(context).bulkStep({ bulkId });

async function rowsOf(id: string): Promise<Record<string, string>[]> {
  const { text } = await ask('GET', `/api/bulk/${id}/rows.csv`);
  const [header = '', ...lines] = text.trim().split('\r\n');
  const names = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((value, at) => [names[at] ?? '', value])),
  );
}

/** Takes the offer, which costs $149.00, and has it paid. */
async function paid(paidAmount = 14_900): Promise<Taken & { paymentId: string }> {
  const taken = await take(shop, await offered(shop));
  await look(shop, taken);
  const { ledger } = shop.context;
  const paymentId = (await ledger.attempt(taken.attemptId))?.paymentId ?? '';
  await ledger.updatePresentation(taken.presentationId, {
    status: 'paid',
    decision: 'accepted',
    paymentId,
    paidAmount,
    paidAt: shop.now().toISOString(),
  });
  return { ...taken, paymentId };
}

const refundsOf = (paymentId: string) =>
  shop.sandbox.books.refunds().filter(({ payment_id }) => payment_id === paymentId);

/** Plays the runs that were started: compensations, and what they tell of. */
async function runCompensations(): Promise<void> {
  for (const input of runs.compensations.splice(0)) await compensationActivities(context).compensate(input);
  for (const event of runs.reversals.splice(0))
    await new MockActivityEnvironment().run(() => reversalActivities(context).recordReversal(event));
}

const recallOf = (...taken: Taken[]) => ({
  command: 'recall',
  select: { ids: taken.map(({ presentationId }) => presentationId) },
  rightPrice: { amount: 9_900, currency: 'USD' },
});

describe('a selection', () => {
  it('is frozen with its count and its money before anything is ordered', async () => {
    const [open, bought] = [await offered(shop), await paid()];
    const view = await draft({
      command: 'recall',
      select: { offerId: 'bundle', price: 14_900 },
      rightPrice: { amount: 9_900, currency: 'USD' },
    });
    expect(view).toMatchObject({ status: 'draft', totals: { states: { pending: view.totals.rows } } });
    expect(view.totals.money).toMatchObject([
      { currency: 'USD', status: 'open' },
      { currency: 'USD', status: 'paid', due: 5_000 * rowsPaid(view) },
    ]);
    const frozen = (await rowsOf(view.id)).map(({ id }) => id);
    expect(frozen).toEqual(expect.arrayContaining([open.presentationId, bought.presentationId]));
    // What is shown afterwards is not in it.
    const later = await offered(shop);
    expect((await rowsOf(view.id)).map(({ id }) => id)).not.toContain(later.presentationId);
    // A draft does nothing.
    expect(await step(view.id)).toEqual({ kind: 'ended' });
    expect(started).toEqual([]);
    expect(await shop.context.ledger.presentation(open.presentationId)).toMatchObject({ status: 'open' });
  });

  const rowsPaid = ({ totals }: BulkView) =>
    totals.money.filter(({ status }) => status === 'paid').reduce((sum, { rows }) => sum + rows, 0);

  it.each([
    ['everything', { command: 'withdraw', select: {} }],
    ['a status alone', { command: 'withdraw', select: { statuses: ['open'] } }],
    ['no end', { command: 'extend', select: { offerId: 'bundle' } }],
    ['no right price', { command: 'recall', select: { offerId: 'bundle' } }],
    [
      'a recall of no offer',
      { command: 'recall', select: { funnelId: 'starter' }, rightPrice: { amount: 1, currency: 'USD' } },
    ],
    [
      'a price for a withdrawal',
      { command: 'withdraw', select: { offerId: 'bundle' }, rightPrice: { amount: 1, currency: 'USD' } },
    ],
    [
      'a negative price',
      { command: 'recall', select: { offerId: 'bundle' }, rightPrice: { amount: -1, currency: 'USD' } },
    ],
    ['other ids', { command: 'withdraw', select: { ids: [`ntf_${'0'.repeat(24)}`] } }],
    ['offers of notifications', { command: 'retry_notification', select: { offerId: 'bundle' } }],
    ['unknown fields', { command: 'withdraw', select: { offer: 'bundle' } }],
  ])('is refused: %s', async (_what, body) => {
    expect(await ask('POST', '/api/bulk', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_body' },
    });
  });

  it('of nothing is told of', async () => {
    expect(
      await ask('POST', '/api/bulk', { command: 'withdraw', select: { offerId: 'nothing' } }),
    ).toMatchObject({
      status: 404,
      body: { code: 'nothing_found' },
    });
  });
});

describe('a command in bulk', () => {
  it('withdraws what is still open, and leaves every row with its result and its entries in the audit trail', async () => {
    const [open, bought] = [await offered(shop), await paid()];
    const unknown = 'prs_that_nobody_was_shown';
    const ids = [open.presentationId, bought.presentationId, unknown];
    const { id } = await draft({ command: 'withdraw', select: { ids } });
    expect(await ask('POST', `/api/bulk/${id}/start`, {})).toMatchObject({ status: 400 });
    expect(await start(id)).toMatchObject({ status: 202, body: { status: 'running' } });
    expect(started).toEqual([id]);
    expect(await step(id)).toEqual({ kind: 'ended' });
    const results = (await rowsOf(id)).map((row) => [row.id, row.state, row.result].join(' '));
    expect(results.sort()).toEqual(
      [
        `${open.presentationId} done withdrawn`,
        `${bought.presentationId} skipped paid`,
        `${unknown} failed not_found`,
      ].sort(),
    );
    expect((await ask('GET', `/api/bulk/${id}`)).body).toMatchObject({ status: 'done' });
    const trail = await shop.context.ledger.auditTrail({ subject: open.presentationId, limit: 10 });
    expect(trail.map(({ phase, command, reason, state }) => [phase, command, reason, state?.status])).toEqual(
      [
        ['done', 'withdraw', 'The price is wrong.', 'withdrawn'],
        ['ordered', 'withdraw', 'The price is wrong.', 'open'],
      ],
    );
    const ofRun = await shop.context.ledger.auditTrail({ subject: id, limit: 10 });
    expect(ofRun.map(({ command, phase }) => [command, phase])).toEqual([
      ['start_bulk', 'done'],
      ['start_bulk', 'ordered'],
    ]);
    expect(await start(id)).toMatchObject({ status: 409, body: { code: 'bulk_ended' } });
  });

  it('extends offers', async () => {
    const open = await offered(shop);
    const until = new Date(shop.now().getTime() + 7_200_000).toISOString();
    const { id } = await draft({ command: 'extend', select: { ids: [open.presentationId] }, until });
    await start(id);
    await step(id);
    expect(await rowsOf(id)).toMatchObject([{ state: 'done', result: 'extended' }]);
    expect(await shop.context.ledger.presentation(open.presentationId)).toMatchObject({ expiresAt: until });
  });

  it('goes on where it was killed, without a second effect', async () => {
    const open = await offered(shop);
    const { id } = await draft({ command: 'withdraw', select: { ids: [open.presentationId] } });
    await start(id);
    withdrawals = 'interrupted';
    await expect(step(id)).rejects.toThrow('killed');
    expect(await rowsOf(id)).toMatchObject([{ state: 'doing' }]);
    withdrawals = 'unanswered';
    expect(await step(id)).toEqual({ kind: 'ended' });
    expect(await rowsOf(id)).toMatchObject([{ state: 'done', result: 'withdrawn' }]);
    const trail = await shop.context.ledger.auditTrail({ subject: open.presentationId, limit: 10 });
    expect(trail.map(({ phase }) => phase)).toEqual(['done', 'ordered']);
  });

  it('keeps its pace, and stops when it is aborted', async () => {
    const open: Taken[] = [];
    for (let n = 0; n < 12; n += 1) open.push(await offered(shop));
    const { id } = await draft({
      command: 'withdraw',
      select: { ids: open.map(({ presentationId }) => presentationId) },
      perMinute: 30,
    });
    await start(id);
    expect(await step(id)).toEqual({ kind: 'more', waitMs: 20_000 });
    expect(await ask('POST', `/api/bulk/${id}/abort`, { reason: 'Enough.' })).toMatchObject({
      status: 200,
      body: { status: 'aborted', totals: { states: { done: 10, skipped: 2 } } },
    });
    expect(await step(id)).toEqual({ kind: 'ended' });
    // What will not be done has ended, so that nothing can be written over it.
    const aborted = (await rowsOf(id)).filter(({ result }) => result === 'aborted');
    const ended_at = expect.stringMatching(/^2026-/) as string;
    expect(aborted).toMatchObject([{ ended_at }, { ended_at }]);
    expect(await shop.context.ledger.bulkRun(id)).toHaveProperty('endedAt');
    expect((await ask('GET', `/api/bulk/${id}`)).body).toMatchObject({ status: 'aborted' });
    expect(await start(id)).toMatchObject({ status: 409 });
  });

  it('sends every dead notification again', async () => {
    const open = await offered(shop);
    const sent: string[] = [];
    context = {
      ...context,
      runs: { ...runs, redeliver: async ({ id }) => (sent.push(id), `redelivery/${id}`) },
    };
    const notificationId = `ntf_${'0123abcd'.repeat(3)}`;
    await shop.context.ledger.deadLetterNotification({
      id: notificationId,
      notification: {
        type: 'offer.presented',
        sequence: 1,
        timestamp: shop.now().toISOString(),
        run: open.run,
        purchaseId: open.payment_id,
        presentationId: open.presentationId,
      },
      failure: 'the endpoint answered 503',
      at: shop.now().toISOString(),
    });
    const { id } = await draft({ command: 'retry_notification' });
    await start(id);
    expect(await step(id)).toEqual({ kind: 'ended' });
    expect(sent).toEqual([notificationId]);
    expect(await rowsOf(id)).toMatchObject([{ id: notificationId, state: 'done', result: 'handed_over' }]);
  });
});

describe('a recall', () => {
  it('withdraws what is open, gives the difference back once, and follows it to its end', async () => {
    const [open, bought] = [await offered(shop), await paid()];
    const { id } = await draft(recallOf(open, bought));
    await start(id);
    expect(await step(id)).toMatchObject({ kind: 'more' });
    expect(await shop.context.ledger.presentation(open.presentationId)).toMatchObject({
      status: 'withdrawn',
    });
    expect(await rowsOf(id)).toContainEqual(
      expect.objectContaining({ id: bought.presentationId, state: 'waiting', result: 'refund_under_way' }),
    );
    await runCompensations();
    shop.pass(60_000);
    expect(await step(id)).toEqual({ kind: 'ended' });
    expect(await rowsOf(id)).toContainEqual(
      expect.objectContaining({
        id: bought.presentationId,
        state: 'done',
        result: 'refunded',
        due_back_minor_units: '5000',
      }),
    );
    expect(refundsOf(bought.paymentId)).toMatchObject([
      { amount: 5_000, status: 'succeeded', is_partial: true },
    ]);
    // The books of both sides agree, and access stays.
    expect(await shop.context.ledger.presentation(bought.presentationId)).toMatchObject({
      status: 'paid',
      refundedAmount: 5_000,
    });
    const { timeline } = await shop.purchase(bought.payment_id);
    expect(timeline.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['price_difference_refunded', 'refund_succeeded']),
    );
    expect(timeline.map(({ type }) => type)).not.toContain('offer_reversed');
  });

  it('gives nothing back twice: neither when it is killed, nor by another recall', async () => {
    const bought = await paid();
    const { id } = await draft(recallOf(bought));
    await start(id);
    context = { ...context, runs: { ...runs, startCompensation: () => Promise.reject(new Error('killed')) } };
    await expect(step(id)).rejects.toThrow('killed');
    // What is to go back was remembered: the janitor would start it, too.
    expect(await shop.context.ledger.compensation(`refund_part/${bought.paymentId}`)).toMatchObject({
      status: 'open',
      amount: 5_000,
      keepAmount: 9_900,
    });
    context = { ...context, runs };
    await step(id);
    await step(id);
    const [input] = runs.compensations;
    if (!input) throw new Error('No compensation was started.');
    // Dodo has taken the request, and the answer was lost.
    shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_after' });
    await compensationActivities(context).compensate(input);
    await runCompensations();
    await compensationActivities(context).compensate(input);
    expect(refundsOf(bought.paymentId)).toHaveLength(1);

    shop.pass(60_000);
    const cheaper = { ...recallOf(bought), rightPrice: { amount: 4_900, currency: 'USD' } };
    const second = await draft(cheaper);
    await start(second.id);
    expect(await step(second.id)).toEqual({ kind: 'ended' });
    expect(await rowsOf(second.id)).toMatchObject([
      { state: 'failed', result: 'refunded_by_another_recall' },
    ]);
    expect(refundsOf(bought.paymentId)).toHaveLength(1);
  });

  it('gives one refund, whatever call its process dies after', async () => {
    for (let calls = 1, died = true; died; calls += 1) {
      const bought = await paid();
      const { id } = await draft(recallOf(bought));
      await start(id);
      const alive = context;
      const dying = dyingAfter(calls, alive);
      context = dying.context;
      await step(id)
        .then(runCompensations)
        .catch(() => undefined);
      died = dying.hasDied();
      context = alive;

      // Whoever goes on does not know how far it was. The answer to a request may have been lost.
      for (const pause of [MINUTE, HOUR, HOUR, HOUR]) {
        await step(id);
        await runCompensations();
        shop.pass(pause);
      }
      expect(await step(id), `after call ${calls}`).toEqual({ kind: 'ended' });
      expect(refundsOf(bought.paymentId), `after call ${calls}`).toMatchObject([{ amount: 5_000 }]);
      expect(await rowsOf(id)).toMatchObject([{ state: 'done', result: 'refunded' }]);
    }
  });

  it('gives one refund when work that was taken for dead goes on beside its successor', async () => {
    const bought = await paid();
    const { id } = await draft(recallOf(bought));
    await start(id);
    await step(id);
    const [input] = runs.compensations;
    if (!input) throw new Error('No compensation was started.');
    const work = compensationActivities(context);
    await Promise.all([work.compensate(input), work.compensate(input), work.compensate(input)]);
    expect(refundsOf(bought.paymentId)).toMatchObject([{ amount: 5_000 }]);
  });

  it('goes by the price of the recall that was first, whichever run sends the refund', async () => {
    const bought = await paid();
    const low = await draft({ ...recallOf(bought), rightPrice: { amount: 4_900, currency: 'USD' } });
    const right = await draft(recallOf(bought));
    await start(low.id);
    await start(right.id);
    await step(right.id);
    await step(low.id);
    expect(runs.compensations).toMatchObject([{ amount: 5_000, keep: 9_900 }]);
    expect(await rowsOf(low.id)).toMatchObject([{ state: 'failed', result: 'refunded_by_another_recall' }]);
    await runCompensations();
    expect(refundsOf(bought.paymentId)).toMatchObject([{ amount: 5_000 }]);
  });

  it('touches nothing that was named and did not fit the rest of the selection', async () => {
    const [bought, open] = [await paid(), await offered(shop)];
    const { id } = await draft({
      ...recallOf(bought, open),
      select: { ...recallOf(bought, open).select, offerId: 'pro' },
    });
    await start(id);
    await step(id);
    expect(await rowsOf(id)).toMatchObject([
      { state: 'failed', result: 'not_selected' },
      { state: 'failed', result: 'not_selected' },
    ]);
    expect(runs.compensations).toEqual([]);
    expect((await shop.context.ledger.presentation(open.presentationId))?.status).toBe('open');
  });

  it('comes to every row although Dodo takes its time over the first refunds', async () => {
    await shop.sandbox.control.setPolicy({ refunds: 'pending' });
    const bought = [];
    for (let count = 0; count < 11; count += 1) bought.push(await paid());
    const { id } = await draft(recallOf(...bought));
    await start(id);
    await step(id);
    await runCompensations();
    shop.pass(MINUTE);
    await step(id);
    const results = (await rowsOf(id)).map(({ result }) => result);
    expect(results).toEqual(bought.map(() => 'refund_under_way'));
    await shop.sandbox.control.setPolicy({ refunds: 'succeed' });
  });

  it('takes back what was accepted in time and is not sent yet', async () => {
    const open = await offered(shop);
    withdrawals = 'come_late';
    shop.pass(HOUR);
    const { id } = await draft({
      command: 'recall',
      select: { offerId: 'bundle', price: 14_900 },
      rightPrice: { amount: 9_900, currency: 'USD' },
    });
    await start(id);
    while ((await rowsOf(id)).some(({ state }) => state === 'pending')) await step(id);
    expect((await rowsOf(id)).find((row) => row.id === open.presentationId)).toMatchObject({
      state: 'waiting',
      result: 'not_settled',
    });
  });

  it('begins nothing new once it is aborted', async () => {
    const open = await offered(shop);
    const { id } = await draft(recallOf(open));
    await start(id);
    // It is aborted while the row is being carried out.
    runs.withdraw = async () => {
      await ask('POST', `/api/bulk/${id}/abort`, { reason: 'Enough.' });
      return { kind: 'refused', code: 'already_decided', message: 'accepted', won: 'accepted' };
    };
    await step(id);
    await shop.context.ledger.updatePresentation(open.presentationId, { status: 'paid', paidAmount: 14_900 });
    shop.pass(HOUR);
    await step(id);
    expect(await rowsOf(id)).toMatchObject([{ state: 'skipped', result: 'aborted' }]);
    expect(runs.compensations).toEqual([]);
  });

  it('counts what was given back before, and gives nothing back of what was not too much', async () => {
    const bought = await paid();
    await shop.context.dodo.refunds.create({
      payment_id: bought.paymentId,
      items: [{ item_id: 'prod_complete_bundle', amount: 3_000 }],
    });
    await shop.context.ledger.updatePresentation(bought.presentationId, { refundedAmount: 3_000 });
    const right = await paid(9_900);
    const { id } = await draft(recallOf(bought, right));
    await start(id);
    await step(id);
    await runCompensations();
    shop.pass(60_000);
    expect(await step(id)).toEqual({ kind: 'ended' });
    expect(await rowsOf(id)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: right.presentationId, state: 'skipped', result: 'nothing_due' }),
        expect.objectContaining({
          id: bought.presentationId,
          result: 'refunded',
          due_back_minor_units: '2000',
        }),
      ]),
    );
    expect(refundsOf(bought.paymentId).map(({ amount }) => amount)).toEqual([3_000, 2_000]);
  });

  it('waits for a customer who was faster, and gives them the difference', async () => {
    const quick = await offered(shop);
    const { id } = await draft(recallOf(quick));
    await start(id);
    withdrawals = 'come_late';
    expect(await step(id)).toMatchObject({ kind: 'more' });
    expect(await rowsOf(id)).toMatchObject([{ state: 'waiting', result: 'not_settled' }]);
    await take(shop, quick);
    await look(shop, quick);
    const paymentId = (await shop.context.ledger.attempt(quick.attemptId))?.paymentId ?? '';
    await shop.context.ledger.updatePresentation(quick.presentationId, {
      status: 'paid',
      paymentId,
      paidAmount: 14_900,
    });
    shop.pass(120_000);
    await step(id);
    await runCompensations();
    shop.pass(60_000);
    expect(await step(id)).toEqual({ kind: 'ended' });
    expect(refundsOf(paymentId)).toMatchObject([{ amount: 5_000 }]);
  });

  it('follows refunds that were asked for after it is aborted', async () => {
    const bought = await paid();
    const { id } = await draft(recallOf(bought));
    await start(id);
    await step(id);
    await ask('POST', `/api/bulk/${id}/abort`, { reason: 'Enough.' });
    await runCompensations();
    shop.pass(60_000);
    expect(await step(id)).toEqual({ kind: 'ended' });
    expect(await rowsOf(id)).toMatchObject([{ state: 'done', result: 'refunded' }]);
  });

  it('asks a person about a refund that Dodo does not carry out', async () => {
    await shop.sandbox.control.setPolicy({ refunds: 'fail' });
    const bought = await paid();
    const { id } = await draft(recallOf(bought));
    await start(id);
    await step(id);
    const [input] = runs.compensations;
    if (!input) throw new Error('No compensation was started.');
    for (let n = 0; n < 4; n += 1) await compensationActivities(context).compensate(input);
    shop.pass(60_000);
    expect(await step(id)).toEqual({ kind: 'ended' });
    expect(await rowsOf(id)).toMatchObject([{ state: 'failed', result: 'refund_needs_review' }]);
    const reviews = await shop.context.ledger.reviews({ presentationId: bought.presentationId, limit: 5 });
    expect(reviews).toMatchObject([{ kind: 'refund_failed', amount: 5_000 }]);
    await shop.sandbox.control.setPolicy({ refunds: 'succeed' });
  });
});
