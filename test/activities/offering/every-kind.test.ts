/** Every kind of offer after every kind of purchase and trigger: priced, quoted for another choice, and paid. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePlanActivities } from '../../../activities/fulfilling/change-plan.js';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import type { PaidAction } from '../../../src/domain/offers.js';
import type { Choice, PresentationRecord, Price } from '../../../src/domain/presentation.js';
import { inQuantity } from '../../../src/domain/variants.js';
import type { ApiDeps } from '../../../src/http/deps.js';
import { quoteChoice, wantedChoice } from '../../../src/http/choices.js';
import { openShop, type Shop } from '../shop.js';

const CURRENCIES = ['USD', 'JPY'] as const;
const ACTIONS = ['charge', 'payment', 'change_plan'] as const;
/** What leads to the offer. */
const CAUSES = [
  'a one-time purchase',
  'a subscription',
  'a trigger',
  'a trigger about a subscription',
] as const;

type Currency = (typeof CURRENCIES)[number];
type Action = (typeof ACTIONS)[number];
type Choices = 'none' | 'quantity' | 'options';
type Cause = (typeof CAUSES)[number];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const currency of CURRENCIES) {
    for (const [name, price, every] of [
      ['course', 4000, false],
      ['bundle', 9000, false],
      ['extra', 2000, false],
      ['basic', 3000, true],
      ['pro', 8000, true],
      ['max', 12_000, true],
    ] as const) {
      await shop.sandbox.control.createProduct({
        product_id: idOf(name, currency),
        name,
        price,
        currency,
        ...(every && { every: { interval: 'Month' } }),
      });
    }
  }
});
afterAll(() => shop.close());

function idOf(name: string, currency: Currency): string {
  return `prod_${name}_${currency.toLowerCase()}`;
}

const aboutSubscription = (cause: Cause) => cause.includes('subscription');

/** A catalog whose only offer is of this kind. */
function selling(action: Action, choices: Choices, currency: Currency, more = ''): string {
  const [first, second] = action === 'change_plan' ? ['pro', 'max'] : ['bundle', 'extra'];
  const act = (name: string, quantity = '') =>
    `{ kind: ${action}, product_id: ${idOf(name, currency)}${quantity && `, quantity: ${quantity}`} }`;
  const what = {
    none: `action: ${act(first)}`,
    quantity: `action: ${act(first, '{ min: 1, max: 5 }')}`,
    options: `options:
      - { id: one, label: One, action: ${act(first)} }
      - { id: two, label: Two, action: ${act(second, '{ min: 1, max: 5 }')} }`,
  }[choices];
  return `
version: 1
offers:
  one:
    type: upsell
    ${what}
    ${more}
    copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }
funnels:
  bought: { trigger: purchase, steps: [{ id: s, offer: one }] }
  told: { trigger: limit_approaching, steps: [{ id: s, offer: one }] }
`;
}

/** Brings a new customer to the offer. */
async function offered(cause: Cause, currency: Currency) {
  const bought = await shop.buy(idOf(aboutSubscription(cause) ? 'basic' : 'course', currency));
  const { customer_id: customerId, payment_id, subscription_id } = bought;
  const isTrigger = cause.startsWith('a trigger');
  const evaluation = isTrigger
    ? await shop.evaluateTrigger('limit_approaching', {
        customerId,
        ...(subscription_id !== null && { subscriptionId: subscription_id }),
      })
    : { ...(await shop.evaluate(payment_id)), eventId: payment_id };
  const view = await shop.purchase(evaluation.eventId);
  return { bought, evaluation, view, run: isTrigger ? 'trigger' : 'purchase' } as const;
}

type Offered = Awaited<ReturnType<typeof offered>>;

function deps(): ApiDeps {
  const { dodo, ledger, now } = shop.context;
  return { dodo, ledger, now } as ApiDeps;
}

