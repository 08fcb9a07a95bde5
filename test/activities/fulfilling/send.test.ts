import type DodoPayments from 'dodopayments';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { changePlanActivities } from '../../../activities/fulfilling/change-plan.js';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import { sendAttempt } from '../../../activities/fulfilling/send.js';
import type { Price } from '../../../src/domain/presentation.js';
import { aListedPayment, aCartPreview, aPlanChangePreview, aSubscription } from '../../dodo/examples.js';
import { hang, json, refusal, reset, truncated, webPage, type Answer } from '../../dodo/raw-server.js';
import { aPresentation } from '../../ledger/examples.js';
import { NOW, startScriptedWorld, type ScriptedWorld } from '../scripted.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const PRICE = 39_900;

let world: ScriptedWorld;
beforeAll(async () => {
  world = await startScriptedWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const away = () => Promise.reject(new Error('the database is away'));

const copy = { headline: '{product}', accept: 'Pay {dueNow}', decline: 'No' };

/** The acceptance of a team license for $399, a minute ago. */
function attempt(changes: Partial<AttemptInput> = {}): AttemptInput {
  return {
    attemptId: 'purchase/pay_1:team:1',
    presentationId: 'prs_1',
    purchaseId: 'pay_1',
    paymentId: 'pay_1',
    customerId: 'cus_1',
    paymentMethodId: 'pm_1',
    quantity: 1,
    offer: { action: { kind: 'charge', productId: 'prod_team_license', quantity: 1 }, copy },
    price: { currency: 'USD', dueNow: PRICE, hash: 'hash-of-what-was-shown' },
    acceptedAt: new Date(NOW.getTime() - MINUTE).toISOString(),
    sendBefore: NOW.getTime() + MINUTE,
    runStartedAt: new Date(NOW.getTime() - 2 * MINUTE).toISOString(),
    ...changes,
  };
}

const charge = (changes?: Partial<AttemptInput>) => chargeActivities(world.context).charge(attempt(changes));

const POST = 'POST /checkouts';
const PREVIEW = 'POST /checkouts/preview';
const SEARCH = 'GET /payments';
/** Events without the reads that run beside the pricing: the search for an earlier try, and where to come back to. */
const BESIDE = [SEARCH, 'ledger.attempt', 'ledger.returnUrlOf'];
const done = () => world.events.filter((event) => !BESIDE.includes(event));

const previewed = (total_amount: number, more: Partial<DodoPayments.CheckoutSessionPreviewResponse> = {}) =>
  json(
    200,
    aCartPreview({ current_breakup: { subtotal: total_amount, discount: 0, total_amount }, ...more }),
  );

const attemptRecord = async () => ({
  attemptId: 'purchase/pay_1:team:1',
  presentationId: 'prs_1',
  workflowId: 'purchase/pay_1',
  kind: 'charge' as const,
  status: 'recorded' as const,
  amount: PRICE,
  currency: 'USD',
  createdAt: NOW.toISOString(),
});

function provenMetadata(attemptId: string, productId: string) {
  const upsell_proof = world.context.proofs.ofAttempt({ attemptId, customerId: 'cus_1', productId });
  return { upsell_attempt_id: attemptId, upsell_proof, upsell_product_id: productId };
}

/** The recorded attempts, and the changes made to them afterwards. */
const recorded = () => world.written('recordAttempt').map(([one]) => one);
const changes = () => world.written('updateAttempt').map(([, change]) => change);

function expectNothingSent(): void {
  expect(world.events).not.toContain(POST);
  expect(recorded()).toEqual([]);
}

describe('an attempt that goes well', () => {
  it('is recorded strictly before it is posted, and its reply is recorded', async () => {
    expect(await charge()).toEqual({ kind: 'submitted', paymentId: 'pay_2', dueNow: PRICE });
    expect(done()).toEqual([
      'ledger.billingOf',
      PREVIEW,
      'ledger.presentation',
      'ledger.recordAttempt',
      'recorded',
      POST,
      'ledger.updateAttempt',
      'ledger.recordPayment',
    ]);
    expect(world.events.indexOf(SEARCH)).toBeLessThan(world.events.indexOf('ledger.recordAttempt'));
  });

  it('is recorded with the accepted terms', async () => {
    await charge({ consents: ['terms', 'no-withdrawal'] });
    const acceptedAt = '2026-11-23T11:59:00.000Z';
    expect(world.written('recordAttempt')).toEqual([
      [
        {
          attemptId: 'purchase/pay_1:team:1',
          presentationId: 'prs_1',
          kind: 'charge',
          workflowId: 'purchase/pay_1',
          status: 'recorded',
          amount: PRICE,
          currency: 'USD',
          customerId: 'cus_1',
          productId: 'prod_team_license',
          proof: true,
          createdAt: NOW.toISOString(),
        },
        { status: 'charging', decision: 'accepted', decidedAt: acceptedAt, message: null },
        [
          {
            at: acceptedAt,
            type: 'accepted',
            detail: { presentationId: 'prs_1', consents: 'terms, no-withdrawal' },
          },
          {
            at: NOW.toISOString(),
            type: 'attempt_recorded',
            detail: { presentationId: 'prs_1', attemptId: 'purchase/pay_1:team:1' },
          },
        ],
      ],
    ]);
  });

  it('carries its id, the saved method and the address to Dodo', async () => {
    await charge({ offer: { ...attempt().offer, discountCode: 'TEAM20' } });
    expect(world.sent(POST)).toEqual([
      {
        product_cart: [{ product_id: 'prod_team_license', quantity: 1 }],
        billing_currency: 'USD',
        discount_codes: ['TEAM20'],
        customer: { customer_id: 'cus_1' },
        billing_address: { country: 'US', zipcode: '10001' },
        minimal_address: true,
        payment_method_id: 'pm_1',
        confirm: true,
        feature_flags: { redirect_immediately: true },
        return_url: 'https://shop.example/thank-you?presentation=prs_1',
        metadata: {
          ...provenMetadata('purchase/pay_1:team:1', 'prod_team_license'),
          upsell_presentation_id: 'prs_1',
          upsell_purchase_id: 'pay_1',
        },
      } satisfies DodoPayments.CheckoutSessionCreateParams,
    ]);
  });

  it('leaves Dodo’s ids in the ledger', async () => {
    await charge();
    const ids = { paymentId: 'pay_2', sessionId: 'cks_2' };
    expect(world.written('updateAttempt')).toEqual([
      [
        'purchase/pay_1:team:1',
        { status: 'submitted', ...ids },
        { id: 'prs_1', patch: ids },
        [expect.objectContaining({ type: 'attempt_submitted' })],
      ],
    ]);
  });

  it('takes the address from the first payment if the ledger has none', async () => {
    world.ledger.billingOf = async () => undefined;
    expect(await charge()).toMatchObject({ kind: 'submitted' });
    expect(world.sent(POST)).toMatchObject([
      { billing_address: { city: 'New York' }, minimal_address: false },
    ]);
  });
});

describe('too late', () => {
  it('begins one millisecond after the deadline; then nothing is read, recorded or sent', async () => {
    expect(await charge({ sendBefore: NOW.getTime() - 1 })).toEqual({
      kind: 'not_sent',
      detail: 'Too late: the window is over.',
    });
    expect(world.events).toEqual([]);
  });

  it('does not include the deadline itself', async () => {
    expect(await charge({ sendBefore: NOW.getTime() })).toMatchObject({ kind: 'submitted' });
  });
});

describe('before anything is recorded', () => {
  it.each<[string, Answer]>([
    ['resets the connection', reset],
    ['answers 500', refusal(500, 'INTERNAL_SERVER_ERROR')],
    ['does not answer', hang],
    ['is truncated', truncated],
    ['returns a web page', webPage],
  ])('a preview that %s leaves the attempt not sent', async (_, answer) => {
    world.dodo[PREVIEW] = answer;
    if (answer === hang) world.hurry();
    expect(await charge()).toMatchObject({ kind: 'not_sent' });
    expectNothingSent();
  });

  it('a rate-limited preview says how long to wait', async () => {
    world.dodo[PREVIEW] = refusal(429, 'TOO_MANY_REQUESTS', { 'retry-after': '7' });
    expect(await charge()).toMatchObject({ kind: 'not_sent', retryAfterMs: 7 * SECOND });
    expectNothingSent();
  });

  it('a preview that Dodo refuses is a rejection', async () => {
    world.dodo[PREVIEW] = refusal(422, 'PRODUCT_IS_DELETED');
    expect(await charge()).toEqual({ kind: 'rejected', code: 'PRODUCT_IS_DELETED' });
    expectNothingSent();
  });

  it('a missing billing address is a rejection', async () => {
    world.ledger.billingOf = async () => undefined;
    expect(await charge({ paymentId: undefined })).toEqual({ kind: 'rejected', code: 'NO_BILLING_ADDRESS' });
    expectNothingSent();
  });

  it.each(['billingOf', 'presentation', 'recordAttempt'] as const)(
    'a ledger that fails in %s leaves the attempt not sent',
    async (method) => {
      Object.assign(world.ledger, { [method]: away });
      expect(await charge()).toMatchObject({ kind: 'not_sent' });
      expect(world.events).not.toContain(POST);
    },
  );
});

describe('the price', () => {
  it('that has gone up opens the offer again at the new price, and nothing is recorded or sent', async () => {
    world.dodo[PREVIEW] = previewed(PRICE + 1);
    const reply = await charge();
    expect(reply).toEqual({
      kind: 'price_changed',
      price: { dueNow: PRICE + 1, priceHash: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    });
    expectNothingSent();
    const price = {
      currency: 'USD',
      dueNow: PRICE + 1,
      hash: reply.kind === 'price_changed' && reply.price.priceHash,
    };
    const words = { headline: 'Team license', accept: 'Pay $399.01', decline: 'No' };
    expect(world.written('updatePresentation')).toEqual([
      ['prs_1', { status: 'open', message: null, price, copy: words }],
    ]);
  });

  it('that has gone down is charged without asking again, and is the amount of the attempt', async () => {
    world.dodo[PREVIEW] = previewed(PRICE - 1);
    expect(await charge()).toMatchObject({ kind: 'submitted' });
    expect(recorded()).toMatchObject([{ amount: PRICE - 1 }]);
  });

  it('in another currency is another price, however small', async () => {
    world.dodo[PREVIEW] = previewed(1, { currency: 'EUR' });
    expect(await charge()).toMatchObject({ kind: 'price_changed', price: { dueNow: 1 } });
    expectNothingSent();
  });

  it('that cannot be recorded leaves the attempt not sent', async () => {
    world.dodo[PREVIEW] = previewed(PRICE + 1);
    world.ledger.updatePresentation = away;
    expect(await charge()).toMatchObject({ kind: 'not_sent' });
    expectNothingSent();
  });
});

describe('the same attempt again', () => {
  it('that was recorded before is unknown, and not sent', async () => {
    world.ledger.recordAttempt = async () => false;
    expect(await charge()).toMatchObject({ kind: 'unknown' });
    expect(world.events).not.toContain(POST);
    expect(changes()).toEqual([]);
  });

  it('is submitted without a request when Dodo has its payment: the run was reset, or a backup restored', async () => {
    const metadata = provenMetadata('purchase/pay_1:team:1', 'prod_team_license');
    const found = aListedPayment({ payment_id: 'pay_9', metadata, total_amount: PRICE - 1 });
    world.dodo['GET /payments'] = json(200, { items: [found] });
    expect(await charge()).toEqual({ kind: 'submitted', paymentId: 'pay_9' });
    expect(world.events).not.toContain(POST);
    expect(recorded()).toEqual([]);
  });

  it('is submitted without a request when it was sent before attempts had a proof', async () => {
    const metadata = { upsell_attempt_id: 'purchase/pay_1:team:1' };
    const found = aListedPayment({ payment_id: 'pay_9', metadata, total_amount: PRICE });
    world.dodo['GET /payments'] = json(200, { items: [found] });
    world.ledger.attempt = attemptRecord;
    expect(await charge()).toEqual({ kind: 'submitted', paymentId: 'pay_9' });
    world.ledger.attempt = async () => ({ ...(await attemptRecord()), proof: true });
    expect(await charge()).toMatchObject({ kind: 'unknown' });
    expect(world.events).not.toContain(POST);
  });

  it('is still made when a payment only names it in its metadata, whatever its amount', async () => {
    const metadata = { upsell_attempt_id: 'purchase/pay_1:team:1' };
    const found = aListedPayment({ payment_id: 'pay_9', metadata, total_amount: PRICE });
    world.dodo['GET /payments'] = json(200, { items: [found] });
    expect(await charge()).toMatchObject({ kind: 'submitted', paymentId: 'pay_2' });
    expect(recorded()).toHaveLength(1);
  });

  it('is unknown, and is not sent, when the ledger has it', async () => {
    world.ledger.attempt = attemptRecord;
    expect(await charge()).toMatchObject({ kind: 'unknown' });
    expect(world.events).not.toContain(POST);
  });

  it('is not sent while Dodo cannot be searched for its payment', async () => {
    world.dodo['GET /payments'] = refusal(500, 'INTERNAL_SERVER_ERROR');
    expect(await charge()).toMatchObject({ kind: 'not_sent' });
    expect(world.events).not.toContain(POST);
    expect(recorded()).toEqual([]);
  });
});

describe('the reply', () => {
  const reconciling = {
    id: 'prs_1',
    patch: { status: 'reconciling', message: expect.stringContaining('not be charged twice') as string },
  };

  it.each<[string, Answer]>([
    ['a reset connection', reset],
    ['500', refusal(500, 'INTERNAL_SERVER_ERROR')],
    ['503', refusal(503, 'DISCOUNT_CONCURRENT_REDEMPTION')],
    ['408', refusal(408, 'REQUEST_TIMEOUT')],
    ['no answer', hang],
    ['a truncated answer', truncated],
    ['a web page under status 200', webPage],
    ['an empty answer', (res) => res.writeHead(200).end()],
    ['null', json(200, null)],
    ['an answer without a session', json(200, { ok: true })],
  ])('%s leaves the outcome unknown, and is posted once', async (_, answer) => {
    world.dodo[POST] = answer;
    if (answer === hang) world.hurry();
    expect(await charge()).toMatchObject({ kind: 'unknown', detail: expect.any(String) as string });
    expect(world.events.filter((event) => event === POST)).toHaveLength(1);
    expect(world.written('updateAttempt')).toEqual([
      ['purchase/pay_1:team:1', { status: 'unknown' }, reconciling, [expect.anything()]],
    ]);
  });

  it.each([
    [400, 'INVALID_REQUEST_BODY'],
    [409, 'CHECKOUT_SESSION_CONSUMED'],
    [422, 'NO_ELIGIBLE_PAYMENT_METHODS'],
  ])('%d is a rejection with Dodo’s code', async (status, code) => {
    world.dodo[POST] = refusal(status, code);
    expect(await charge()).toEqual({ kind: 'rejected', code });
    expect(changes()).toEqual([{ status: 'rejected', errorCode: code }]);
  });

  it('429 means not sent, and says how long to wait', async () => {
    world.dodo[POST] = refusal(429, 'TOO_MANY_REQUESTS', { 'retry-after': '30' });
    expect(await charge()).toMatchObject({ kind: 'not_sent', retryAfterMs: 30 * SECOND });
    expect(changes()).toEqual([{ status: 'absent' }]);
  });

  it.each<[string, Answer, object]>([
    [
      'submitted',
      json(200, { session_id: 'cks_2', payment_id: 'pay_2' }),
      { kind: 'submitted', paymentId: 'pay_2' },
    ],
    ['rejected', refusal(422, 'UNSUPPORTED_CURRENCY'), { kind: 'rejected', code: 'UNSUPPORTED_CURRENCY' }],
    ['unknown', reset, { kind: 'unknown' }],
    ['not_sent', refusal(429, 'TOO_MANY_REQUESTS'), { kind: 'not_sent' }],
  ])('is still %s when the ledger goes down after the request', async (_, answer, expected) => {
    world.dodo[POST] = answer;
    world.ledger.updateAttempt = away;
    expect(await charge()).toMatchObject(expected);
    expect(world.events.filter((event) => event === POST)).toHaveLength(1);
  });

  it('is submitted without a payment id if Dodo names only the session', async () => {
    world.dodo[POST] = json(200, { session_id: 'cks_2', payment_id: null });
    expect(await charge()).toEqual({ kind: 'submitted', paymentId: undefined, dueNow: PRICE });
  });

  it('is unknown even if the request could not be made: nothing throws once the attempt is recorded', async () => {
    const reply = await sendAttempt(world.context, 'charge', attempt(), {
      prepare: async () => ({ billing: { country: 'US' } }),
      post: () => {
        throw new TypeError('a bug of ours');
      },
    });
    expect(reply).toEqual({ kind: 'unknown', detail: 'Dodo gave no usable answer.', dueNow: PRICE });
  });
});

describe('a one-time payment', () => {
  const offer: AttemptInput['offer'] = {
    action: { kind: 'payment', productId: 'prod_team_license', quantity: 1 },
    copy,
  };

  it('goes through payments.create, recorded first and posted once', async () => {
    expect(await charge({ offer })).toEqual({ kind: 'submitted', paymentId: 'pay_2', dueNow: PRICE });
    expect(world.events.slice(-5)).toEqual([
      'ledger.recordAttempt',
      'recorded',
      'POST /payments',
      'ledger.updateAttempt',
      'ledger.recordPayment',
    ]);
    expect(world.sent('POST /payments')).toMatchObject([
      { payment_method_id: 'pm_1', metadata: { upsell_attempt_id: 'purchase/pay_1:team:1' } },
    ]);
  });

  it.each([webPage, json(200, {})])('is unknown when the answer names no payment', async (answer) => {
    world.dodo['POST /payments'] = answer;
    expect(await charge({ offer })).toMatchObject({ kind: 'unknown' });
  });
});

describe('a plan change', () => {
  const CHANGE = 'POST /subscriptions/sub_1/change-plan';
  const ID = 'plan-change/sub_1:prs_1:1';
  const accepted = { currency: 'USD', dueNow: 5000, hash: 'hash-of-what-was-shown' };
  const offer: AttemptInput['offer'] = {
    action: {
      kind: 'change_plan',
      productId: 'prod_pro_plan',
      prorationBillingMode: 'difference_immediately',
      effectiveAt: 'immediately',
    },
    copy,
  };
  const change = (changes: Partial<AttemptInput> = {}) =>
    changePlanActivities(world.context).changePlan(
      attempt({ attemptId: ID, subscriptionId: 'sub_1', offer, price: accepted, ...changes }),
    );

  it('is priced, recorded and posted once; an empty answer means that Dodo accepted it', async () => {
    expect(await change()).toEqual({ kind: 'submitted', paymentId: undefined, dueNow: accepted.dueNow });
    expect(done()).toEqual([
      'GET /subscriptions/sub_1',
      `${CHANGE}/preview`,
      'ledger.presentation',
      'ledger.recordAttempt',
      'recorded',
      CHANGE,
      'ledger.updateAttempt',
    ]);
    expect(recorded()).toMatchObject([{ workflowId: 'plan-change/sub_1', kind: 'change_plan' }]);
  });

  it('never applies without its payment, and keeps add-ons and seats', async () => {
    const addons = [{ addon_id: 'adn_storage', quantity: 2 }];
    world.dodo['GET /subscriptions/sub_1'] = json(200, aSubscription({ quantity: 3, addons }));
    await change({ quantity: 3 });
    expect(world.sent(CHANGE)).toEqual([
      {
        product_id: 'prod_pro_plan',
        quantity: 3,
        proration_billing_mode: 'difference_immediately',
        effective_at: 'immediately',
        on_payment_failure: 'prevent_change',
        addons,
        metadata: {
          ...provenMetadata(ID, 'prod_pro_plan'),
          upsell_presentation_id: 'prs_1',
          upsell_purchase_id: 'pay_1',
        },
      } satisfies DodoPayments.SubscriptionChangePlanParams,
    ]);
  });

  it('returns the payment that Dodo names', async () => {
    world.dodo[CHANGE] = json(200, { payment_id: 'pay_2', payment_link: null });
    expect(await change()).toEqual({ kind: 'submitted', paymentId: 'pay_2', dueNow: accepted.dueNow });
  });

  it('is a rejection while another change is pending', async () => {
    world.dodo[CHANGE] = refusal(409, 'PENDING_PLAN_CHANGE_EXISTS');
    expect(await change()).toEqual({ kind: 'rejected', code: 'PENDING_PLAN_CHANGE_EXISTS' });
    expect(world.events.filter((event) => event === CHANGE)).toHaveLength(1);
  });

  it('is a rejection without a subscription, and sends no request', async () => {
    expect(await change({ subscriptionId: undefined })).toEqual({
      kind: 'rejected',
      code: 'NO_SUBSCRIPTION',
    });
    expect(world.events).toEqual([]);
  });

  describe('whose price per period has moved', () => {
    const shown = (recurring: Price['recurring']) => async () => ({
      ...aPresentation({ id: 'prs_1', price: { ...accepted, recurring } }),
      workflowId: 'purchase/pay_1',
      presentedAt: NOW.toISOString(),
      recovered: false,
      refundedAmount: 0,
    });
    const MONTHLY = { amount: 7900, interval: 'Month', count: 1 } as const;

    it.each<[string, Price['recurring']]>([
      ['was lower', { ...MONTHLY, amount: 7899 }],
      ['was paid less often', { ...MONTHLY, count: 2 }],
      ['was for another period', { ...MONTHLY, interval: 'Year' }],
      ['was missing', undefined],
    ])('opens the offer again when the one shown %s', async (_, recurring) => {
      world.ledger.presentation = shown(recurring);
      expect(await change()).toMatchObject({ kind: 'price_changed', price: { dueNow: 5000 } });
      expect(world.events).not.toContain(CHANGE);
      expect(recorded()).toEqual([]);
    });

    it.each<[string, Price['recurring']]>([
      ['the same', MONTHLY],
      ['higher', { ...MONTHLY, amount: 9900 }],
    ])('goes through when the one shown was %s', async (_, recurring) => {
      world.ledger.presentation = shown(recurring);
      world.dodo[`${CHANGE}/preview`] = json(200, aPlanChangePreview({ total_amount: 4990 }));
      expect(await change()).toMatchObject({ kind: 'submitted' });
    });
  });

  describe('whose credit is less than was shown', () => {
    const LATER = '2026-11-23T12:05:00.000Z';
    const down = { currency: 'USD', dueNow: 0, hash: 'hash-of-what-was-shown' };

    /** Shown at noon, with 30 days to go; previewed again at `at`. */
    async function clicked(at: string, credit: { shown?: number; now: number }, dueNow = 0) {
      const recurring = { amount: 2900, interval: 'Month', count: 1 } as const;
      world.ledger.presentation = async () => ({
        ...aPresentation({
          id: 'prs_1',
          price: { ...down, recurring, credit: credit.shown, effectiveAt: NOW.toISOString() },
        }),
        workflowId: 'purchase/pay_1',
        presentedAt: NOW.toISOString(),
        recovered: false,
        refundedAmount: 0,
      });
      const preview = aPlanChangePreview(
        { total_amount: dueNow, customer_credits: credit.now },
        { recurring_pre_tax_amount: 2900 },
      );
      preview.immediate_charge.effective_at = at;
      world.dodo[`${CHANGE}/preview`] = json(200, preview);
      return change({ price: down });
    }

    it.each<[string, string, { shown?: number; now: number }]>([
      ['at once', NOW.toISOString(), { shown: 5000, now: 4999 }],
      ['by more than five minutes cost', LATER, { shown: 5000, now: 4998 }],
      ['to nothing', LATER, { shown: 5000, now: 0 }],
      ['after more than ten minutes', '2026-11-23T12:10:00.001Z', { shown: 500_000, now: 499_999 }],
      [
        'from before it was shown, because a clock is wrong',
        '2026-11-23T11:59:00.000Z',
        { shown: 5000, now: 4999 },
      ],
    ])('opens the offer again with the new one: %s', async (_, at, credit) => {
      expect(await clicked(at, credit)).toMatchObject({ kind: 'price_changed', price: { dueNow: 0 } });
      expect(world.events).not.toContain(CHANGE);
      expect(recorded()).toEqual([]);
      const [[, patch] = []] = world.written('updatePresentation');
      expect(patch).toMatchObject({ status: 'open', price: credit.now ? { credit: credit.now } : {} });
    });

    it.each<[string, string, { shown?: number; now: number }]>([
      ['it grew', LATER, { shown: 5000, now: 5001 }],
      ['none was shown', LATER, { now: 0 }],
      ['five minutes cost one cent of it', LATER, { shown: 5000, now: 4999 }],
      [
        'ten minutes cost a large plan more',
        '2026-11-23T12:10:00.000Z',
        { shown: 5_000_000, now: 4_998_842 },
      ],
    ])('goes through when %s', async (_, at, credit) => {
      expect(await clicked(at, credit)).toMatchObject({ kind: 'submitted', dueNow: 0 });
    });
  });
});
