/** Scenarios of plan changes. */
import { workflowId } from '../../src/domain/ids.js';
import {
  accepting,
  declining,
  payInstead,
  WORKING_CARD,
  planChangeOf,
  slow,
  type Bought,
  type Scenario,
} from './scenario.js';

export const PLAN_CHANGES: Scenario[] = [
  {
    name: 'converted-by-plan-change',
    async play(system) {
      const bought = await accepting(system, 'prod_basic_plan');
      return withPlanChange(bought);
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
    async play(system) {
      const bought = await accepting(system, 'prod_basic_plan', {
        card: 'declinedLater',
        after: (reply) => payInstead(system, reply),
      });
      return withPlanChange(bought);
    },
  },
  {
    name: 'converted-plan-change-after-another-card',
    async play(system) {
      const bought = await accepting(system, 'prod_basic_plan', {
        card: 'declinedLater',
        async after({ presentation }, offer) {
          const page = new URL(presentation?.updatePaymentMethodUrl ?? '').pathname;
          await system.sandbox.control.payLink(page.split('/').at(-1) ?? '', WORKING_CARD);
          await system.shop.accept(offer);
        },
      });
      return withPlanChange(bought);
    },
  },
  {
    name: 'recovered-plan-change-by-payment-link',
    alone: true,
    async play(system) {
      const { control } = system.sandbox;
      await control.setPolicy({ planChangeViaPaymentLink: true });
      try {
        const bought = await accepting(system, 'prod_basic_plan', {
          card: 'declinedLater',
          after: (reply) => payInstead(system, reply),
        });
        return withPlanChange(bought);
      } finally {
        await control.setPolicy({ planChangeViaPaymentLink: false });
      }
    },
  },
  {
    name: 'converted-plan-change-by-downsell',
    play: (system) => declining(system, 'prod_basic_plan', 'accept').then(withPlanChange),
  },
  {
    name: 'declined-plan-changes',
    play: async (system) => ({ '': (await declining(system, 'prod_basic_plan', 'decline')).workflowId }),
  },
  {
    name: 'converted-plan-change-after-lost-answer',
    alone: true,
    play: (system) =>
      accepting(system, 'prod_basic_plan', {
        before: async () => system.sandbox.control.addFault({ ...CHANGING_PLAN, kind: 'drop_after' }),
        during: (accept) => system.dodo.withWebhooks({ drop: 'all' }, accept),
      }).then(withPlanChange),
  },
  {
    name: 'recovered-plan-change-proven-absent',
    alone: true,
    play: (system) =>
      accepting(system, 'prod_basic_plan', {
        before: async () => system.sandbox.control.addFault({ ...CHANGING_PLAN, kind: 'drop_before' }),
        async after(_reply, { presentation }) {
          await payInstead(system, await system.shop.presentationIn(presentation.id, 'fallback'));
        },
      }).then(withPlanChange),
  },
  {
    name: 'converted-plan-change-by-slow-payment',
    play: (system) =>
      accepting(system, 'prod_basic_plan', {
        before: ({ customerId }) =>
          system.dodo.nextCharges(customerId, slow({ after_ms: 1_000, status: 'succeeded' })),
      }).then(withPlanChange),
  },
];

const CHANGING_PLAN = { match: { method: 'POST', path: '/change-plan$' } };

function withPlanChange({ workflowId: run, subscription_id }: Bought): Record<string, string> {
  return { '': run, 'plan-change': planChangeOf(subscription_id) };
}
