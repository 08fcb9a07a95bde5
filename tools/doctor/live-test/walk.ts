/** The walk of the live test: a purchase, a one-click charge, a subscription on a card that declines later, a plan change. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type DodoPayments from 'dodopayments';
import type { Dodo } from '../../../src/dodo/client.js';
import { billingOf, listPaymentsSince } from '../../../src/dodo/payments.js';
import { addressForDodo, planChangeBody } from '../../../src/dodo/pricing.js';
import type { Catalog } from '../../../src/domain/offers.js';
import { ask, statusOf } from '../calls.js';
import { productsNamed } from '../catalog-ids.js';

export interface WalkOptions {
  dodo: Dodo;
  catalog: Catalog;
  returnUrl: string;
  /** How long to wait for a person, and for an outcome. */
  waitMs: number;
  pollMs: number;
  say: (line: string) => void;
  /** Notes whether something that this program assumes holds. */
  assume: (holds: boolean, what: string, found?: string) => void;
}

/** Ends a walk that cannot go on. */
export class Stopped extends Error {}

const PAYS = '4242 4242 4242 4242';
const DECLINES_LATER = '4000 0000 0000 0341';
/** Marks what the walk creates at Dodo. */
const MARK = 'durable_upsells_live_test';
const OUTCOME_MS = 60_000;

type Payment = DodoPayments.Payment;

interface Chosen {
  oneTime: DodoPayments.Product;
  plan: DodoPayments.Product;
  nextPlan?: DodoPayments.Product;
}

/** Walks. What a person pays is given back, and subscriptions are ended, whatever happens in between. */
export async function walk(options: WalkOptions): Promise<void> {
  const { dodo, say, assume } = options;
  const { oneTime, plan, nextPlan } = await choose(options);
  const cleanUp: (() => Promise<void>)[] = [];
  try {
    say(`1. Buy ${oneTime.name ?? oneTime.product_id} and pay with ${PAYS}, any future date and any CVC:`);
    const bought = await personPays(options, oneTime.product_id);
    cleanUp.push(() => refund(options, bought));
    await examinePurchase(options, bought, oneTime.product_id);
    const method = await examineMethods(options, bought);
    const customerId = bought.customer.customer_id;

    say('2. Charging the saved card with one click.');
    if (method !== undefined) {
      const charged = await oneClick(options, { product: oneTime, customerId, method, like: bought });
      if (charged.kind === 'payment') {
        if (charged.payment.status === 'succeeded') cleanUp.push(() => refund(options, charged.payment));
        assume(
          charged.payment.status === 'succeeded',
          'a one-click charge of this card succeeds',
          charged.payment.status ?? 'null',
        );
        await examineList(options, charged.payment);
      } else assume(false, 'a one-click charge of this card succeeds', charged.why);
    }

    say(`3. Subscribe to ${plan.name ?? plan.product_id} and pay with ${DECLINES_LATER}:`);
    const subscribed = await personPays(options, plan.product_id);
    const subscriptionId = subscribed.subscription_id;
    cleanUp.push(() => refund(options, subscribed));
    assume(
      typeof subscriptionId === 'string',
      'the payment of a subscription names it',
      String(subscriptionId),
    );
    if (typeof subscriptionId !== 'string') return;
    cleanUp.push(() => cancel(options, subscriptionId));
    const subscription = await examineSubscription(options, subscribed, plan.product_id, subscriptionId);

    say('4. Charging that card with one click, which its bank declines.');
    const weak = await examineMethods(options, subscribed);
    if (weak !== undefined) {
      const declined = await oneClick(options, {
        product: oneTime,
        customerId: subscribed.customer.customer_id,
        method: weak,
        like: subscribed,
      });
      const found = declined.kind === 'payment' ? (declined.payment.status ?? 'null') : declined.why;
      assume(
        declined.kind === 'refused' || declined.payment.status === 'failed',
        'a decline is a 4xx, or a payment that fails',
        found,
      );
      if (declined.kind === 'payment' && declined.payment.status === 'succeeded') {
        cleanUp.push(() => refund(options, declined.payment));
      }
      if (declined.kind === 'payment' && declined.payment.status === 'failed') {
        assume(
          declined.payment.error_code != null,
          'a failed payment has an error code',
          String(declined.payment.error_code),
        );
      }
    }

    if (nextPlan) {
      say(`5. Changing the plan to ${nextPlan.name ?? nextPlan.product_id}, which that card cannot pay.`);
      await examinePlanChange(options, subscription, nextPlan.product_id);
    } else {
      say('5. Left out: the catalog names no second plan.');
    }

    say('6. Opening a fallback checkout.');
    const fallback = await dodo.checkoutSessions.create({
      product_cart: [{ product_id: oneTime.product_id, quantity: 1 }],
      customer: { customer_id: customerId },
      metadata: { [MARK]: 'fallback' },
      return_url: options.returnUrl,
      show_saved_payment_methods: true,
    });
    assume(typeof fallback.checkout_url === 'string', 'an ordinary checkout has a link');
    assume(
      fallback.payment_id == null,
      'an ordinary checkout has no payment yet',
      String(fallback.payment_id),
    );
  } finally {
    say('7. Giving back what was paid, and ending the subscription.');
    for (const work of cleanUp.reverse()) await work();
  }
}

