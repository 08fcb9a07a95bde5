import { aPresentation } from '../ledger/examples.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.js';
import type { ApiDeps } from '../../src/http/deps.js';
import { recordStateActivities } from '../../activities/fulfilling/record-state.js';
import { resolutionActivities } from '../../activities/afterwards/resolution.js';
import type { ResolutionInput, ResolveRequest } from '../../src/contract/messages.js';
import type { CompensationInput } from '../../src/domain/compensation.js';
import type { Candidate } from '../../src/domain/evidence.js';
import type { ReviewRecord } from '../../src/domain/accounting.js';
import type { Answer } from '../../src/temporal/runs.js';
import { look, offered, paymentsOf, take, type Taken } from '../activities/offers-taken.js';
import { openShop, type Shop } from '../activities/shop.js';
import { serve } from './serve.js';
import { BACKEND, tokens } from './scripted-api.js';

const OPERATOR = 'key_operator_0123456789abcdef';
const SECOND_OPERATOR = 'key_operator_fedcba9876543210';
const HOUR = 3_600_000;

/** Runs as the API sees them; a test says how they answer. */
interface Script {
  resolve: (run: string, request: ResolveRequest) => Promise<Answer<{ paid: boolean }>>;
  resolved: ResolveRequest[];
  settled: ResolutionInput[];
  compensations: CompensationInput[];
  /** Late-payment runs: those that were started with a rejected payment, and those that were told of a word. */
  late: { paymentId: string; attemptId: string; rejected?: boolean }[];
  told: string[];
  /** The runs that were asked, in order. */
  asked: string[];
  ended: string[];
  /** Offers whose end the merchant is told of. */
  closings: string[];
  running: boolean;
}

let shop: Shop;
let script: Script;
let logged: object[];
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.sandbox.control.clearFaults();
  logged = [];
  script = {
    resolve: async () => ({ kind: 'gone' }),
    resolved: [],
    settled: [],
    compensations: [],
    late: [],
    told: [],
    asked: [],
    ended: [],
    closings: [],
    running: false,
  };
});
afterAll(() => shop.close());

interface Reply {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { code?: string; detail?: string };
}

