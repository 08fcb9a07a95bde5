/** What goes wrong with money and messages, and what must come of it. */
import { DECLINED_LATER_CARD, confirmWithBank, payAtCheckout } from './browser.js';
import { eventually } from './eventually.js';
import { viewedOffer, type Path } from './path.js';
import { BUNDLE, TOLD_OF_A_SALE } from './paths-plain.js';

const COPIES = 2;

export const TROUBLE_PATHS: Path[] = [
  {
    name: 'card declined: paid at the checkout instead',
    ends: {
      outcome: 'recovered',
      charged: BUNDLE,
      charges: 1,
      told: ['offer.presented', 'offer.accepted', 'offer.fallback', 'offer.fulfilled'],
    },
    async walk({ shop, dodo }, check) {
      const email = 'declined@example.com';
      const bought = await shop.buy('prod_starter_course', { email, card: DECLINED_LATER_CARD });
      const offer = await viewedOffer(shop, bought.purchaseId);
      const { status, body } = await shop.accept(offer);
      check('answer', [402, 'payment_failed'], [status, body.code]);
      if (!body.checkoutUrl) throw new Error('The answer to the declined card has no checkoutUrl.');
      await payAtCheckout(body.checkoutUrl, { email, name: 'Demo Customer' });
      await shop.settled(bought.purchaseId);
      check('charges tried on the saved card', 1, (await oneClickCharges(dodo, offer.customerId)).length);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: '3-D Secure: charged when the bank has its answer',
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, told: TOLD_OF_A_SALE },
    async walk({ shop, dodo }, check) {
      const bought = await shop.buy('prod_starter_course', { email: 'bank-asks@example.com' });
      const offer = await viewedOffer(shop, bought.purchaseId);
      await dodo.nextCharges(offer.customerId, { status: 'requires_customer_action' });
      check('status of the answer', 202, (await shop.accept(offer)).status);
      const waiting = await shop.presentationIn(offer.presentation.id, 'requires_action');
      if (!waiting.checkoutUrl) throw new Error('The customer is given no link to confirm the payment.');
      await confirmWithBank(waiting.checkoutUrl);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'answer to the charge lost: found, not sent again',
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, told: TOLD_OF_A_SALE },
    async walk({ shop, dodo }, check) {
      const bought = await shop.buy('prod_starter_course', { email: 'lost-answer@example.com' });
      const offer = await viewedOffer(shop, bought.purchaseId);
      await dodo.addFault({
        match: { method: 'POST', path: '^/checkouts$', body: oneClickOf(offer.customerId) },
        kind: 'drop_after',
      });
      const { status } = await shop.accept(offer);
      // 202 when the answer is given before Dodo's webhook tells the outcome.
      check('status of the answer', true, status === 202 || status === 200);
      await shop.settled(bought.purchaseId);
      check('charges sent', 1, (await oneClickCharges(dodo, offer.customerId)).length);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: "purchase's webhook lost: the sweep finds it",
    alone: true,
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, told: TOLD_OF_A_SALE },
    async walk({ shop, dodo }, check) {
      const email = 'swept@example.com';
      const bought = await dodo.withWebhooks({ drop: 'all' }, async () => {
        const paid = await shop.buy('prod_starter_course', { email });
        const customerId = await dodo.customerIdOf(email);
        await eventually('the webhook of the purchase is lost', async () => {
          const webhooks = await dodo.paymentWebhooks(customerId);
          return webhooks.some(({ status }) => status === 'dropped') ? true : undefined;
        });
        return paid;
      });
      const offer = await viewedOffer(shop, bought.purchaseId);
      check('status of the answer', 200, (await shop.accept(offer)).status);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: "charge's webhooks lost: the outcome is polled",
    alone: true,
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, told: TOLD_OF_A_SALE },
    async walk({ shop, dodo }, check) {
      const bought = await shop.buy('prod_starter_course', { email: 'lost-webhook@example.com' });
      const offer = await viewedOffer(shop, bought.purchaseId);
      await dodo.withWebhooks({ drop: 'all' }, async () => {
        check('status of the answer', 200, (await shop.accept(offer)).status);
      });
      const webhooks = await dodo.paymentWebhooks(offer.customerId);
      const dropped = webhooks.filter(({ status }) => status === 'dropped');
      check('whether webhooks were lost', true, dropped.length > 0);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'every webhook three times and out of order: one effect',
    alone: true,
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, told: TOLD_OF_A_SALE },
    async walk({ shop, dodo }, check) {
      return dodo.withWebhooks({ duplicate: COPIES, reorder: true }, async () => {
        const bought = await shop.buy('prod_starter_course', { email: 'three-times@example.com' });
        const offer = await viewedOffer(shop, bought.purchaseId);
        check('status of the answer', 200, (await shop.accept(offer)).status);
        const { presentations } = await shop.settled(bought.purchaseId);
        check('offers shown', 1, presentations.length);

        const attempts = await eventually('every copy of every webhook is answered', async () => {
          const webhooks = await dodo.paymentWebhooks(offer.customerId);
          const complete = webhooks.every((webhook) => webhook.attempts.length === 1 + COPIES);
          return complete ? webhooks.flatMap((webhook) => webhook.attempts) : undefined;
        });
        check(
          'whether all were answered with 200',
          true,
          attempts.every(({ status }) => status === 200),
        );
        return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
      });
    },
  },
];

/** A pattern on the body of a one-click charge of this customer. */
export function oneClickOf(customerId: string): string {
  return `(?=.*"confirm":true)(?=.*"${customerId}")`;
}

async function oneClickCharges(
  dodo: { writes: (path: string) => Promise<{ body: unknown }[]> },
  customerId: string,
): Promise<{ body: unknown }[]> {
  const pattern = new RegExp(oneClickOf(customerId));
  return (await dodo.writes('^/checkouts$')).filter(({ body }) => pattern.test(JSON.stringify(body)));
}
