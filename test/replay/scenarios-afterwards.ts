/** Scenarios after or beside a purchase's own run: reversals, late payments, sweeps, notifications. */
import { createDodo } from '../../src/dodo/client.js';
import { eventually } from '../support/eventually.js';
import type { Notification } from '../../src/domain/notification.js';
import type { ClosingInput, RedeliveryInput, ResolutionInput } from '../../src/contract/messages.js';
import { compensationId, compensationIds, type CompensationInput } from '../../src/domain/compensation.js';
import { bodyOf } from '../../sandbox/demo/http.js';
import type { PurchaseReply } from '../../sandbox/demo/merchant-client.js';
import { workflowId } from '../../src/domain/ids.js';
import { accepting, charging, openingCheckout, payInstead, planChangeOf, type Scenario } from './scenario.js';
import type { RecordingSystem } from './recording-system.js';

export const AFTERWARDS: Scenario[] = [
  {
    name: 'reversed-by-refund',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course');
      const paid = await system.paidOffer(bought.customer_id);
      const { refund_id } = await dodoOf(system).refunds.create({ payment_id: paid });
      const run = workflowId.reversal(refund_id);
      await begun(system, run);
      return { '': run };
    },
  },
  {
    name: 'reversed-by-dispute',
    play: (system) => disputed(system, 'lost'),
  },
  {
    name: 'withdrawn-because-the-purchase-went-back',
    async play(system) {
      const bought = await system.buy('prod_starter_course');
      await system.shop.offer(bought.purchaseId);
      const { refund_id } = await dodoOf(system).refunds.create({ payment_id: bought.payment_id });
      await system.shop.settled(bought.purchaseId);
      return { '': bought.workflowId, reversal: workflowId.reversal(refund_id) };
    },
  },
  {
    name: 'late-payment-given-back',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course', {
        before: async ({ customerId }) =>
          system.sandbox.control.addFault({
            ...charging(customerId),
            kind: 'late_commit',
            delayMs: LONGER_THAN_THE_RUN,
          }),
        async after(_reply, { presentation }) {
          await payInstead(system, await system.shop.presentationIn(presentation.id, 'fallback'));
        },
      });
      return afterAll(system, bought.customer_id, 3);
    },
  },
  {
    name: 'late-payment-made-good',
    async play(system) {
      const { control } = system.sandbox;
      const bought = await accepting(system, 'prod_starter_course', {
        async before({ customerId }) {
          control.addFault({ ...charging(customerId), kind: 'late_commit', delayMs: LONGER_THAN_THE_RUN });
          control.addFault({ ...openingCheckout(customerId), kind: 'status_before', status: 422 });
        },
      });
      return afterAll(system, bought.customer_id, 2);
    },
  },
  {
    name: 'kept-because-the-dispute-was-won',
    play: (system) => disputed(system, 'challenged', 'won'),
  },
  {
    name: 'second-payment-compensated',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course');
      const paymentId = await system.paidOffer(bought.customer_id);
      const { presentations } = await system.shop.settled(bought.purchaseId);
      const input: CompensationInput = {
        kind: 'refund',
        presentationId: presentations[0]?.id ?? '',
        purchaseId: bought.purchaseId,
        paymentId,
        attemptId: `${bought.workflowId}:bundle:1`,
        amount: 14_900,
        currency: 'USD',
      };
      const run = workflowId.compensation(compensationId(input));
      await started(system, 'compensation', run, input);
      return { '': run };
    },
  },
  {
    // The offer was settled by its own run, so the operator's word changes nothing.
    name: 'resolution-of-what-was-settled',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course');
      const { presentations } = await system.shop.settled(bought.purchaseId);
      const input: ResolutionInput = {
        reviewId: 'rev_recorded',
        presentationId: presentations[0]?.id ?? '',
        purchaseId: bought.purchaseId,
        paid: false,
        reason: 'to record it',
      };
      await started(system, 'resolution', 'resolution/rev_recorded', input);
      return { '': 'resolution/rev_recorded' };
    },
  },
  {
    name: 'sweep',
    async play(system) {
      const run = await eventually('a sweep has ended', async () => {
        const query = "WorkflowType = 'sweep' AND ExecutionStatus = 'Completed'";
        for await (const { workflowId: id } of system.client.workflow.list({ query })) return id;
        return undefined;
      });
      return { '': run };
    },
  },
  {
    // This system notifies no merchant, so there is nothing to wait for.
    name: 'redelivery-dead-again',
    play: (system) => redelivering(system),
  },
];

const LONGER_THAN_THE_RUN = 15_000;

/** Scenarios with a merchant's endpoint, whose runs have a child that delivers notifications. */
/** Starts a run that nothing in these scenarios leads to. */
async function started(system: RecordingSystem, type: string, run: string, input: object): Promise<void> {
  await system.client.workflow.start(type, { workflowId: run, taskQueue: 'offers', args: [input] });
  await begun(system, run);
}