async function api(over: object = {}) {
  const { dodo, ledger, proofs, now } = shop.context;
  const runs = {
    status: async () => (script.running ? 'running' : 'closed'),
    parentOf: async () => undefined,
    end: async (run: string) => {
      script.ended.push(run);
      return script.running ? 'terminated' : 'not_running';
    },
    resolve: (run: string, request: ResolveRequest) => {
      script.resolved.push(request);
      script.asked.push(run);
      return script.resolve(run, request);
    },
    settleByWord: async (input: ResolutionInput) => {
      script.settled.push(input);
      await resolutionActivities(shop.context).settleByWord(input);
    },
    startLatePayment: async (paymentId: string, attemptId: string, options?: { rejected?: boolean }) => {
      script.late.push({ paymentId, attemptId, ...options });
      return true;
    },
    tellOfClosing: async ({ presentationId }: { presentationId: string }) => {
      const status = (await ledger.presentation(presentationId))?.status;
      script.closings.push(`${presentationId} ${status}`);
    },
    tellReviewResolved: async (paymentId: string) => {
      script.told.push(paymentId);
      const open = await ledger.reviews({ status: 'open', kind: 'payment_differs', limit: 50 });
      if (open.some((review) => review.paymentId === paymentId)) throw new Error('Told too early.');
      return false;
    },
    startCompensation: async (input: CompensationInput) => {
      script.compensations.push(input);
      return true;
    },
  };
  const log = {
    info: (fields: object) => void logged.push(fields),
    warn: (fields: object) => void logged.push(fields),
    error: (fields: object) => void logged.push(fields),
  };
  const deps = {
    dodo,
    ledger,
    proofs,
    runs,
    tokens,
    log,
    now,
    catalogState: () => ({ catalog: shop.context.catalog(), loadedAt: now().toISOString() }),
    appUrl: 'https://shop.example',
    acceptWaitMs: 1,
    apiKeys: [BACKEND],
    operatorKeys: [OPERATOR, SECOND_OPERATOR],
    webhookSecrets: [],
    temporalLink: (run: string) => `https://temporal.example/${encodeURIComponent(run)}`,
    ...over,
  };
  const url = await serve(createApp(deps as unknown as ApiDeps));
  async function call(method: string, path: string, body?: object, key = OPERATOR): Promise<Reply> {
    const response = await fetch(url + path, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text.startsWith('{') ? (JSON.parse(text) as Reply['body']) : { text };
    return { status: response.status, headers: response.headers, body: parsed };
  }
  return {
    get: (path: string, key?: string) => call('GET', path, undefined, key),
    post: (path: string, body: object, key?: string) => call('POST', path, body, key),
  };
}

/** An attempt whose reply was lost, and that nobody could look up: its run asks a person. */
async function inReview(
  charged: object | 'never_sent' = {},
  offer?: Taken,
): Promise<Taken & { review: ReviewRecord }> {
  const shown = offer ?? (await offered(shop));
  if (charged === 'never_sent') shop.sandbox.control.addFault({ on: 'charge', kind: 'drop_before' });
  else {
    await shop.sandbox.control.nextCharges(shown.customer_id, charged);
    shop.sandbox.control.addFault({ on: 'charge', kind: 'drop_after' });
  }
  await take(shop, shown);
  const { attemptId, presentationId } = shown;
  await recordStateActivities(shop.context).recordState({
    attemptId,
    presentationId,
    status: 'needs_review',
  });
  const [review] = await shop.context.ledger.reviews({ status: 'open', presentationId, limit: 5 });
  if (!review) throw new Error('No review was opened.');
  return { ...shown, review };
}

const paymentOf = (shown: Taken) => paymentsOf(shop, shown)[0]?.payment_id ?? '';
const statusOf = async ({ presentationId }: Taken) =>
  (await shop.context.ledger.presentation(presentationId))?.status;
const timelineOf = async ({ payment_id }: Taken) => (await shop.purchase(payment_id)).timeline;
const reviewOf = async ({ review }: { review: ReviewRecord }) => shop.context.ledger.review(review.reviewId);
const resolvePath = ({ review }: { review: ReviewRecord }) => `/api/reviews/${review.reviewId}/resolve`;

describe('the list of reviews', () => {
  it('has what is open, newest first, page by page, with links and ages, for operators alone', async () => {
    const { get } = await api();
    const first = await inReview();
    shop.pass(1000);
    const second = await inReview();
    shop.pass(60_000);
    const one = await get('/api/reviews?limit=1');
    expect(one.body.reviews).toMatchObject([
      {
        reviewId: second.review.reviewId,
        kind: 'unproven_attempt',
        status: 'open',
        amount: 14_900,
        currency: 'USD',
        ageSeconds: 60,
        customerId: second.customer_id,
        links: {
          purchase: `/api/purchases/${second.payment_id}`,
          presentation: `/api/presentations/${second.presentationId}`,
          temporal: `https://temporal.example/${encodeURIComponent(second.run)}`,
        },
      },
    ]);
    const two = await get(`/api/reviews?limit=1&cursor=${String(one.body.nextCursor)}`);
    expect(two.body.reviews).toMatchObject([{ reviewId: first.review.reviewId }]);
    expect((await get('/api/reviews?kind=refund_failed')).body).toEqual({ reviews: [] });
    expect(await get('/api/reviews?kind=nonsense')).toMatchObject({ status: 400 });
    expect(await get('/api/reviews', BACKEND)).toMatchObject({ status: 403 });
    expect(await get('/api/reviews/rev_000000000000000000000000')).toMatchObject({
      status: 404,
      body: { code: 'review_not_found' },
    });
  });

  it('is measured', async () => {
    const { get } = await api();
    await inReview();
    shop.pass(HOUR);
    const { text } = (await get('/metrics')).body;
    expect(text).toMatch(/upsells_reviews_open\{kind="unproven_attempt"\} [1-9]/);
    expect(text).toMatch(/upsells_reviews_open\{kind="refund_failed"\} 0/);
    expect(Number(/upsells_reviews_oldest_seconds (\d+)/.exec(String(text))?.[1])).toBeGreaterThanOrEqual(
      3600,
    );
  });
});

describe('a review', () => {
  it('shows the candidate payments with what speaks for and against each', async () => {
    const { get } = await api();
    const shown = await inReview();
    const { body } = await get(`/api/reviews/${shown.review.reviewId}`);
    const candidates = body.candidates as Candidate[];
    expect(candidates.map(({ paymentId }) => paymentId).sort()).toEqual(
      [shown.payment_id, paymentOf(shown)].sort(),
    );
    const said = (paymentId: string) =>
      Object.fromEntries(
        candidates
          .find((one) => one.paymentId === paymentId)
          ?.evidence.map(({ check, says }) => [check, says]) ?? [],
      );
    expect(said(paymentOf(shown))).toMatchObject({
      attempt: 'for',
      customer: 'for',
      amount: 'for',
      currency: 'for',
      status: 'for',
      unused: 'for',
    });
    expect(said(shown.payment_id)).toMatchObject({ customer: 'for', amount: 'against', unused: 'against' });
  });

  it('is shown without candidates, and resolved later, while Dodo cannot be read', async () => {
    const { get, post } = await api();
    const shown = await inReview();
    shop.sandbox.control.addFault({
      match: { method: 'GET' },
      kind: 'status_before',
      status: 500,
      times: 20,
    });
    expect(await get(`/api/reviews/${shown.review.reviewId}`)).toMatchObject({
      status: 200,
      body: { candidates: null, candidatesReason: expect.stringContaining('Dodo') as string },
    });
    const reply = await post(resolvePath(shown), { paid: false, reason: 'Not there.' });
    expect(reply).toMatchObject({ status: 503, body: { code: 'temporarily_unavailable' } });
    expect(reply.headers.get('retry-after')).not.toBeNull();
    expect(await reviewOf(shown)).toMatchObject({ status: 'open' });
    expect(script.resolved).toEqual([]);
  });
});

describe('resolving as paid', () => {
  it('tells the run, with the payment as Dodo shows it, and writes down who said so first', async () => {
    const { post } = await api();
    const shown = await inReview();
    let ordered: string[] = [];
    script.resolve = async () => {
      ordered = (await timelineOf(shown)).map(({ type }) => type);
      return { kind: 'done', value: { paid: true } };
    };
    const paymentId = paymentOf(shown);
    const reply = await post(resolvePath(shown), { paid: true, paymentId, reason: 'It is there.' });
    expect(reply).toMatchObject({
      status: 200,
      body: { status: 'resolved', resolution: { paid: true, paymentId, reason: 'It is there.' } },
    });
    expect(script.resolved).toMatchObject([
      { paid: true, paymentId, payment: { amount: 14_900, currency: 'USD' } },
    ]);
    expect(ordered).toContain('resolve_ordered');
    expect(ordered).not.toContain('resolved');
    expect(await timelineOf(shown)).toContainEqual(
      expect.objectContaining({
        type: 'resolve_ordered',
        detail: expect.objectContaining({ by: expect.stringMatching(/^[0-9a-f]{8}$/) as string }) as object,
      }),
    );
    expect(logged).toContainEqual(
      expect.objectContaining({
        command: 'resolve',
        subject: shown.review.reviewId,
        reason: 'It is there.',
      }),
    );
    expect(await shop.context.ledger.payment(paymentId)).toMatchObject({ verdict: 'counts', proven: true });
  });

  it('takes two operators where nothing at Dodo shows it, if that is configured', async () => {
    const { post } = await api({ secondOperator: true });
    const { ledger } = shop.context;
    const openedAt = shop.now().toISOString();
    const refund = (subject: string) =>
      ledger.openReview({ kind: 'refund_failed', subject, amount: 500, currency: 'USD', openedAt });
    const review = await refund('refund/pay_two_keys');
    const word = { paid: true, reason: 'Given back by transfer.' };
    const first = await post(resolvePath({ review }), word);
    expect(first).toMatchObject({ status: 409, body: { code: 'confirmation_required' } });
    // The same key is not a second one, and an old word has lapsed.
    expect(await post(resolvePath({ review }), word)).toMatchObject({ status: 409 });
    shop.pass(25 * 3_600_000);
    expect(await post(resolvePath({ review }), word, SECOND_OPERATOR)).toMatchObject({ status: 409 });
    expect(await post(resolvePath({ review }), word)).toMatchObject({
      status: 200,
      body: { status: 'resolved', resolution: { paid: true } },
    });

    // What is not declared paid takes one.
    const other = await refund('refund/pay_one_key');
    const refused = { paid: false, reason: 'It stays.' };
    expect(await post(resolvePath({ review: other }), refused)).toMatchObject({ status: 200 });
    // And so does what Dodo shows.
    const shown = await inReview();
    expect(await post(resolvePath(shown), { paid: true, reason: 'The only one.' })).toMatchObject({
      status: 200,
    });
  });

  it('settles the offer when its run is gone', async () => {
    const { post } = await api();
    const shown = await inReview();
    const paymentId = paymentOf(shown);
    expect(await post(resolvePath(shown), { paid: true, reason: 'The only one.' })).toMatchObject({
      status: 200,
    });
    expect(script.settled).toMatchObject([{ attemptId: shown.attemptId, payment: { paymentId } }]);
    expect(await shop.context.ledger.presentation(shown.presentationId)).toMatchObject({
      status: 'paid',
      paymentId,
      paidAmount: 14_900,
    });
    expect(await shop.purchase(shown.payment_id)).toMatchObject({ outcome: 'converted' });
    expect(await reviewOf(shown)).toMatchObject({
      status: 'resolved',
      resolution: { reason: 'The only one.', paymentId },
    });
  });

  it.each<[string, RegExp, (shown: Taken) => Promise<string>]>([
    ['Dodo does not know', /does not know/, async () => 'pay_typo'],
    [
      'is of another customer',
      /another customer/,
      async () => (await shop.buy('prod_starter_course')).payment_id,
    ],
    ['is the purchase itself', /already counts|prod_starter_course/, async ({ payment_id }) => payment_id],
    [
      'is of another amount',
      /not to 14900/,
      async ({ customer_id }) => (await shop.buy('prod_basic_plan', { customer_id })).payment_id,
    ],
    [
      'was made before the attempt',
      /before the attempt/,
      async ({ customer_id }) => {
        const { payment_id } = await shop.buy('prod_complete_bundle', { customer_id });
        shop.pass(HOUR);
        return payment_id;
      },
    ],
  ])('is refused with a payment that %s', async (title, detail, named) => {
    const { post } = await api();
    const before = await offered(shop);
    const isEarly = title.includes('before');
    const early = isEarly ? await named(before) : undefined;
    const shown = await inReview({}, before);
    const paymentId = early ?? (await named(shown));
    const path = `/api/reviews/${shown.review.reviewId}/resolve`;
    expect(await post(path, { paid: true, paymentId, reason: 'Here.' })).toMatchObject({
      status: 409,
      body: { code: 'evidence_mismatch', detail: expect.stringMatching(detail) as string },
    });
    expect(
      await post(`/api/presentations/${shown.presentationId}/resolve`, {
        paid: true,
        paymentId,
        reason: 'Here.',
      }),
    ).toMatchObject({ status: 409, body: { code: 'evidence_mismatch' } });
    expect([script.resolved, script.settled]).toEqual([[], []]);
    expect(await statusOf(shown)).toBe('needs_review');
  });

  it('is refused with a payment that has not succeeded, or that pays for another offer', async () => {
    const { post } = await api();
    const declined = await inReview({ status: 'failed', error_code: 'INSUFFICIENT_FUNDS' });
    const refused = (paymentId: string, shown: { review: ReviewRecord }) =>
      post(resolvePath(shown), { paid: true, paymentId, reason: 'Here.' });
    expect(await refused(paymentOf(declined), declined)).toMatchObject({
      status: 409,
      body: { code: 'evidence_mismatch' },
    });
    const paid = await inReview();
    await refused(paymentOf(paid), paid);
    expect(await statusOf(paid)).toBe('paid');
    expect(await refused(paymentOf(paid), declined)).toMatchObject({
      status: 409,
      body: { code: 'evidence_mismatch' },
    });
  });

  it('is refused with a payment all of which went back, named or not', async () => {
    const { post } = await api();
    const shown = await inReview();
    await shop.context.dodo.refunds.create({ payment_id: paymentOf(shown) });
    for (const named of [{ paymentId: paymentOf(shown) }, {}])
      expect(await post(resolvePath(shown), { paid: true, ...named, reason: 'Here.' })).toMatchObject({
        status: 409,
        body: { code: 'evidence_mismatch' },
      });
    expect(await statusOf(shown)).toBe('needs_review');
  });

  it('needs a payment when Dodo shows none', async () => {
    const { post } = await api();
    const shown = await inReview('never_sent');
    expect(await post(resolvePath(shown), { paid: true, reason: 'Surely.' })).toMatchObject({
      status: 409,
      body: { code: 'evidence_mismatch' },
    });
  });
});

describe('resolving as not paid', () => {
  it('is refused while Dodo shows a payment that counts, and settles the offer when there is none', async () => {
    const { post } = await api();
    const paid = await inReview();
    expect(await post(resolvePath(paid), { paid: false, reason: 'I see nothing.' })).toMatchObject({
      status: 409,
      body: { code: 'evidence_mismatch', candidate: { paymentId: paymentOf(paid) } },
    });
    const unpaid = await inReview('never_sent');
    expect(await post(resolvePath(unpaid), { paid: false, reason: 'Nothing there.' })).toMatchObject({
      status: 200,
    });
    expect(await statusOf(unpaid)).toBe('failed');
    expect(await shop.purchase(unpaid.payment_id)).toMatchObject({ outcome: 'payment_failed' });
  });

  it('gives a payment back that is not what was accepted', async () => {
    const { post } = await api();
    const shown = await inReview({ amount: 14_899 });
    const paymentId = paymentOf(shown);
    const { ledger } = shop.context;
    await ledger.recordPayment({
      paymentId,
      status: 'succeeded',
      source: 'look_up',
      seenAt: shop.now().toISOString(),
    });
    const review = await ledger.openReview({
      kind: 'payment_differs',
      subject: paymentId,
      paymentId,
      attemptId: shown.attemptId,
      presentationId: shown.presentationId,
      purchaseId: shown.payment_id,
      amount: 14_899,
      currency: 'USD',
      openedAt: shop.now().toISOString(),
    });
    script.resolve = async () => ({ kind: 'done', value: { paid: false } });
    const word = { paid: false, reason: 'Not what was agreed.' };
    expect(await post(resolvePath({ review }), word)).toMatchObject({ status: 200 });
    expect(script.compensations).toMatchObject([
      { kind: 'refund', paymentId, attemptId: shown.attemptId, amount: 14_899 },
    ]);
    expect(await ledger.payment(paymentId)).toMatchObject({ verdict: 'goes_back' });
  });

  it('lets a payment count that is not what was accepted, at what Dodo says', async () => {
    const { post } = await api();
    const shown = await inReview({ amount: 14_899 });
    const paymentId = paymentOf(shown);
    const review = await shop.context.ledger.openReview({
      kind: 'payment_differs',
      subject: paymentId,
      paymentId,
      attemptId: shown.attemptId,
      presentationId: shown.presentationId,
      purchaseId: shown.payment_id,
      amount: 14_899,
      currency: 'USD',
      openedAt: shop.now().toISOString(),
    });
    expect(await post(resolvePath({ review }), { paid: true, paymentId, reason: 'One cent.' })).toMatchObject(
      { status: 200 },
    );
    expect(await shop.context.ledger.presentation(shown.presentationId)).toMatchObject({
      status: 'paid',
      paidAmount: 14_899,
    });
    expect(script.compensations).toEqual([]);
    // The doubt about the attempt ends with its offer.
    expect(await reviewOf(shown)).toMatchObject({ status: 'resolved' });
  });
});

describe('a payment that is not what was accepted', () => {
  /** Under review while its offer is in the given state. */
  async function differing(status: 'needs_review' | 'failed' | 'fallback' | 'charging') {
    const shown = await inReview({ amount: 14_899 });
    const { presentationId, attemptId, payment_id: purchaseId } = shown;
    const { ledger } = shop.context;
    const paymentId = paymentOf(shown);
    const at = shop.now().toISOString();
    await ledger.recordPayment({ paymentId, status: 'succeeded', source: 'look_up', seenAt: at });
    const review = await ledger.openReview({
      kind: 'payment_differs',
      subject: paymentId,
      ...{ paymentId, attemptId, presentationId, purchaseId },
      amount: 14_899,
      currency: 'USD',
      openedAt: at,
    });
    if (status !== 'needs_review') await ledger.updatePresentation(presentationId, { status }, []);
    return { ...shown, review, paymentId };
  }
  const REJECTED = { paid: false, reason: 'Not what was agreed.' };

  it('is meant when nobody names one', async () => {
    const { post } = await api();
    const shown = await differing('needs_review');
    expect(await post(resolvePath(shown), { paid: true, reason: 'One cent.' })).toMatchObject({
      status: 200,
      body: { resolution: { paid: true, paymentId: shown.paymentId } },
    });
    expect(await statusOf(shown)).toBe('paid');
  });

  it('is decided for its run, whether that waits or has ended, and for the run of the late payment', async () => {
    const { post } = await api();
    const ended = await differing('failed');
    expect(await post(resolvePath(ended), REJECTED)).toMatchObject({ status: 200 });
    expect(script.asked).toEqual([]);
    // It ends the subscriptions that the payment has bought.
    const { paymentId, attemptId } = ended;
    expect(script.late).toEqual([{ paymentId, attemptId, rejected: true }]);
    expect(script.told).toEqual([paymentId]);

    const waiting = await differing('needs_review');
    script.resolve = async () => ({ kind: 'done', value: { paid: false } });
    expect(await post(resolvePath(waiting), REJECTED)).toMatchObject({ status: 200 });
    expect(script.asked).toEqual([waiting.run]);
    expect(script.told).toEqual([paymentId, waiting.paymentId]);
  });

  it('is told again later when its run is only just about to ask', async () => {
    const { post } = await api();
    const shown = await differing('needs_review');
    script.resolve = async () => ({ kind: 'refused', code: 'already_decided', message: 'Not yet.' });
    expect(await post(resolvePath(shown), REJECTED)).toMatchObject({ status: 409 });
    expect(await reviewOf(shown)).toMatchObject({ status: 'open' });
    expect([script.compensations, script.late, script.told]).toEqual([[], [], []]);
  });

  it('is decided although the run of late payments cannot be told', async () => {
    const { post } = await api();
    const shown = await differing('failed');
    script.told.push = () => {
      throw new Error('Temporal is away.');
    };
    expect(await post(resolvePath(shown), REJECTED)).toMatchObject({ status: 200 });
  });

  it('is not given back while it pays for the offer', async () => {
    const { post } = await api();
    const shown = await differing('needs_review');
    await post(resolvePath(shown), { paid: true, reason: 'One cent.' });
    const review = await shop.context.ledger.openReview({
      ...shown.review,
      kind: 'payment_differs',
      subject: `again/${shown.paymentId}`,
      openedAt: shop.now().toISOString(),
    });
    expect(await post(resolvePath({ review }), REJECTED)).toMatchObject({
      status: 409,
      body: { code: 'evidence_mismatch' },
    });
    expect(script.compensations).toEqual([]);
  });

  it('is asked of the purchase run when the run of its plan change is gone', async () => {
    const { post } = await api();
    const shown = await differing('needs_review');
    const run = 'plan-change/sub_gone';
    await shop.context.ledger.note(shown.payment_id, [
      {
        at: shop.now().toISOString(),
        type: 'attempt_needs_review',
        detail: { presentationId: shown.presentationId, attemptId: `${run}:${shown.presentationId}:1` },
      },
    ]);
    script.resolve = async (asked) =>
      asked === run ? { kind: 'gone' } : { kind: 'done', value: { paid: false } };
    expect(await post(resolvePath(shown), REJECTED)).toMatchObject({ status: 200 });
    expect(script.asked).toEqual([run, shown.run]);
    expect(script.settled).toEqual([]);
  });
});

describe('two operators at once', () => {
  it('are told apart: one wins, and the run hears one word', async () => {
    const { post } = await api();
    const shown = await inReview('never_sent');
    let answer: (value: Answer<{ paid: boolean }>) => void = () => undefined;
    const asked = new Promise<void>((arrived) => {
      script.resolve = () => {
        arrived();
        return new Promise((resolve) => (answer = resolve));
      };
    });
    const first = post(resolvePath(shown), { paid: false, reason: 'Nothing there.' });
    await asked;
    expect(
      await post(resolvePath(shown), { paid: false, reason: 'Nor do I see it.' }, SECOND_OPERATOR),
    ).toMatchObject({ status: 409, body: { code: 'not_in_review' } });
    answer({ kind: 'done', value: { paid: false } });
    expect(await first).toMatchObject({ status: 200 });
    expect(await post(resolvePath(shown), { paid: false, reason: 'Late.' }, SECOND_OPERATOR)).toMatchObject({
      status: 409,
      body: { code: 'not_in_review', resolution: { reason: 'Nothing there.' } },
    });
    expect(script.resolved).toHaveLength(1);
  });

  it('may try again when no worker answered', async () => {
    const { post } = await api();
    const shown = await inReview('never_sent');
    const word = { paid: false, reason: 'Nothing there.' };
    script.resolve = async () => ({ kind: 'unanswered' });
    expect(await post(resolvePath(shown), word)).toMatchObject({ status: 503 });
    expect(await reviewOf(shown)).toMatchObject({ status: 'open' });
    script.resolve = async () => ({ kind: 'done', value: { paid: false } });
    expect(await post(resolvePath(shown), word, SECOND_OPERATOR)).toMatchObject({ status: 200 });
  });
});

describe('other reviews', () => {
  const openAbout = (fields: object) =>
    shop.context.ledger.openReview({
      kind: 'subscription_lives_on',
      subject: crypto.randomUUID(),
      openedAt: shop.now().toISOString(),
      ...fields,
    });

  it('about a subscription close as ended only when it has ended, or as going on for a reason', async () => {
    const { post } = await api();
    const { subscription_id } = await shop.buy('prod_basic_plan');
    const review = await openAbout({ subscriptionId: subscription_id });
    const ended = { paid: true, reason: 'I have cancelled it.' };
    expect(await post(resolvePath({ review }), ended)).toMatchObject({
      status: 409,
      body: { code: 'evidence_mismatch' },
    });
    await shop.context.dodo.subscriptions.update(subscription_id ?? '', { status: 'cancelled' });
    expect(await post(resolvePath({ review }), ended)).toMatchObject({ status: 200 });
    const other = await openAbout({
      subscriptionId: (await shop.buy('prod_basic_plan')).subscription_id,
    });
    const goesOn = { paid: false, reason: 'They want both.' };
    expect(await post(resolvePath({ review: other }), goesOn)).toMatchObject({ status: 200 });
  });

  it.each(['refund_failed', 'purchase_paid_twice', 'payment_unmatched'])(
    'of kind %s close with the word, and not with another payment',
    async (kind) => {
      const { post } = await api();
      const { payment_id, customer_id } = await shop.buy('prod_starter_course');
      const another = await shop.buy('prod_starter_course');
      const review = await openAbout({ kind, paymentId: payment_id, customerId: customer_id });
      const word = { paid: false, reason: 'Refunded by bank transfer.' };
      expect(await post(resolvePath({ review }), { ...word, paymentId: another.payment_id })).toMatchObject({
        status: 409,
        body: { code: 'evidence_mismatch' },
      });
      expect(await post(resolvePath({ review }), { ...word, paymentId: payment_id })).toMatchObject({
        status: 200,
        body: { status: 'resolved' },
      });
    },
  );
});

describe('closing a purchase', () => {
  it('ends its run, frees its customer, keeps its money under review, and may be repeated', async () => {
    const { post } = await api();
    const shown = await offered(shop);
    await shop.sandbox.control.nextCharges(shown.customer_id, { status: 'requires_customer_action' });
    await look(shop, await take(shop, shown));
    expect(await statusOf(shown)).toBe('requires_action');
    script.running = true;
    const close = () => post(`/api/purchases/${shown.payment_id}/close`, { reason: 'It hangs.' });
    expect(await close()).toMatchObject({
      status: 200,
      body: { status: 'settled', outcome: 'needs_review' },
    });
    expect(script.ended).toEqual([shown.run]);
    script.running = false;
    const timeline = await timelineOf(shown);
    expect(timeline.map(({ type }) => type)).toEqual(expect.arrayContaining(['close_ordered', 'closed']));
    expect(await shop.context.ledger.currentPresentation(shown.customer_id, '2999-01-01T00:00:00Z')).toBe(
      undefined,
    );
    const { presentationId } = shown;
    const open = () => shop.context.ledger.reviews({ status: 'open', presentationId, limit: 5 });
    expect(await open()).toMatchObject([{ kind: 'run_ended', attemptId: shown.attemptId }]);

    expect(await close()).toMatchObject({ status: 200 });
    expect(await open()).toHaveLength(1);
    expect(await timelineOf(shown)).toEqual(timeline);
    // Nothing is told of money in doubt.
    expect(script.closings).toEqual([]);
  });

  it('has the merchant told of an offer that ends unpaid, before it is settled', async () => {
    const { post } = await api();
    const shown = await offered(shop);
    await shop.sandbox.control.nextCharges(shown.customer_id, {
      status: 'failed',
      error_code: 'INSUFFICIENT_FUNDS',
    });
    await take(shop, shown);
    await shop.context.ledger.updateAttempt(shown.attemptId, { status: 'failed' });
    await post(`/api/purchases/${shown.payment_id}/close`, { reason: 'It hangs.' });
    expect(await statusOf(shown)).toBe('failed');
    expect(script.closings).toEqual([`${shown.presentationId} charging`]);
  });

  it('is closing a trigger where its event has the id, also beside a purchase that is settled', async () => {
    const { post } = await api();
    const shown = await offered(shop);
    const close = () => post(`/api/purchases/${shown.payment_id}/close`, { reason: 'It hangs.' });
    await close();
    const { ledger } = shop.context;
    const run = `trigger/${shown.payment_id}`;
    const trigger = { purchaseId: run, workflowId: run, trigger: 'usage_milestone' } as const;
    const { customer_id: customerId } = shown;
    await ledger.recordPurchase({ ...trigger, customerId, productIds: [] }, 'evaluating');
    const presentation = aPresentation({
      purchaseId: run,
      customerId,
      expiresAt: '2999-01-01T00:00:00.000Z',
    });
    await ledger.openPresentation({ presentation, workflowId: run, at: shop.now().toISOString() });
    expect(await close()).toMatchObject({
      status: 200,
      body: { purchaseId: shown.payment_id, status: 'settled', outcome: 'withdrawn' },
    });
    expect(await ledger.presentation(presentation.id)).toMatchObject({ status: 'withdrawn' });
  });

  it('withdraws an open offer, leaves what is paid alone, and needs an operator and a reason', async () => {
    const { post } = await api();
    const shown = await offered(shop);
    const path = `/api/purchases/${shown.payment_id}/close`;
    expect(await post(path, { reason: 'No.' }, BACKEND)).toMatchObject({ status: 403 });
    expect(await post(path, {})).toMatchObject({ status: 400, body: { code: 'invalid_body' } });
    expect(await post(path, { reason: 'It hangs.' })).toMatchObject({
      status: 200,
      body: { status: 'settled', outcome: 'withdrawn' },
    });
    expect(await statusOf(shown)).toBe('withdrawn');

    const paid = await inReview();
    await post(resolvePath(paid), { paid: true, reason: 'There.' });
    await post(`/api/purchases/${paid.payment_id}/close`, { reason: 'Over.' });
    expect(await shop.purchase(paid.payment_id)).toMatchObject({
      outcome: 'converted',
      presentations: [{ status: 'paid' }],
    });
  });
});
