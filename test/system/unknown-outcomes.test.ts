import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultInput } from '../../sandbox/index.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buyWithOffer, payLink, settled, type PurchaseReply } from '../support/purchases.js';
import { expectAccount, laterPayments, expectOneLivePlan } from './account.js';
import { accept, presentationIs } from './customer-actions.js';
import { CHARGE, OFFER_KINDS, type OfferKind } from './offer-kinds.js';

type FaultKind = Pick<FaultInput, 'kind' | 'status'>;

const LOST_AFTER_COMMIT: [string, FaultKind][] = [
  ['a 500', { kind: 'status_after', status: 500 }],
  ['a 502', { kind: 'status_after', status: 502 }],
  ['a 503', { kind: 'status_after', status: 503 }],
  ['a dropped connection', { kind: 'drop_after' }],
  ["somebody's web page with 200", { kind: 'html_200' }],
  ['half an answer', { kind: 'truncate' }],
];
const LOST_BEFORE_COMMIT: [string, FaultKind][] = [
  ['a 500', { kind: 'status_before', status: 500 }],
  ['a 502', { kind: 'status_before', status: 502 }],
  ['a 503', { kind: 'status_before', status: 503 }],
  ['a dropped connection', { kind: 'drop_before' }],
];

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '1500ms' });
});
afterAll(() => stack.stop());

const offered = async (offer: OfferKind) => ({ ...(await buyWithOffer(stack, offer.productId)), offer });
type Offered = Awaited<ReturnType<typeof offered>>;

describe.concurrent('the reply to an attempt is lost', () => {
  describe.each(OFFER_KINDS)('of a $kind', (offer) => {
    it.each(LOST_AFTER_COMMIT)(
      'after the charge, by %s: the webhook proves it, and nothing is sent again',
      async (_name, fault) => {
        const bought = await offered(offer);
        stack.sandbox.control.addFault({ match: offer.request(bought), ...fault });

        // 200 if the webhook is faster than the answer.
        const reply = await accept(stack, bought);
        expect([200, 202]).toContain(reply.status);

        expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
        await expectAccount(stack, bought, { charges: [offer.amount] });
      },
    );

    it.each(LOST_BEFORE_COMMIT)(
      'before the charge, by %s: proven absent after the window, then paid at the checkout',
      async (_name, fault) => {
        const bought = await offered(offer);
        stack.sandbox.control.addFault({ match: offer.request(bought), ...fault });

        const message = expect.stringContaining('You will not be charged twice') as string;
        expect(await accept(stack, bought)).toMatchObject({
          status: 202,
          body: { success: false, status: 'reconciling', presentation: { status: 'reconciling', message } },
        });
        // Not before the end of the window, because until then it may still go through.
        const { checkoutUrl } = await presentationIs(stack, bought.presentationId, 'fallback');
        const { timeline } = await purchaseOf(bought);
        const at = (type: string) => Date.parse(timeline.find((entry) => entry.type === type)?.at ?? '');
        expect(at('fallback_opened') - at('attempt_unknown')).toBeGreaterThanOrEqual(1500);

        const paid = await payLink(stack.sandbox, checkoutUrl);
        expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
        await expectOneLivePlan(stack, bought, bought.offer);
        await expectAccount(stack, bought, { charges: [amountOf(bought, paid.payment_id)] });
      },
    );
  });

  it('or comes after the customer has stopped waiting: 202, and one charge', async () => {
    const bought = await offered(CHARGE);
    stack.sandbox.control.addFault({ match: CHARGE.request(bought), kind: 'delay', delayMs: 9000 });
    expect(await accept(stack, bought)).toMatchObject({ status: 202, body: { status: 'charging' } });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [CHARGE.amount] });
  });

  it('or comes after the webhook: one charge', async () => {
    const bought = await offered(CHARGE);
    stack.sandbox.control.addFault({ match: CHARGE.request(bought), kind: 'webhook_first' });
    expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [CHARGE.amount] });
  });
});

describe('the reply to an attempt and its webhooks are lost', () => {
  it('is found in the list of payments, and nothing is sent again', async () => {
    const faults: FaultKind[] = [{ kind: 'drop_after' }, { kind: 'html_200' }];
    const all = await Promise.all(
      OFFER_KINDS.flatMap((offer) => faults.map(async (fault) => ({ fault, bought: await offered(offer) }))),
    );
    await withoutWebhooks(() =>
      Promise.all(
        all.map(async ({ fault, bought }) => {
          const { offer } = bought;
          stack.sandbox.control.addFault({ match: offer.request(bought), ...fault });
          expect([200, 202]).toContain((await accept(stack, bought)).status);
          expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
          await expectAccount(stack, bought, { charges: [offer.amount] });
        }),
      ),
    );
  });
});

async function withoutWebhooks(work: () => Promise<unknown>): Promise<void> {
  await stack.sandbox.control.setWebhookPolicy({ drop: 'all' });
  try {
    await work();
  } finally {
    await stack.sandbox.control.setWebhookPolicy({ drop: [] });
  }
}

async function purchaseOf({ payment_id }: Offered): Promise<PurchaseReply> {
  return (await stack.http.get<PurchaseReply>(`/api/purchases/${payment_id}`)).body;
}

function amountOf(bought: Offered, paymentId: string): number {
  return laterPayments(stack, bought).find((one) => one.payment_id === paymentId)?.total_amount ?? NaN;
}