/** Chooses from the catalog what is bought. */
async function choose({ dodo, catalog }: WalkOptions): Promise<Chosen> {
  const products: DodoPayments.Product[] = [];
  for (const { id } of productsNamed(catalog)) {
    const answer = await ask(() => dodo.products.retrieve(id));
    if (answer.kind === 'found') products.push(answer.value);
    if (answer.kind === 'failed') throw new Stopped(answer.why);
  }
  const byPrice = [...products].sort((one, other) => priceOf(one) - priceOf(other));
  const oneTime = byPrice.find(({ is_recurring: isRecurring }) => !isRecurring);
  const [plan, nextPlan] = byPrice.filter(({ is_recurring: isRecurring }) => isRecurring);
  if (!oneTime || !plan) {
    throw new Stopped('the catalog must name a one-time product and a subscription that exist at Dodo');
  }
  return { oneTime, plan, ...(nextPlan && { nextPlan }) };
}

function priceOf({ price }: DodoPayments.Product): number {
  return price.type === 'usage_based_price' ? price.fixed_price : price.price;
}

/** Opens a checkout and waits until a person has paid it. */
async function personPays(options: WalkOptions, productId: string): Promise<Payment> {
  const { dodo, say, waitMs } = options;
  const session = await dodo.checkoutSessions.create({
    product_cart: [{ product_id: productId, quantity: 1 }],
    metadata: { [MARK]: productId },
    return_url: options.returnUrl,
  });
  say(`   ${session.checkout_url}`);
  const paid = await until(options, waitMs, async () => {
    const { payment_id: id, payment_status: status } = await dodo.checkoutSessions.retrieve(
      session.session_id,
    );
    return status === 'succeeded' ? (id ?? undefined) : undefined;
  });
  if (paid === undefined) throw new Stopped('nobody paid in time');
  return dodo.payments.retrieve(paid);
}

async function until<T>(
  { pollMs }: WalkOptions,
  ms: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined || Date.now() >= end) return found;
    await sleep(pollMs);
  }
}

async function examinePurchase({ dodo, assume }: WalkOptions, payment: Payment, productId: string) {
  assume(
    payment.status === 'succeeded',
    'a session that says succeeded has a payment that says so',
    String(payment.status),
  );
  const cart = payment.product_cart?.map(({ product_id: id }) => id) ?? [];
  assume(
    cart.includes(productId),
    'the cart of a one-time payment names the product',
    cart.join(', ') || 'null',
  );
  assume(payment.metadata[MARK] === productId, 'the metadata of a session reaches its payment');
  assume(payment.billing.country !== undefined, 'a payment has a billing country', payment.billing.country);
  assume(
    payment.checkout_session_id != null,
    'a payment names its session',
    String(payment.checkout_session_id),
  );
  noteChargeType(assume, payment, [null, 'checkout', 'new', 'one_time']);
  const { status } = await dodo.payments.retrieve(payment.payment_id);
  assume(status === 'succeeded', 'a second reading agrees with the first');
}

function noteChargeType(assume: WalkOptions['assume'], payment: Payment, expected: (string | null)[]): void {
  const { charge_type: type } = payment as Payment & { charge_type?: string | null };
  if (type === undefined) assume(true, 'charge_type is optional', 'absent');
  else assume(expected.includes(type), `charge_type is one of ${expected.join(', ')}`, String(type));
}

async function examineMethods({ dodo, assume }: WalkOptions, payment: Payment): Promise<string | undefined> {
  const { items } = await dodo.customers.retrievePaymentMethods(payment.customer.customer_id);
  assume(items.length > 0, 'a payment at the checkout saves its method', `${items.length} saved`);
  const method = items.find(({ card }) => card?.last4_digits === payment.card_last_four) ?? items[0];
  if (method) {
    assume(
      method.card?.expiry_month != null && method.card.expiry_year != null,
      'a saved card has an expiry date',
    );
    assume(true, 'recurring_enabled only ranks methods', String(method.recurring_enabled));
  }
  return method?.payment_method_id;
}

type Charged = { kind: 'payment'; payment: Payment } | { kind: 'refused'; why: string };

