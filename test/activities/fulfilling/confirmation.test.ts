/** What Dodo's checkout SDK needs for 3-D Secure: whom it reaches, and how long it is kept. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import { lookUpActivities } from '../../../activities/fulfilling/look-up.js';
import { createTokens } from '../../../src/http/token.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { serve } from '../../http/serve.js';
import { BACKEND, OPERATOR, operatorApp } from '../../support/dashboard.js';
import { openShop, type Shop } from '../shop.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';

let shop: Shop;
let url: string;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(async () => {
  url = await serve(operatorApp(shop));
});
afterAll(() => shop.close());

const MINUTE = 60_000;

/** Accepts the bundle, by a charge that the bank wants to see the customer for. */
async function charged(kind: 'charge' | 'payment' = 'charge') {
  const bought = await shop.buy('prod_starter_course');
  const evaluation = await shop.evaluate(bought.payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented } = evaluation;
  const { presentationId } = presented;
  const at = shop.now();
  const [method] = shop.sandbox.books.paymentMethods(bought.customer_id);
  const input: AttemptInput = {
    attemptId: attemptId(workflowId.purchase(bought.payment_id), presented.step, 1),
    presentationId,
    purchaseId: bought.payment_id,
    paymentId: bought.payment_id,
    customerId: bought.customer_id,
    paymentMethodId: method?.payment_method_id,
    quantity: presented.quantity,
    offer: { action: { kind, productId: 'prod_complete_bundle', quantity: 1 } },
    price: { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash },
    acceptedAt: at.toISOString(),
    sendBefore: at.getTime() + 15 * MINUTE,
    runStartedAt: at.toISOString(),
  };
  await shop.sandbox.control.nextCharges(bought.customer_id, { status: 'requires_customer_action' });
  const reply = await chargeActivities(shop.context).charge(input);
  if (reply.kind !== 'submitted') throw new Error(`Not submitted: ${JSON.stringify(reply)}.`);
  const { paymentId = '' } = reply;
  const lookUp = () =>
    lookUpActivities(shop.context).lookUpPayment({
      attemptId: input.attemptId,
      presentationId,
      customerId: input.customerId,
      since: input.acceptedAt,
      paymentId,
    });
  return { ...bought, input, presentationId, reply, paymentId, secret: `${paymentId}_secret`, lookUp };
}
type Charged = Awaited<ReturnType<typeof charged>>;

const read = async (path: string, key = BACKEND) => {
  const response = await fetch(url + path, { headers: { Authorization: `Bearer ${key}` } });
  return (await response.json()) as Record<string, unknown>;
};

const tokenOf = async ({ presentationId, input }: Charged) =>
  createTokens(Buffer.alloc(32, 7), () => shop.now()).issue({
    presentationId,
    customerId: input.customerId,
    priceHash: input.price.hash,
    expiresAt: new Date(shop.now().getTime() + MINUTE).toISOString(),
  });

describe('what confirms a payment in the merchant’s page', () => {
  it('reaches the browser and the backend while the bank waits for the customer, and nothing else', async () => {
    const attempt = await charged();
    const path = `/api/presentations/${attempt.presentationId}`;
    expect(await read(path)).not.toHaveProperty('clientSecret');

    const found = await attempt.lookUp();
    const shown = {
      status: 'requires_action',
      clientSecret: attempt.secret,
      publishableKey: 'pk_snd_sandbox',
    };
    expect(await read(path)).toMatchObject(shown);
    expect(await read(path, await tokenOf(attempt))).toMatchObject(shown);

    const { ledger } = shop.context;
    const elsewhere = [
      attempt.reply,
      found,
      await ledger.attempt(attempt.input.attemptId),
      await ledger.attemptsOf(attempt.presentationId),
      await ledger.purchase(attempt.payment_id),
      await read(`/api/purchases/${attempt.payment_id}`),
      await read(`/api/customers/${attempt.customer_id}/data`, OPERATOR),
      await ledger.customerData(attempt.customer_id),
    ];
    expect(JSON.stringify(elsewhere)).not.toMatch(/_secret|pk_snd/);
  });

  it('comes without a publishable key where Dodo gives none: a one-time payment', async () => {
    const attempt = await charged('payment');
    await attempt.lookUp();
    const shown = await read(`/api/presentations/${attempt.presentationId}`);
    expect(shown).toMatchObject({ status: 'requires_action', clientSecret: attempt.secret });
    expect(shown).not.toHaveProperty('publishableKey');
  });

  it.each(['fallback', 'paid', 'needs_review', 'failed'] as const)(
    'is forgotten when the offer moves on, even if the attempt may still be confirmed: %s',
    async (status) => {
      const { presentationId, input, lookUp } = await charged();
      await lookUp();
      const { ledger } = shop.context;
      await ledger.updatePresentation(presentationId, { status });
      expect(await ledger.attempt(input.attemptId)).toMatchObject({ status: 'requires_action' });
      expect(await ledger.confirmationOf(presentationId)).toBeUndefined();
    },
  );
});
