/** Scenarios of charges. */
import { confirmWithBank } from '../../sandbox/demo/browser.js';
import { accepting, charging, openingCheckout, payInstead, slow, type Scenario } from './scenario.js';

export const CHARGES: Scenario[] = [
  {
    name: 'converted-by-charge',
    play: async (system) => ({ '': (await accepting(system, 'prod_starter_course')).workflowId }),
  },
  {
    name: 'converted-by-payment',
    play: async (system) => ({ '': (await accepting(system, 'prod_team_license')).workflowId }),
  },
  {
    name: 'converted-after-3-d-secure',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: ({ customerId }) =>
          system.dodo.nextCharges(customerId, { status: 'requires_customer_action' }),
        async after(_reply, { presentation }) {
          const { checkoutUrl = '' } = await system.shop.presentationIn(presentation.id, 'requires_action');
          await confirmWithBank(checkoutUrl);
        },
      });
      return { '': bought.workflowId };
    },
  },
  {
    name: 'converted-after-rate-limit',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: async ({ customerId }) =>
          system.sandbox.control.addFault({
            ...charging(customerId),
            kind: 'status_before',
            status: 429,
            retryAfter: 1,
          }),
      });
      return { '': bought.workflowId };
    },
  },
  {
    name: 'converted-at-another-price',
    alone: true,
    async play(system) {
      const price = (cents: number) =>
        system.sandbox.control.updateProduct('prod_complete_bundle', { price: cents });
      try {
        const bought = await accepting(system, 'prod_starter_course', {
          before: () => price(15_900),
          async after({ presentation }, offer) {
            if (presentation) await system.shop.accept({ ...offer, presentation });
          },
        });
        return { '': bought.workflowId };
      } finally {
        await price(14_900);
      }
    },
  },
  {
    name: 'converted-after-lost-answer',
    alone: true,
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: async ({ customerId }) =>
          system.sandbox.control.addFault({ ...charging(customerId), kind: 'drop_after' }),
        during: (accept) => system.dodo.withWebhooks({ drop: 'all' }, accept),
      });
      return { '': bought.workflowId };
    },
  },
  ...(
    [
      ['converted-after-server-error', { kind: 'status_after', status: 500 }],
      ['converted-after-half-an-answer', { kind: 'truncate' }],
      ['converted-when-the-webhook-was-first', { kind: 'webhook_first' }],
    ] as const
  ).map(([name, fault]): Scenario => ({
    name,
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: async ({ customerId }) =>
          system.sandbox.control.addFault({ ...charging(customerId), ...fault }),
      });
      return { '': bought.workflowId };
    },
  })),
  {
    name: 'converted-by-slow-payment',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: ({ customerId }) =>
          system.dodo.nextCharges(customerId, slow({ after_ms: 1_000, status: 'succeeded' })),
      });
      return { '': bought.workflowId };
    },
  },
  {
    name: 'recovered-after-slow-payment-failed',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: ({ customerId }) =>
          system.dodo.nextCharges(customerId, slow({ after_ms: 1_000, status: 'failed' })),
        async after(_reply, { presentation }) {
          await payInstead(system, await system.shop.presentationIn(presentation.id, 'fallback'));
        },
      });
      return { '': bought.workflowId };
    },
  },
  {
    name: 'recovered-after-refusal',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: async ({ customerId }) =>
          system.sandbox.control.addFault({ ...charging(customerId), kind: 'status_before', status: 422 }),
        after: (reply) => payInstead(system, reply),
      });
      return { '': bought.workflowId };
    },
  },
  {
    name: 'recovered',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        card: 'declinedLater',
        after: (reply) => payInstead(system, reply),
      });
      return { '': bought.workflowId };
    },
  },
  {
    name: 'recovered-after-charge-proven-absent',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: async ({ customerId }) =>
          system.sandbox.control.addFault({
            ...charging(customerId),
            kind: 'drop_before',
          }),
        async after(_reply, { presentation }) {
          await payInstead(system, await system.shop.presentationIn(presentation.id, 'fallback'));
        },
      });
      return { '': bought.workflowId };
    },
  },
  {
    name: 'payment-failed-without-a-way-left',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        card: 'declinedLater',
        before: async ({ customerId }) =>
          system.sandbox.control.addFault({
            ...openingCheckout(customerId),
            kind: 'status_before',
            status: 422,
          }),
      });
      return { '': bought.workflowId };
    },
  },
  ...[true, false].map((paid): Scenario => ({
    name: `needs-review-resolved-as-${paid ? 'paid' : 'unpaid'}`,
    alone: true,
    async play(system) {
      const { control } = system.sandbox;
      const bought = await accepting(system, 'prod_starter_course', {
        before: async ({ customerId }) =>
          control.addFault({ ...charging(customerId), kind: paid ? 'drop_after' : 'drop_before' }),
        during: (accept) => system.dodo.withWebhooks({ drop: 'all' }, accept),
        async after(_reply, { presentation, customerId }) {
          // Dodo could be read before the charge was sent. From now on, its outcome cannot be known.
          control.addFault({
            match: { method: 'GET', path: '^/payments$' },
            kind: 'status_before',
            times: UNTIL_CLEARED,
          });
          await system.shop
            .presentationIn(presentation.id, 'needs_review')
            .finally(() => control.clearFaults());
          const reason = 'looked up in the dashboard';
          const paymentId = paid ? await system.paidOffer(customerId) : undefined;
          await system.shop.command('resolve', presentation.id, { paid, reason, paymentId });
          if (!paid) await payInstead(system, await system.shop.presentationIn(presentation.id, 'fallback'));
        },
      });
      return { '': bought.workflowId };
    },
  })),
];

const UNTIL_CLEARED = 1000;
