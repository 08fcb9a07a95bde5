/** Books with something on every page: offers in every state over two months, a review, a refund, a dead notification. */
import { recordStateActivities } from '../../activities/fulfilling/record-state.js';
import type { Presentation } from '../../src/domain/presentation.js';
import type { Shop } from '../activities/shop.js';
import { look, offered, take, type Taken } from '../activities/offers-taken.js';

const DAY = 86_400_000;

export interface Books {
  /** Bought, was offered something and paid for it. */
  paid: Taken;
  /** Accepted, and nobody can tell whether it was paid. */
  inReview: Taken & { reviewId: string };
  /** Still open. */
  open: Taken;
  /** A purchase without an offer. */
  ineligible: string;
  notificationId: string;
  /** A recall that was selected and not ordered yet. */
  bulkId: string;
}

/** Writes the books. The months before are written straight into the ledger, the rest goes through the activities. */
export async function writeBooks(shop: Shop): Promise<Books> {
  const { ledger } = shop.context;
  await monthsBefore(shop);

  const paid = await offered(shop);
  await ledger.markHandedOut(paid.presentationId, shop.now().toISOString());
  shop.pass(4_000);
  await ledger.markViewed(paid.presentationId, shop.now().toISOString());
  shop.pass(21_000);
  await accept(shop, paid);
  await take(shop, paid);
  shop.pass(2_000);
  await look(shop, paid);
  const [payment] = shop.sandbox.books
    .payments()
    .filter((one) => one.metadata.upsell_attempt_id === paid.attemptId);
  await ledger.updatePresentation(
    paid.presentationId,
    {
      status: 'paid',
      paymentId: payment?.payment_id ?? '',
      paidAmount: 14_900,
      paidAt: shop.now().toISOString(),
    },
    [
      {
        at: shop.now().toISOString(),
        type: 'paid',
        detail: {
          presentationId: paid.presentationId,
          paymentId: payment?.payment_id ?? '',
          amount: 14_900,
          currency: 'USD',
        },
      },
    ],
  );
  await ledger.recordPayment({
    paymentId: payment?.payment_id ?? '',
    attemptId: paid.attemptId,
    presentationId: paid.presentationId,
    purchaseId: paid.payment_id,
    customerId: paid.customer_id,
    status: 'succeeded',
    amount: 14_900,
    currency: 'USD',
    proven: true,
    createdAt: shop.now().toISOString(),
    source: 'webhook',
    seenAt: shop.now().toISOString(),
  });
  await ledger.recordVerdict(payment?.payment_id ?? '', 'counts', { presentationId: paid.presentationId });
  await ledger.settle({
    purchaseId: paid.payment_id,
    outcome: 'converted',
    at: shop.now().toISOString(),
    timeline: [],
  });

  const doubted = await offered(shop);
  shop.pass(9_000);
  await accept(shop, doubted);
  shop.sandbox.control.addFault({ on: 'charge', kind: 'drop_after' });
  await take(shop, doubted);
  shop.pass(40 * 60_000);
  await recordStateActivities(shop.context).recordState({
    attemptId: doubted.attemptId,
    presentationId: doubted.presentationId,
    status: 'needs_review',
  });
  const [review] = await ledger.reviews({ presentationId: doubted.presentationId, limit: 1 });
  if (!review) throw new Error('No review was opened.');
  shop.pass(3 * 3_600_000);

  const { payment_id: ineligible } = await shop.buy('prod_team_license');
  await shop.evaluate(ineligible);
  const open = await offered(shop);
  const notificationId = `ntf_${'a1b2c3d4'.repeat(3)}`;
  await ledger.deadLetterNotification({
    id: notificationId,
    notification: {
      type: 'offer.fulfilled',
      sequence: 3,
      timestamp: new Date(shop.now().getTime() - 3 * DAY).toISOString(),
      run: paid.run,
      purchaseId: paid.payment_id,
      presentationId: paid.presentationId,
    },
    failure: 'the endpoint answered 503',
    at: shop.now().toISOString(),
  });
  const bulkId = `blk_${'a1b2c3d4'.repeat(3)}`;
  await ledger.createBulk(
    {
      bulkId,
      command: 'recall',
      parameters: { rightPrice: { amount: 9_900, currency: 'USD' } },
      selection: 'offerId bundle, price 14900',
      status: 'draft',
      perMinute: 24,
      createdBy: 'a-key',
      createdAt: shop.now().toISOString(),
    },
    [
      { ...aboutRow(open), statusThen: 'open' },
      { ...aboutRow(paid), statusThen: 'paid', paid: 14_900, due: 5_000 },
    ],
  );
  return {
    paid,
    inReview: { ...doubted, reviewId: review.reviewId },
    open,
    ineligible,
    notificationId,
    bulkId,
  };
}

