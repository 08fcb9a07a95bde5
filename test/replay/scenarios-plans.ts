/** What becomes of a plan change. */
import { workflowId } from '../../workflows/messages.js';
import { accepting, payInstead, PERSON_CARD, planChangeOf, type Scenario } from './scenario.js';
import type { Stage } from './stage.js';

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
  {
    name: 'converted-plan-change-by-downsell',
    async play({ shop, buy }) {
      const bought = await buy('prod_basic_plan');
      const offer = await shop.offer(bought.purchaseId);
      const { next } = await shop.decline(offer.presentation);
      if (next) await shop.accept({ ...offer, presentation: next });
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId, 'plan-change': planChangeOf(bought.subscription_id) };
    },
  },
  {
    name: 'declined-plan-changes',
    async play({ shop, buy }) {
      const bought = await buy('prod_basic_plan');
      const { next } = await shop.decline((await shop.offer(bought.purchaseId)).presentation);
      if (next) await shop.decline(next);
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
  {
    name: 'converted-plan-change-after-lost-answer',
    alone: true,
    play: (stage) =>
      accepting(stage, 'prod_basic_plan', {
        before: async () => stage.sandbox.control.addFault({ ...CHANGING_PLAN, kind: 'drop_after' }),
        during: (accept) => stage.dodo.withWebhooks({ drop: 'all' }, accept),
      }).then(withPlanChange),
  },
  {
    name: 'recovered-plan-change-proven-absent',
    alone: true,
    play: (stage) =>
      accepting(stage, 'prod_basic_plan', {
        before: async () => stage.sandbox.control.addFault({ ...CHANGING_PLAN, kind: 'drop_before' }),
        async after(_reply, { presentation }) {
          await payInstead(stage, await stage.shop.presentationIn(presentation.id, 'fallback'));
        },
      }).then(withPlanChange),
  },
  {
    name: 'converted-plan-change-by-slow-payment',
    play: (stage) =>
      accepting(stage, 'prod_basic_plan', {
        before: ({ customerId }) =>
          stage.dodo.nextCharges(customerId, {
            status: 'processing',
            settle: { after_ms: 1_000, status: 'succeeded' },
          }),
      }).then(withPlanChange),
  },
];

const CHANGING_PLAN = { match: { method: 'POST', path: '/change-plan$' } };

function withPlanChange({
  workflowId: run,
  subscription_id,
}: Awaited<ReturnType<Stage['buy']>>): Record<string, string> {
  return { '': run, 'plan-change': planChangeOf(subscription_id) };
}