async function oneClick(
  options: WalkOptions,
  input: { product: DodoPayments.Product; customerId: string; method: string; like: Payment },
): Promise<Charged> {
  const { dodo, assume } = options;
  const billing = billingOf(input.like);
  const attempt = `${MARK}_${randomUUID()}`;
  try {
    const reply = await dodo.checkoutSessions.create({
      product_cart: [{ product_id: input.product.product_id, quantity: 1 }],
      customer: { customer_id: input.customerId },
      billing_address: addressForDodo(billing),
      minimal_address: !(billing.street && billing.city && billing.state),
      payment_method_id: input.method,
      confirm: true,
      metadata: { [MARK]: attempt },
      return_url: options.returnUrl,
    });
    const { payment_id: paymentId } = reply;
    assume(
      typeof paymentId === 'string',
      'the reply to a one-click charge names its payment',
      String(paymentId),
    );
    assume(!('status' in reply), 'the reply to a one-click charge holds no status');
    if (typeof paymentId !== 'string') return { kind: 'refused', why: 'no payment' };
    const first = await dodo.payments.retrieve(paymentId);
    assume(first.metadata[MARK] === attempt, 'the metadata of a one-click charge reaches its payment');
    assume(true, 'the status at arrival may be anything', String(first.status));
    const payment = await until(options, OUTCOME_MS, async () => {
      const latest = await dodo.payments.retrieve(paymentId);
      return latest.status === 'succeeded' || latest.status === 'failed' ? latest : undefined;
    });
    return payment ? { kind: 'payment', payment } : { kind: 'refused', why: 'no outcome in time' };
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || status >= 500) throw error;
    return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}

/** The list is what an attempt whose answer was lost is found by. */
async function examineList({ dodo, assume }: WalkOptions, payment: Payment): Promise<void> {
  const rows = await listPaymentsSince(dodo, payment.customer.customer_id, payment.created_at);
  const row = rows.find(({ payment_id: id }) => id === payment.payment_id);
  assume(row !== undefined, 'the list of payments has it');
  assume(row?.metadata[MARK] === payment.metadata[MARK], 'a row of the list has the metadata');
}

async function examineSubscription(
  options: WalkOptions,
  payment: Payment,
  productId: string,
  subscriptionId: string,
): Promise<DodoPayments.Subscription> {
  const { dodo, assume } = options;
  const first = await dodo.subscriptions.retrieve(subscriptionId);
  assume(true, 'a new subscription may still be pending', first.status);
  const active = await until(options, OUTCOME_MS, async () => {
    const latest = await dodo.subscriptions.retrieve(subscriptionId);
    return latest.status === 'active' ? latest : undefined;
  });
  assume(active !== undefined, 'a paid subscription becomes active');
  assume(first.product_id === productId, 'the subscription names its plan', first.product_id);
  assume(first.metadata[MARK] === productId, 'the metadata of a session reaches its subscription');
  noteChargeType(assume, payment, [null, 'checkout', 'new']);
  return active ?? first;
}

async function examinePlanChange(
  options: WalkOptions,
  subscription: DodoPayments.Subscription,
  productId: string,
): Promise<void> {
  const { dodo, assume } = options;
  const id = subscription.subscription_id;
  const body = planChangeBody(subscription, {
    kind: 'change_plan',
    productId,
    prorationBillingMode: 'difference_immediately',
    effectiveAt: 'immediately',
  });
  const { immediate_charge: charge } = await dodo.subscriptions.previewChangePlan(id, body);
  assume(
    Number.isSafeInteger(charge.summary.total_amount),
    'a plan change can be previewed',
    `${charge.summary.total_amount} ${charge.summary.currency}`,
  );
  const reply = await ask(() =>
    dodo.subscriptions.changePlan(id, { ...body, metadata: { [MARK]: 'change' } }),
  );
  const found =
    reply.kind === 'found'
      ? JSON.stringify(keysOf(reply.value))
      : reply.kind === 'failed'
        ? reply.why
        : '404';
  assume(true, 'the reply to a declined change is a 4xx, or says nothing', found);
  const failed = await until(options, OUTCOME_MS, async () => {
    const { items } = await dodo.payments.list({ subscription_id: id, page_number: 0, page_size: 20 });
    return items.find(({ status, metadata }) => status === 'failed' && metadata[MARK] === 'change');
  });
  assume(
    failed !== undefined || reply.kind === 'failed',
    'a declined change leaves a failed payment with our metadata',
  );
  const after = await dodo.subscriptions.retrieve(id);
  assume(after.product_id === subscription.product_id, 'prevent_change keeps the plan', after.product_id);
}

/** An empty answer is a text for the SDK. */
function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

async function refund(options: WalkOptions, payment: Payment): Promise<void> {
  const { dodo, assume } = options;
  const answer = await ask(() => dodo.refunds.create({ payment_id: payment.payment_id }));
  assume(
    answer.kind === 'found',
    'a payment can be given back',
    answer.kind === 'found' ? answer.value.status : why(answer),
  );
}

async function cancel({ dodo, assume }: WalkOptions, id: string): Promise<void> {
  const answer = await ask(() => dodo.subscriptions.update(id, { status: 'cancelled' }));
  assume(
    answer.kind === 'found',
    'a subscription can be ended',
    answer.kind === 'found' ? answer.value.status : why(answer),
  );
}

function why(answer: { kind: string; why?: string }): string {
  return answer.why ?? answer.kind;
}