/** Takes the dispute of a paid offer through these states. */
async function disputed(
  system: RecordingSystem,
  ...states: Parameters<RecordingSystem['sandbox']['control']['moveDispute']>[1][]
) {
  const bought = await accepting(system, 'prod_starter_course');
  const payment_id = await system.paidOffer(bought.customer_id);
  const { dispute_id } = await system.sandbox.control.openDispute({ payment_id });
  const run = workflowId.reversal(dispute_id);
  await begun(system, run);
  for (const state of states) await system.sandbox.control.moveDispute(dispute_id, state);
  return { '': run };
}

/** Returns the run of a lost charge that goes through as the customer's last payment of so many. */
async function afterAll(system: RecordingSystem, customerId: string, payments: number) {
  const late = await eventually('the lost charge goes through after all', async () => {
    const made = await system.dodo.payments(customerId);
    return made.length === payments ? made.at(-1)?.payment_id : undefined;
  });
  const run = workflowId.latePayment(late);
  await begun(system, run);
  return { '': run };
}

export const NOTIFICATIONS: Scenario[] = [
  {
    name: 'notified-converted',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course');
      return withNotifications(system, bought.workflowId);
    },
  },
  {
    name: 'notified-recovered-plan-change',
    async play(system) {
      const bought = await accepting(system, 'prod_basic_plan', {
        card: 'declinedLater',
        after: (reply) => payInstead(system, reply),
      });
      return {
        ...(await withNotifications(system, bought.workflowId)),
        'plan-change': planChangeOf(bought.subscription_id),
      };
    },
  },
  {
    name: 'notified-declined',
    async play(system) {
      const { shop } = system;
      const bought = await system.buy('prod_starter_course');
      const { next } = await shop.decline((await shop.offer(bought.purchaseId)).presentation);
      if (next) await shop.decline(next);
      await shop.settled(bought.purchaseId);
      return withNotifications(system, bought.workflowId);
    },
  },
  {
    name: 'notified-reversed',
    async play(system) {
      const bought = await accepting(system, 'prod_starter_course');
      const paid = await system.paidOffer(bought.customer_id);
      const { refund_id } = await dodoOf(system).refunds.create({ payment_id: paid });
      const run = workflowId.reversal(refund_id);
      await begun(system, run);
      return withNotifications(system, run);
    },
  },
  {
    name: 'notified-of-an-offer-that-was-closed',
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
      const { purchaseId } = bought;
      const { presentations } = await system.shop.settled(purchaseId);
      const presentationId = presentations[0]?.id ?? '';
      const run = workflowId.closing(presentationId);
      await started(system, 'closing', run, {
        presentationId,
        purchaseId,
        notify: true,
      } satisfies ClosingInput);
      return { '': run };
    },
  },
  {
    name: 'notified-of-a-recall',
    play: (system) => recalled(system),
  },
  {
    name: 'notified-by-redelivery',
    play: (system) => redelivering(system),
  },
];

/** Recalls a price that one customer has paid and another one still has open. */
async function recalled(system: RecordingSystem): Promise<Record<string, string>> {
  const paid = await accepting(system, 'prod_starter_course');
  const open = await system.buy('prod_starter_course');
  const { presentation } = await system.shop.offer(open.purchaseId);
  const { body: purchase } = await system.operator.get<PurchaseReply>(`/api/purchases/${paid.purchaseId}`);
  const reply = await system.operator.post<{ id: string }>('/api/bulk', {
    command: 'recall',
    select: { ids: [presentation, ...purchase.presentations].map((shown) => shown.id) },
    rightPrice: { amount: 100, currency: presentation.price.currency },
  });
  const { id } = bodyOf('POST /api/bulk', reply, 201);
  await system.operator.post(`/api/bulk/${id}/start`, { reason: 'The price was wrong.' });
  const paymentId = await system.paidOffer(paid.customer_id);
  const compensation = workflowId.compensation(compensationIds.refundPart(paymentId));
  const run = workflowId.bulk(id);
  await system.client.workflow.getHandle(run).result();
  return { '': run, compensation };
}

/** Redelivers a dead notification, as an operator's command does. */
async function redelivering(system: RecordingSystem): Promise<Record<string, string>> {
  const bought = await system.buy('prod_starter_course');
  const { presentation } = await system.shop.offer(bought.purchaseId);
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
  const { taskQueue } = await system.client.workflow.getHandle(bought.workflowId).describe();
  const run = workflowId.redelivery(id, diedAt);
  await system.client.workflow.start('redelivery', {
    workflowId: run,
    taskQueue,
    args: [{ id, notification, reason: 'their endpoint is back' } satisfies RedeliveryInput],
  });
  return { '': run };
}

async function withNotifications({ client }: RecordingSystem, run: string): Promise<Record<string, string>> {
  await client.workflow.getHandle(run).result();
  return { '': run, notifications: workflowId.notifications(run) };
}

function dodoOf({ sandbox }: RecordingSystem) {
  return createDodo(sandbox.apiKey, { baseURL: sandbox.url });
}

/** Waits until its webhook has started it. */
async function begun({ client }: RecordingSystem, run: string): Promise<void> {
  await eventually(`${run} has begun`, () =>
    client.workflow
      .getHandle(run)
      .describe()
      .catch(() => undefined),
  );
}