function aboutRow({ presentationId, payment_id, customer_id }: Taken) {
  return {
    subject: presentationId,
    purchaseId: payment_id,
    customerId: customer_id,
    offerId: 'bundle',
    currency: 'USD',
    price: 14_900,
  };
}

async function accept(shop: Shop, { presentationId }: Taken): Promise<void> {
  const at = shop.now().toISOString();
  await shop.context.ledger.updatePresentation(
    presentationId,
    { status: 'accepted', decision: 'accepted', decidedAt: at },
    [{ at, type: 'accepted', detail: { presentationId } }],
  );
}

/** Offers of the months before, every tenth of them refunded. A fixed sequence stands for chance. */
async function monthsBefore(shop: Shop): Promise<void> {
  const { ledger } = shop.context;
  const today = shop.now().getTime();
  let seed = 11;
  const chance = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let day = 28; day >= 1; day -= 1) {
    const count = 2 + Math.floor(chance() * 5);
    for (let n = 0; n < count; n += 1) {
      const at = new Date(today - day * DAY + n * 600_000).toISOString();
      const isPro = chance() < 0.4;
      const id = `${day}_${n}`;
      const currency = chance() < 0.8 ? 'USD' : 'EUR';
      const dueNow = isPro ? 3_000 : 14_900;
      const presentation: Presentation = {
        id: `prs_old_${id}`,
        status: 'open',
        offerId: isPro ? 'pro' : 'bundle',
        funnelId: isPro ? 'basic' : 'starter',
        step: isPro ? 'pro' : 'bundle',
        type: 'upsell',
        customerId: `cus_old_${id}`,
        purchaseId: `pay_old_${id}`,
        product: isPro
          ? { id: 'prod_pro_plan', name: 'Pro plan' }
          : { id: 'prod_complete_bundle', name: 'Complete bundle' },
        quantity: 1,
        price: {
          currency,
          dueNow,
          ...(isPro && {
            recurring: { amount: 7_900, interval: 'Month', count: 1 },
            difference: 5_000,
            effectiveAt: at,
          }),
          hash: 'sha256:old',
        },
        payment: { mode: 'one_click' },
        copy: { headline: 'More', accept: 'Yes', decline: 'No' },
        expiresAt: new Date(Date.parse(at) + 1_800_000).toISOString(),
      };
      await ledger.recordPurchase(
        {
          purchaseId: `pay_old_${id}`,
          workflowId: `purchase/pay_old_${id}`,
          trigger: 'purchase',
          customerId: `cus_old_${id}`,
          productIds: ['prod_basic_plan'],
          amount: 4_900,
          currency,
          purchasedAt: at,
        },
        'evaluating',
      );
      await ledger.openPresentation({ presentation, workflowId: `purchase/pay_old_${id}`, at });
      const decision = chance();
      if (decision < 0.38)
        await ledger.updatePresentation(presentation.id, {
          status: 'paid',
          decision: 'accepted',
          decidedAt: at,
          viewedAt: at,
          paidAmount: dueNow,
          paymentId: `pay_for_${id}`,
          paidAt: at,
          recovered: chance() < 0.1,
          ...(chance() < 0.1 && { refundedAmount: dueNow }),
        });
      else if (decision < 0.75)
        await ledger.updatePresentation(presentation.id, {
          status: 'declined',
          decision: 'declined',
          decidedAt: at,
          viewedAt: at,
        });
      else
        await ledger.updatePresentation(presentation.id, {
          status: 'expired',
          decision: 'expired',
          decidedAt: at,
        });
    }
  }
}
