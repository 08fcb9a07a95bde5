/** What becomes of a plan change. */
import { workflowId } from '../../workflows/messages.js';
import { accepting, payInstead, PERSON_CARD, planChangeOf, type Scenario } from './scenario.js';

export const PLAN_CHANGES: Scenario[] = [
  {
    name: 'converted-by-plan-change',
    async play(stage) {
      const bought = await accepting(stage, 'prod_basic_plan');
      return { '': bought.workflowId, 'plan-change': planChangeOf(bought.subscription_id) };
    },
  },
  {
    name: 'converted-by-downgrade',
    async play({ shop, buy }) {
      const bought = await buy('prod_pro_plan');
      const eventId = `downgrade-${bought.payment_id}`;
      await shop.trigger({
        eventId,
        type: 'downgrade_requested',
        customerId: bought.customer_id,
        subscriptionId: bought.subscription_id ?? undefined,
        productId: 'prod_basic_plan',
      });
      await shop.accept(await shop.offer(eventId));
      await shop.settled(eventId);
      return { '': workflowId.trigger(eventId), 'plan-change': planChangeOf(bought.subscription_id) };
    },
  },
  {
    name: 'recovered-plan-change',
    async play(stage) {
      const bought = await accepting(stage, 'prod_basic_plan', {
        card: 'declinedLater',
        after: (reply) => payInstead(stage, reply),
      });
      return { '': bought.workflowId, 'plan-change': planChangeOf(bought.subscription_id) };
    },
  },
  {
    name: 'converted-plan-change-after-another-card',
    async play(stage) {
      const bought = await accepting(stage, 'prod_basic_plan', {
        card: 'declinedLater',
        async after({ presentation }, offer) {
          const page = new URL(presentation?.updatePaymentMethodUrl ?? '').pathname;
          await stage.sandbox.control.payLink(page.split('/').at(-1) ?? '', PERSON_CARD);
          await stage.shop.accept(offer);
        },
      });
      return { '': bought.workflowId, 'plan-change': planChangeOf(bought.subscription_id) };
    },
  },
  {
    name: 'recovered-plan-change-by-payment-link',
    alone: true,
    async play(stage) {
      const { control } = stage.sandbox;
      await control.setPolicy({ planChangeViaPaymentLink: true });
      try {
        const bought = await accepting(stage, 'prod_basic_plan', {
          card: 'declinedLater',
          after: (reply) => payInstead(stage, reply),
        });
        return { '': bought.workflowId, 'plan-change': planChangeOf(bought.subscription_id) };
      } finally {
        await control.setPolicy({ planChangeViaPaymentLink: false });
      }
    },
  },
];
