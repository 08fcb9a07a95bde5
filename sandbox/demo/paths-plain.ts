/** Ordinary paths: accepted, declined, expired. */
import { viewedOffer, type Path } from './path.js';

const PRESENTED = 'offer.presented';
const ACCEPTED = 'offer.accepted';
const DECLINED = 'offer.declined';
export const SALE_NOTIFICATIONS = [PRESENTED, ACCEPTED, 'offer.fulfilled'];

/** Prices of the sandbox's products, in US cents. US customers pay no tax. */
export const BUNDLE = 14_900;
const WORKBOOK = 1_900;
const SETUP_SESSION = 5_900;
const BASIC_TO_PRO = 5_000;

export const PLAIN_PATHS: Path[] = [
  {
    name: 'accepted: one click charges the saved card',
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant }, check) {
      const bought = await merchant.buy('prod_starter_course', { email: 'one-click@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      check('offer', 'complete-bundle', offer.presentation.offerId);
      check('price shown', BUNDLE, offer.presentation.price.dueNow);
      const reply = await merchant.accept(offer);
      check('status of the answer', 200, reply.status);
      const again = await merchant.accept(offer);
      check('status of the second click', 200, again.status);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'accepted: the subscription moves to a larger plan',
    ends: { outcome: 'converted', charged: BASIC_TO_PRO, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      const bought = await merchant.buy('prod_basic_plan', { email: 'upgrade@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      check('price shown', BASIC_TO_PRO, offer.presentation.price.dueNow);
      const reply = await merchant.accept(offer);
      check('status of the answer', 200, reply.status);
      const plans = await dodo.subscriptions(offer.customerId);
      check(
        'plans',
        ['prod_pro_plan'],
        plans.map((plan) => plan.product_id),
      );
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'asked for a smaller plan: credit, nothing charged',
    ends: { outcome: 'converted', charged: 0, charges: 0, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      const bought = await merchant.buy('prod_pro_plan', { email: 'downgrade@example.com' });
      const { customerId = '' } = await merchant.settled(bought.purchaseId);
      const [subscription] = await dodo.subscriptions(customerId);
      const eventId = `downgrade-${customerId}`;
      await merchant.trigger({
        eventId,
        type: 'downgrade_requested',
        customerId,
        subscriptionId: subscription?.subscription_id,
        productId: 'prod_basic_plan',
      });
      const offer = await viewedOffer(merchant, eventId);
      const { dueNow, credit } = offer.presentation.price;
      check('due now and credit', [0, BASIC_TO_PRO], [dueNow, credit]);
      const reply = await merchant.accept(offer);
      check('status of the answer', 200, reply.status);
      const plans = await dodo.subscriptions(customerId);
      check(
        'plans',
        ['prod_basic_plan'],
        plans.map((plan) => plan.product_id),
      );
      return { purchaseId: eventId, customerId, bought: [bought] };
    },
  },
  {
    name: 'declined, and the smaller offer accepted',
    ends: {
      outcome: 'converted',
      charged: WORKBOOK,
      charges: 1,
      notifications: [PRESENTED, DECLINED, ...SALE_NOTIFICATIONS],
    },
    async walk({ merchant }, check) {
      const bought = await merchant.buy('prod_starter_course', { email: 'downsell@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      const { next } = await merchant.decline(offer.presentation);
      check('next offer', 'course-workbook', next?.offerId);
      if (next) {
        await merchant.view(next);
        const reply = await merchant.accept({ ...offer, presentation: next });
        check('status of the answer', 200, reply.status);
      }
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'declined twice: the next purchase shows nothing',
    ends: { outcome: 'ineligible', reason: 'declined_before', charged: 0, charges: 0, notifications: [] },
    async walk({ merchant, inbox }, check) {
      const email = 'no-thanks@example.com';
      const first = await merchant.buy('prod_starter_course', { email });
      const { customerId, presentation } = await viewedOffer(merchant, first.purchaseId);
      const { next } = await merchant.decline(presentation);
      if (next) await merchant.view(next);
      const last = next && (await merchant.decline(next));
      check('offer after the second no', undefined, last?.next);
      const settled = await merchant.settled(first.purchaseId);
      check('outcome of the first purchase', 'declined', settled.outcome);
      const sent = [PRESENTED, DECLINED, PRESENTED, DECLINED];
      check('notifications of the first purchase', sent, await inbox.atLeast(first.purchaseId, sent.length));

      const second = await merchant.buy('prod_starter_course', { email, customerId });
      await merchant.settled(second.purchaseId);
      const { eligible, reason } = await merchant.upsell(customerId);
      check('offer for the customer', [false, 'declined_before'], [eligible, reason]);
      return { purchaseId: second.purchaseId, customerId, bought: [first, second] };
    },
  },
  {
    name: 'no answer: the offer expires after 10 s',
    ends: { outcome: 'expired', charged: 0, charges: 0, notifications: [PRESENTED, 'offer.expired'] },
    async walk({ merchant }, check) {
      const bought = await merchant.buy('prod_single_license', { email: 'silent@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      await merchant.settled(bought.purchaseId);
      const late = await merchant.accept(offer);
      check('a click that is too late', [410, 'presentation_expired'], [late.status, late.body.code]);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'cross-sell accepted: a payment of its own',
    ends: { outcome: 'converted', charged: SETUP_SESSION, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      const bought = await merchant.buy('prod_team_license', { email: 'cross-sell@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      check('kind of offer', 'cross_sell', offer.presentation.type);
      const reply = await merchant.accept(offer);
      check('status of the answer', 200, reply.status);
      const created = await dodo.writes('^/payments$');
      const own = created.filter(({ body }) => JSON.stringify(body).includes(offer.customerId));
      check('payments created', 1, own.length);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
];
