/** What comes after, or beside, a purchase's own run: reversals, late payments, sweeps, notifications. */
import { createDodo } from '../../src/dodo/client.js';
import { eventually } from '../../sandbox/demo/eventually.js';
import type { Notification } from '../../src/domain/notification.js';
import { type RedeliveryInput } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';
import { accepting, charging, openingCheckout, payInstead, planChangeOf, type Scenario } from './scenario.js';
import type { Stage } from './recording-system.js';

export const AFTERWARDS: Scenario[] = [
  {
    name: 'reversed-by-refund',
    async play(stage) {
      const bought = await accepting(stage, 'prod_starter_course');
      const paid = await stage.paidOffer(bought.customer_id);
      const { refund_id } = await dodoOf(stage).refunds.create({ payment_id: paid });
      const run = workflowId.reversal(refund_id);
      await begun(stage, run);
      return { '': run };
    },
  },
  {
    name: 'reversed-by-dispute',
    play: (stage) => disputed(stage, 'lost'),
  },
  {
    name: 'withdrawn-because-the-purchase-went-back',
    async play(stage) {
      const bought = await stage.buy('prod_starter_course');
      await stage.shop.offer(bought.purchaseId);
      const { refund_id } = await dodoOf(stage).refunds.create({ payment_id: bought.payment_id });
      await stage.shop.settled(bought.purchaseId);
      return { '': bought.workflowId, reversal: workflowId.reversal(refund_id) };
    },
  },
  {
    name: 'late-payment-given-back',
    async play(stage) {
      const bought = await accepting(stage, 'prod_starter_course', {
        before: async ({ customerId }) =>
          stage.sandbox.control.addFault({
            ...charging(customerId),
            kind: 'late_commit',
            delayMs: LONGER_THAN_THE_RUN,
          }),
        async after(_reply, { presentation }) {
          await payInstead(stage, await stage.shop.presentationIn(presentation.id, 'fallback'));
        },
      });
      return afterAll(stage, bought.customer_id, 3);
    },
  },
  {
    name: 'late-payment-made-good',
    async play(stage) {
      const { control } = stage.sandbox;
      const bought = await accepting(stage, 'prod_starter_course', {
        async before({ customerId }) {
          control.addFault({ ...charging(customerId), kind: 'late_commit', delayMs: LONGER_THAN_THE_RUN });
          control.addFault({ ...openingCheckout(customerId), kind: 'status_before', status: 422 });
        },
      });
      return afterAll(stage, bought.customer_id, 2);
    },
  },
  {
    name: 'kept-because-the-dispute-was-won',
    play: (stage) => disputed(stage, 'challenged', 'won'),
  },
  {
    name: 'sweep',
    async play(stage) {
      const run = await eventually('a sweep has ended', async () => {
        const query = "WorkflowType = 'sweep' AND ExecutionStatus = 'Completed'";
        for await (const { workflowId: id } of stage.client.workflow.list({ query })) return id;
        return undefined;
      });
      return { '': run };
    },
  },
  {
    // This stage has nobody to tell, which no waiting would change.
    name: 'redelivery-dead-again',
    play: (stage) => redelivering(stage),
  },
];

const LONGER_THAN_THE_RUN = 15_000;

/** With a merchant's endpoint to tell: the runs have a child that delivers. */
/** The dispute of a paid offer goes through these states. */
async function disputed(
  stage: Stage,
  ...states: Parameters<Stage['sandbox']['control']['moveDispute']>[1][]
) {
  const bought = await accepting(stage, 'prod_starter_course');
  const payment_id = await stage.paidOffer(bought.customer_id);
  const { dispute_id } = await stage.sandbox.control.openDispute({ payment_id });
  const run = workflowId.reversal(dispute_id);
  await begun(stage, run);
  for (const state of states) await stage.sandbox.control.moveDispute(dispute_id, state);
  return { '': run };
}

/** The run of a charge that was lost and goes through as the customer's last payment of so many. */
async function afterAll(stage: Stage, customerId: string, payments: number) {
  const late = await eventually('the lost charge goes through after all', async () => {
    const made = await stage.dodo.payments(customerId);
    return made.length === payments ? made.at(-1)?.payment_id : undefined;
  });
  const run = workflowId.latePayment(late);
  await begun(stage, run);
  return { '': run };
}

export const NOTIFICATIONS: Scenario[] = [
  {
    name: 'notified-converted',
    async play(stage) {
      const bought = await accepting(stage, 'prod_starter_course');
      return withNotifications(stage, bought.workflowId);
    },
  },
  {
    name: 'notified-recovered-plan-change',
    async play(stage) {
      const bought = await accepting(stage, 'prod_basic_plan', {
        card: 'declinedLater',
        after: (reply) => payInstead(stage, reply),
      });
      return {
        ...(await withNotifications(stage, bought.workflowId)),
        'plan-change': planChangeOf(bought.subscription_id),
      };
    },
  },
  {
    name: 'notified-declined',
    async play(stage) {
      const { shop } = stage;
      const bought = await stage.buy('prod_starter_course');
      const { next } = await shop.decline((await shop.offer(bought.purchaseId)).presentation);
      if (next) await shop.decline(next);
      await shop.settled(bought.purchaseId);
      return withNotifications(stage, bought.workflowId);
    },
  },
  {
    name: 'notified-reversed',
    async play(stage) {
      const bought = await accepting(stage, 'prod_starter_course');
      const paid = await stage.paidOffer(bought.customer_id);
      const { refund_id } = await dodoOf(stage).refunds.create({ payment_id: paid });
      const run = workflowId.reversal(refund_id);
      await begun(stage, run);
      return withNotifications(stage, run);
    },
  },
  {
    name: 'notified-by-redelivery',
    play: (stage) => redelivering(stage),
  },
];

/** What an operator's command does about a notification that is dead. */
async function redelivering(stage: Stage): Promise<Record<string, string>> {
  const bought = await stage.buy('prod_starter_course');
  const { presentation } = await stage.shop.offer(bought.purchaseId);
  const id = `ntf_${'0'.repeat(24)}`;
  const diedAt = new Date().toISOString();
  const notification: Notification = {
    type: 'offer.presented',
    sequence: 1,
    timestamp: presentation.serverTime,
    run: bought.workflowId,
    purchaseId: bought.purchaseId,
    presentationId: presentation.id,
  };
  const { taskQueue } = await stage.client.workflow.getHandle(bought.workflowId).describe();
  const run = workflowId.redelivery(id, diedAt);
  await stage.client.workflow.start('redelivery', {
    workflowId: run,
    taskQueue,
    args: [{ id, notification, reason: 'their endpoint is back' } satisfies RedeliveryInput],
  });
  return { '': run };
}

async function withNotifications({ client }: Stage, run: string): Promise<Record<string, string>> {
  await client.workflow.getHandle(run).result();
  return { '': run, notifications: workflowId.notifications(run) };
}

function dodoOf({ sandbox }: Stage) {
  return createDodo(sandbox.apiKey, { baseURL: sandbox.url });
}

/** Its webhook has started it. */
async function begun({ client }: Stage, run: string): Promise<void> {
  await eventually(`${run} has begun`, () =>
    client.workflow
      .getHandle(run)
      .describe()
      .catch(() => undefined),
  );
}
