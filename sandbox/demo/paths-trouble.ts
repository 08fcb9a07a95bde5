/** Paths on which a payment or a message goes wrong. */
import { DECLINED_LATER_CARD, confirmWithBank, payAtCheckout } from './browser.js';
import { eventually } from './eventually.js';
import { viewedOffer, type Path } from './path.js';
import { BUNDLE, SALE_NOTIFICATIONS } from './paths-plain.js';

const COPIES = 2;

export const TROUBLE_PATHS: Path[] = [
  {
    name: 'card declined: paid at the checkout instead',
    ends: {
      outcome: 'recovered',
      charged: BUNDLE,
      charges: 1,
      notifications: ['offer.presented', 'offer.accepted', 'offer.fallback', 'offer.fulfilled'],
    },
    async walk({ merchant, dodo }, check) {
      const email = 'declined@example.com';
      const bought = await merchant.buy('prod_starter_course', { email, card: DECLINED_LATER_CARD });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      const { status, body } = await merchant.accept(offer);
      check('answer', [402, 'payment_failed'], [status, body.code]);
      if (!body.checkoutUrl) throw new Error('The reply to the declined card has no checkoutUrl.');
      await payAtCheckout(body.checkoutUrl, { email, name: 'Demo Customer' });
      await merchant.settled(bought.purchaseId);
      check('charges tried on the saved card', 1, (await oneClickCharges(dodo, offer.customerId)).length);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: '3-D Secure: charged once the customer confirms',
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      const bought = await merchant.buy('prod_starter_course', { email: 'bank-asks@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      await dodo.nextCharges(offer.customerId, { status: 'requires_customer_action' });
      check('status of the answer', 202, (await merchant.accept(offer)).status);
      const waiting = await merchant.presentationIn(offer.presentation.id, 'requires_action');
      if (!waiting.checkoutUrl) throw new Error('The customer has no link to confirm the payment.');
      await confirmWithBank(waiting.checkoutUrl);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'reply to the charge lost: found, not charged twice',
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      const bought = await merchant.buy('prod_starter_course', { email: 'lost-answer@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      await dodo.addFault({
        match: { method: 'POST', path: '^/checkouts$', body: oneClickOf(offer.customerId) },
        kind: 'drop_after',
      });
      const { status } = await merchant.accept(offer);
      // 202 when the reply is sent before Dodo's webhook arrives.
      check('status of the answer', true, status === 202 || status === 200);
      await merchant.settled(bought.purchaseId);
      check('charges sent', 1, (await oneClickCharges(dodo, offer.customerId)).length);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: "purchase's webhook lost: the sweep finds it",
    alone: true,
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      const email = 'swept@example.com';
      const bought = await dodo.withWebhooks({ drop: 'all' }, async () => {
        const paid = await merchant.buy('prod_starter_course', { email });
        const customerId = await dodo.customerIdOf(email);
        await eventually('the webhook of the purchase is lost', async () => {
          const webhooks = await dodo.paymentWebhooks(customerId);
          return webhooks.some(({ status }) => status === 'dropped') ? true : undefined;
        });
        return paid;
      });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      check('status of the answer', 200, (await merchant.accept(offer)).status);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: "charge's webhooks lost: the outcome is polled",
    alone: true,
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      const bought = await merchant.buy('prod_starter_course', { email: 'lost-webhook@example.com' });
      const offer = await viewedOffer(merchant, bought.purchaseId);
      await dodo.withWebhooks({ drop: 'all' }, async () => {
        check('status of the answer', 200, (await merchant.accept(offer)).status);
      });
      const webhooks = await dodo.paymentWebhooks(offer.customerId);
      const dropped = webhooks.filter(({ status }) => status === 'dropped');
      check('webhooks lost', true, dropped.length > 0);
      return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
    },
  },
  {
    name: 'every webhook sent three times, out of order: one effect',
    alone: true,
    ends: { outcome: 'converted', charged: BUNDLE, charges: 1, notifications: SALE_NOTIFICATIONS },
    async walk({ merchant, dodo }, check) {
      return dodo.withWebhooks({ duplicate: COPIES, reorder: true }, async () => {
        const bought = await merchant.buy('prod_starter_course', { email: 'three-times@example.com' });
        const offer = await viewedOffer(merchant, bought.purchaseId);
        check('status of the answer', 200, (await merchant.accept(offer)).status);
        const { presentations } = await merchant.settled(bought.purchaseId);
        check('offers shown', 1, presentations.length);

        const attempts = await eventually('every copy of every webhook is answered', async () => {
          const webhooks = await dodo.paymentWebhooks(offer.customerId);
          const complete = webhooks.every((webhook) => webhook.attempts.length === 1 + COPIES);
          return complete ? webhooks.flatMap((webhook) => webhook.attempts) : undefined;
        });
        check(
          'all answered with 200',
          true,
          attempts.every(({ status }) => status === 200),
        );
        return { purchaseId: bought.purchaseId, customerId: offer.customerId, bought: [bought] };
      });
    },
  },
];

/** Returns a pattern for the body of a one-click charge of this customer. */
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