/** Sends the attempt for an acceptance, as the run does. */
async function send({ bought, evaluation, view, run }: Offered, choice: Choice | undefined, price: Price) {
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const offer = snapshot.offers.one;
  const chosen = offer?.options?.find(({ id }) => id === choice?.option)?.action ?? offer?.action;
  const { purchaseId } = view.purchase;
  const quantity = choice?.quantity ?? presented.quantity;
  const action = chosen as PaidAction;
  const input: AttemptInput = {
    attemptId: attemptId(workflowId[run](purchaseId), presented.step, 1),
    presentationId: presented.presentationId,
    purchaseId,
    customerId: bought.customer_id,
    ...(run === 'purchase' && { paymentId: bought.payment_id }),
    ...(presented.subscriptionId !== undefined && { subscriptionId: presented.subscriptionId }),
    ...(presented.paymentMethodId !== undefined && { paymentMethodId: presented.paymentMethodId }),
    quantity,
    ...(choice && { choice }),
    ifOwned: 'skip',
    offer: { action: choice ? inQuantity(action, quantity) : action },
    price: { currency: price.currency, dueNow: price.dueNow, hash: price.hash },
    acceptedAt: shop.now().toISOString(),
    sendBefore: shop.now().getTime() + 60_000,
    runStartedAt: shop.now().toISOString(),
  };
  return action.kind === 'change_plan'
    ? changePlanActivities(shop.context).changePlan(input)
    : chargeActivities(shop.context).charge(input);
}

function shownIn({ evaluation, view }: Offered): PresentationRecord {
  const [shown] = view.presentations;
  if (!shown) throw new Error(`No offer: ${JSON.stringify(evaluation)} ${JSON.stringify(view.considered)}.`);
  return shown;
}

/** Returns the payments of a customer after the first purchase. */
async function paymentsAfter({ customer_id, payment_id }: Offered['bought']) {
  const { items } = await shop.context.dodo.payments.list({ customer_id, page_number: 0 });
  return items.filter((payment) => payment.payment_id !== payment_id);
}

const TABLE = ACTIONS.flatMap((action) => CAUSES.map((cause) => [action, cause] as const));

describe.each(TABLE)('a %s after %s', (action, cause) => {
  const isPossible = action !== 'change_plan' || aboutSubscription(cause);

  it.each([
    ['none', 'JPY'],
    ['quantity', 'USD'],
    ['quantity', 'JPY'],
    ['options', 'USD'],
  ] as const)('with the choice %s in %s', async (choices, currency) => {
    shop.sell(selling(action, choices, currency));
    const offer = await offered(cause, currency);
    if (!isPossible) {
      expect(offer.evaluation).toMatchObject({ kind: 'ineligible', reason: 'product_unavailable' });
      return;
    }
    const shown = shownIn(offer);
    expect(shown).toMatchObject({ price: { currency }, payment: { mode: 'one_click' } });
    const body = { none: {}, quantity: { quantity: 3 }, options: { option: 'two', quantity: 2 } }[choices];
    const choice = wantedChoice(shown, body);
    const quote = await quoteChoice(deps(), shown, choice, ['en']);
    expect(quote).toMatchObject({ ...choice, price: { currency }, payment: { mode: 'one_click' } });
    if (choices !== 'none') expect(quote.price.dueNow).toBeGreaterThan(0);

    expect(await send(offer, choices === 'none' ? undefined : choice, quote.price)).toMatchObject({
      kind: 'submitted',
    });
    expect(await paymentsAfter(offer.bought)).toMatchObject([
      {
        status: 'succeeded',
        total_amount: quote.price.dueNow,
        currency,
      },
    ]);
  });

  it('is quoted for the checkout where no method is saved', async () => {
    shop.sell(selling(action, 'quantity', 'USD', 'if_no_payment_method: checkout'));
    const bought = await shop.buy(idOf(aboutSubscription(cause) ? 'basic' : 'course', 'USD'));
    await shop.sandbox.control.updateMethod(bought.customer_id, bought.payment_method_id ?? '', {
      expiry_year: '2020',
    });
    const evaluation = cause.startsWith('a trigger')
      ? await shop.evaluateTrigger('limit_approaching', {
          customerId: bought.customer_id,
        })
      : { ...(await shop.evaluate(bought.payment_id)), eventId: bought.payment_id };
    if (!isPossible) return;
    const [shown] = (await shop.purchase(evaluation.eventId)).presentations;
    expect(shown).toMatchObject({ payment: { mode: 'checkout' } });
    const quote = await quoteChoice(deps(), shown as PresentationRecord, { quantity: 3 }, ['en']);
    expect(quote).toMatchObject({ quantity: 3, payment: { mode: 'checkout' } });
  });
});
