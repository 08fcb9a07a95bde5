/**
 * Scenarios that take days, or news at one certain moment: real workflow code on the time-skipping server, with scripted
 * activities.
 */
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import {
  paymentEvent,
  resolve,
  reviewResolved,
  type ClosingInput,
  type JanitorInput,
  type LatePaymentInput,
  type ResolutionInput,
} from '../../src/contract/messages.js';
import { DODO_BUSY } from '../../src/contract/busy.js';
import { compensationId, type CompensationInput } from '../../src/domain/compensation.js';
import { workflowId } from '../../src/domain/ids.js';
import { REFUSED_BY_MERCHANT } from '../../src/domain/notification.js';
import type { PaymentEvent } from '../../src/domain/payment.js';
import {
  DAY,
  HOUR,
  MINUTE,
  PLAN_CHANGE,
  SECOND,
  TO_PRO,
  purchaseFixture,
} from '../workflows/purchase-fixture.js';
import type { PurchaseRun } from '../workflows/purchase-run.js';
import type { ScriptedActivities } from '../workflows/scripted-activities.js';
import { firstPayment, type BuyOptions, type WorkflowHarness } from '../workflows/workflow-harness.js';

export interface ScriptedScenario {
  name: string;
  /** Returns the ids of the runs to record, by the suffix of the file's name. */
  play: (harness: WorkflowHarness) => Promise<Record<string, string>>;
}

const TIMING = {
  reconcileWindowMs: 20 * MINUTE,
  pollIntervalMs: 10 * SECOND,
  actionWindowMs: HOUR,
  sendWindowMs: 2 * HOUR,
};
const LONGEST_RUN = 300 * DAY;
const PRO = { productId: 'prod_pro', quantity: 1, status: 'active', type: 'subscription.plan_changed' };
const FREE = { ...PLAN_CHANGE, dueNow: 0 };
const LOST = { kind: 'unknown', detail: 'socket hang up' } as const;
const DECLINED = { kind: 'rejected', code: 'INSUFFICIENT_FUNDS' } as const;
const NOT_SENT = { kind: 'not_sent', detail: 'Dodo answered 401.' } as const;
const DIED = new Error('The worker died.');
const UNREADABLE = new Error('Dodo cannot be read.');
const QUEUED = ApplicationFailure.retryable('Other requests to Dodo have to go first.', DODO_BUSY);
const REFUSED = ApplicationFailure.retryable("The merchant's endpoint answered 400.", REFUSED_BY_MERCHANT);

const unique = (prefix: string) => `${prefix}_${randomUUID()}`;

/** Buys, accepts, and waits until the run waits. */
async function accepted(
  harness: WorkflowHarness,
  { input, ...options }: BuyOptions = {},
): Promise<{ run: PurchaseRun; reply: Promise<unknown> }> {
  const run = await harness.buy({ ...options, input: { timing: TIMING, ...input } });
  const { reply } = await run.click('accepted');
  await run.activities.called(run.fixture.actions['pro'] ? 'changePlan' : 'charge');
  await run.idle();
  return { run, reply };
}

/** Reports a paid payment with our proof by webhook. */
async function paid(run: PurchaseRun, attempt: string, change: Partial<PaymentEvent> = {}) {
  const booked = run.activities.book(attempt, 'succeeded');
  const payment: PaymentEvent = { ...booked, proven: true, ...change };
  run.activities.books.payments.set(attempt, payment);
  await run.handle.signal(paymentEvent, payment);
  await run.idle();
  return payment;
}

async function decided(run: PurchaseRun, isPaid: boolean, payment?: PaymentEvent): Promise<void> {
  const about = { presentationId: run.presentation(), reason: 'looked up' };
  const named = payment && { payment, paymentId: payment.paymentId };
  await run.handle.executeUpdate(resolve, { args: [{ ...about, paid: isPaid, ...named }] });
  await run.idle();
}

/** Returns the run once it has ended. */
async function ended(run: PurchaseRun): Promise<Record<string, string>> {
  await run.result();
  return { '': run.fixture.workflowId };
}

async function endedChange(run: PurchaseRun): Promise<Record<string, string>> {
  await run.result();
  return { '': run.fixture.workflowId, 'plan-change': run.child.planChange.workflowId };
}

/** Starts a run that is not a purchase, and waits for its end unless something happens first. */
async function played(
  harness: WorkflowHarness,
  [type, id, input]: [type: string, id: string, input: object],
  script: (activities: ScriptedActivities) => void,
  meanwhile?: (activities: ScriptedActivities) => Promise<void>,
): Promise<string> {
  const activities = harness.script(purchaseFixture(unique('pay')));
  script(activities);
  const { client } = harness.environment;
  const handle = await client.workflow.start(type, {
    workflowId: id,
    taskQueue: harness.taskQueue,
    workflowExecutionTimeout: LONGEST_RUN,
    args: [input],
  });
  await meanwhile?.(activities);
  await handle.result();
  return id;
}

function aRefund(): CompensationInput {
  const about = { presentationId: unique('prs'), purchaseId: unique('pay') };
  const money = { amount: 14_900, currency: 'USD' };
  return {
    kind: 'refund',
    ...about,
    paymentId: unique('pay'),
    attemptId: 'purchase/pay_1:bundle:1',
    ...money,
  };
}
function aPart(): CompensationInput {
  const { presentationId, purchaseId } = aRefund();
  const about = {
    presentationId,
    purchaseId,
    paymentId: unique('pay'),
    attemptId: 'purchase/pay_1:bundle:1',
  };
  return { kind: 'refund_part', ...about, amount: 5_000, keep: 9_900, currency: 'USD', notify: true };
}
const runOf = (input: CompensationInput) => workflowId.compensation(compensationId(input));

function aLatePayment(notify = false): [string, string, LatePaymentInput] {
  const paymentId = unique('pay');
  const input = { paymentId, attemptId: 'purchase/pay_1:bundle:1', notify };
  return ['latePayment', workflowId.latePayment(paymentId), input];
}

/** A plan change at the next billing date that Dodo has scheduled. */
async function scheduled(harness: WorkflowHarness, steps: (at: string) => ScriptedStep[]) {
  const later = { ...TO_PRO, effectiveAt: 'next_billing_date' as const };
  const at = new Date((await harness.now()) + 20 * DAY).toISOString();
  const run = await harness.buy({
    fixture: { ...FREE, actions: { pro: later } },
    input: { timing: TIMING, notify: true },
    script: (activities) => activities.next('followScheduledChange', ...steps(at)),
  });
  await run.click('accepted');
  await run.activities.called('changePlan');
  await run.idle();
  await run.subscriptionWebhook({ scheduledProductId: 'prod_pro' });
  await run.result();
  const change = workflowId.scheduledChange(run.presentation());
  await harness.environment.client.workflow.getHandle(change).result();
  return { ...(await endedChange(run)), 'scheduled-change': change };
}
type ScriptedStep = Awaited<ReturnType<ScriptedActivities['implementations']['followScheduledChange']>>;

/** A plan change whose payment failed, with its fallback open. */
async function fallenBack(harness: WorkflowHarness, options: BuyOptions = {}): Promise<PurchaseRun> {
  const { run } = await accepted(harness, { ...options, fixture: { ...PLAN_CHANGE, ...options.fixture } });
  await run.webhook(run.attempt(1, 'pro'), 'failed', 'INSUFFICIENT_FUNDS');
  await run.idle();
  return run;
}

const JUDGED: ScriptedScenario[] = [
  {
    name: 'judged-converted',
    async play(harness) {
      const { run } = await accepted(harness);
      await paid(run, run.attempt(1));
      return ended(run);
    },
  },
  {
    name: 'judged-converted-after-lost-answer',
    async play(harness) {
      const script = (activities: ScriptedActivities) => activities.next('charge', LOST);
      const { run } = await accepted(harness, { script });
      const payment = { ...run.activities.book(run.attempt(1), 'succeeded'), proven: true };
      run.activities.books.payments.set(run.attempt(1), payment);
      return ended(run);
    },
  },
  {
    name: 'judged-recovered',
    async play(harness) {
      const script = (activities: ScriptedActivities) => activities.next('charge', DECLINED);
      const { run } = await accepted(harness, { script });
      await paid(run, run.attempt(2), { amount: 830_000, currency: 'INR' });
      return ended(run);
    },
  },
  ...([true, false] as const).map((isPaid): ScriptedScenario => ({
    name: `judged-differing-payment-${isPaid ? 'accepted' : 'rejected'}`,
    async play(harness) {
      const script = (activities: ScriptedActivities) => activities.next('charge', LOST);
      const { run } = await accepted(harness, { script });
      const payment = await paid(run, run.attempt(1), { amount: 4899 });
      await run.pass(DAY);
      await decided(run, isPaid, isPaid ? payment : undefined);
      if (isPaid) return ended(run);
      await run.pass(25 * HOUR);
      const runs = await ended(run);
      await run.activities.called('settleLatePayment');
      return { ...runs, 'late-payment': workflowId.latePayment(payment.paymentId) };
    },
  })),
  {
    name: 'judged-differing-payment-then-the-right-one',
    async play(harness) {
      const script = (activities: ScriptedActivities) => activities.next('charge', LOST);
      const { run } = await accepted(harness, { script });
      await paid(run, run.attempt(1), { amount: 4899, paymentId: unique('pay') });
      await paid(run, run.attempt(1));
      return ended(run);
    },
  },
  {
    name: 'judged-differing-payment-at-the-fallback',
    async play(harness) {
      const script = (activities: ScriptedActivities) => activities.next('charge', DECLINED);
      const { run } = await accepted(harness, { script });
      await paid(run, run.attempt(1), { amount: 1 });
      await decided(run, false);
      await paid(run, run.attempt(2));
      return ended(run);
    },
  },
  {
    name: 'judged-paid-twice',
    async play(harness) {
      const script = (activities: ScriptedActivities) => activities.next('charge', DECLINED);
      const { run } = await accepted(harness, { script });
      const settling = run.activities.hold('settle');
      await run.webhook(run.attempt(2), 'succeeded');
      await settling.reached;
      const second = { ...run.activities.book(run.attempt(1), 'succeeded'), proven: true };
      await run.handle.signal(paymentEvent, second);
      settling.release();
      const runs = await ended(run);
      const late = workflowId.latePayment(second.paymentId);
      await harness.environment.client.workflow.getHandle(late).result();
      const compensation = workflowId.compensation(`refund/${second.paymentId}`);
      await harness.environment.client.workflow.getHandle(compensation).result();
      return { ...runs, 'late-payment': late, compensation };
    },
  },
];

const WINDOWS: ScriptedScenario[] = [
  {
    name: 'asked-again-after-the-send-window',
    async play(harness) {
      const { run } = await accepted(harness, {
        fixture: { windowMs: 9 * DAY },
        script: (activities) => activities.always('charge', NOT_SENT),
      });
      await run.pass(3 * HOUR);
      run.activities.always('charge', undefined);
      const { length: tries } = run.activities.inputs('charge');
      void run.accept({ priceHash: `again_${run.attempt(tries)}` });
      await run.activities.called('charge', tries + 1);
      await run.webhook(run.attempt(tries + 1), 'succeeded');
      return ended(run);
    },
  },
  {
    name: 'abandoned-after-the-send-window',
    async play(harness) {
      const script = (activities: ScriptedActivities) => activities.always('charge', NOT_SENT);
      const { run } = await accepted(harness, { script });
      return ended(run);
    },
  },
  ...(
    [
      ['recovered-after-the-action-window', true],
      ['recovered-without-a-page-for-3-d-secure', false],
    ] as const
  ).map(([name, link]): ScriptedScenario => ({
    name,
    async play(harness) {
      const { run } = await accepted(harness);
      run.activities.always('lookUpPayment', () => ({
        kind: 'payment',
        payment: run.activities.book(run.attempt(1), 'requires_customer_action'),
        link,
      }));
      await run.pass(HOUR + MINUTE);
      await run.webhook(run.attempt(2), 'succeeded');
      return ended(run);
    },
  })),
  {
    name: 'converted-late-after-the-action-window',
    async play(harness) {
      const { run } = await accepted(harness);
      run.activities.always('lookUpPayment', () => ({
        kind: 'payment',
        payment: run.activities.book(run.attempt(1), 'requires_customer_action'),
        link: true,
      }));
      await run.pass(HOUR + MINUTE);
      await run.webhook(run.attempt(1), 'succeeded');
      return ended(run);
    },
  },
  {
    name: 'sent-again-after-the-worker-died',
    async play(harness) {
      const { run } = await accepted(harness, {
        script: (activities) => activities.next('charge', DIED),
      });
      await run.pass(10 * SECOND);
      await run.webhook(run.attempt(2), 'succeeded');
      return ended(run);
    },
  },
  {
    name: 'looked-up-after-the-worker-died',
    async play(harness) {
      const { run } = await accepted(harness, {
        script(activities) {
          activities.next('charge', DIED);
          activities.next('fenceAttempt', { neverSent: false });
        },
      });
      await run.pass(MINUTE);
      run.activities.book(run.attempt(1), 'succeeded');
      return ended(run);
    },
  },
  {
    name: 'free-change-sent-again',
    async play(harness) {
      const { run } = await accepted(harness, {
        fixture: FREE,
        script: (activities) => activities.next('changePlan', LOST),
      });
      await run.pass(21 * MINUTE);
      await run.subscriptionWebhook(PRO);
      return endedChange(run);
    },
  },
  {
    name: 'free-change-in-place',
    async play(harness) {
      const { run } = await accepted(harness, { fixture: { ...FREE, mode: 'checkout' } });
      await run.subscriptionWebhook(PRO);
      return endedChange(run);
    },
  },
  {
    name: 'retry-not-sent',
    async play(harness) {
      const { run } = await accepted(harness, {
        fixture: PLAN_CHANGE,
        script(activities) {
          activities.next('changePlan', { kind: 'rejected', code: 'CARD_DECLINED' }, NOT_SENT);
          activities.next('openFallback', { kind: 'update_method' });
        },
      });
      void run.accept({}, 'first retry');
      await run.activities.called('changePlan', 2);
      await run.idle();
      void run.accept({}, 'second retry');
      await run.activities.called('changePlan', 3);
      await run.webhook(run.attempt(4, 'pro'), 'succeeded');
      await run.subscriptionWebhook(PRO);
      return endedChange(run);
    },
  },
  {
    name: 'converted-after-look-ups-in-a-queue',
    async play(harness) {
      const { run } = await accepted(harness, { script: (activities) => activities.next('charge', LOST) });
      run.activities.always('lookUpPayment', QUEUED);
      await run.pass(10 * MINUTE);
      run.activities.book(run.attempt(1), 'succeeded');
      run.activities.always('lookUpPayment', undefined);
      return ended(run);
    },
  },
  {
    name: 'news-while-reading',
    async play(harness) {
      const { run } = await accepted(harness, {
        script: (activities) => activities.next('charge', LOST),
      });
      const reading = run.activities.hold('lookUpPayment');
      await harness.sleep(MINUTE);
      await reading.reached;
      await run.webhook(run.attempt(1), 'succeeded');
      await run.result();
      reading.release();
      return ended(run);
    },
  },
  {
    name: 'heard-of-though-not-read',
    async play(harness) {
      const { run } = await accepted(harness, {
        script(activities) {
          activities.next('charge', LOST);
          activities.always('lookUpPayment', { kind: 'absent' });
        },
      });
      await run.webhook(run.attempt(1), 'processing');
      await run.pass(HOUR);
      await run.webhook(run.attempt(1), 'succeeded');
      return ended(run);
    },
  },
  {
    name: 'heard-of-though-not-read-at-the-fallback',
    async play(harness) {
      const { run } = await accepted(harness, {
        script(activities) {
          activities.next('charge', DECLINED);
          activities.always('lookUpPayment', { kind: 'absent' });
        },
      });
      await run.webhook(run.attempt(2), 'processing');
      await run.pass(2 * DAY);
      await run.webhook(run.attempt(2), 'succeeded');
      return ended(run);
    },
  },
  {
    name: 'news-while-reading-at-the-fallback',
    async play(harness) {
      const { run } = await accepted(harness, {
        script: (activities) => activities.next('charge', DECLINED),
      });
      const reading = run.activities.hold('lookUpPayment');
      await harness.sleep(2 * MINUTE);
      await reading.reached;
      await run.webhook(run.attempt(2), 'succeeded');
      await run.result();
      reading.release();
      return ended(run);
    },
  },
];

const PLAN_CHANGES: ScriptedScenario[] = [
  {
    name: 'scheduled-change-happened',
    play: (harness) =>
      scheduled(harness, (at) => [
        { kind: 'scheduled', at },
        { kind: 'scheduled', at },
        { kind: 'absent' },
        { kind: 'happened' },
      ]),
  },
  {
    name: 'scheduled-change-cancelled-before-its-date',
    play: (harness) =>
      scheduled(harness, (at) => [
        { kind: 'scheduled', at },
        { kind: 'scheduled', at },
        { kind: 'absent' },
        { kind: 'absent' },
        { kind: 'absent' },
        { kind: 'absent' },
        { kind: 'dropped' },
      ]),
  },
  {
    name: 'scheduled-change-dropped',
    play: (harness) => scheduled(harness, (at) => [{ kind: 'scheduled', at }, { kind: 'dropped' }]),
  },
  {
    name: 'recovered-by-a-new-subscription',
    async play(harness) {
      const run = await fallenBack(harness);
      await run.webhook(run.attempt(2, 'pro'), 'succeeded');
      const runs = await endedChange(run);
      const { subscriptionId } = run.fixture.subscription;
      const compensation = workflowId.compensation(`end_subscription/${subscriptionId}`);
      await harness.environment.client.workflow.getHandle(compensation).result();
      return { ...runs, compensation };
    },
  },
  {
    name: 'superseded-by-a-newer-wish',
    async play(harness) {
      const first = await fallenBack(harness);
      const { subscription } = first.fixture;
      const second = await harness.buy({
        fixture: { ...FREE, subscription },
        input: { timing: TIMING },
      });
      await second.click('accepted');
      await second.activities.called('changePlan');
      await second.idle();
      await second.subscriptionWebhook(PRO);
      await first.result();
      await second.result();
      return { '': first.fixture.workflowId, newer: second.fixture.workflowId };
    },
  },
  {
    name: 'newer-wish-refused-while-the-fallback-is-paid',
    async play(harness) {
      const first = await fallenBack(harness);
      const { subscription } = first.fixture;
      const second = await harness.buy({
        fixture: { ...PLAN_CHANGE, subscription },
        input: { timing: TIMING },
      });
      const payment = first.activities.book(first.attempt(2, 'pro'), 'succeeded');
      second.activities.always('lookUpPayment', { kind: 'payment', payment });
      await second.accept();
      await first.result();
      return { ...(await endedChange(first)), newer: second.fixture.workflowId };
    },
  },
  {
    name: 'abandoned-fallback-that-cannot-be-read',
    async play(harness) {
      const run = await fallenBack(harness, {
        script: (activities) => activities.always('lookUpPayment', UNREADABLE),
      });
      return endedChange(run);
    },
  },
  {
    name: 'converted-by-add-ons',
    async play(harness) {
      const addons = [{ addonId: 'adn_seat', quantity: 2 }];
      const { run } = await accepted(harness, {
        fixture: { ...PLAN_CHANGE, actions: { pro: { ...TO_PRO, addons } } },
      });
      await run.webhook(run.attempt(1, 'pro'), 'succeeded');
      await run.subscriptionWebhook({ ...PRO, addons });
      return endedChange(run);
    },
  },
];

const AFTERWARDS: ScriptedScenario[] = [
  {
    name: 'refund-retried-until-it-is-confirmed',
    async play(harness) {
      const input = aRefund();
      const run = await played(harness, ['compensation', runOf(input), input], (activities) =>
        activities.next(
          'compensate',
          { kind: 'pending' },
          { kind: 'pending' },
          { kind: 'pending' },
          {
            kind: 'ended',
            status: 'confirmed',
          },
        ),
      );
      return { '': run };
    },
  },
  {
    name: 'refund-left-to-a-person',
    async play(harness) {
      const input = aRefund();
      const run = await played(harness, ['compensation', runOf(input), input], (activities) =>
        activities.always('compensate', { kind: 'pending' }),
      );
      return { '': run };
    },
  },
  {
    name: 'part-refunded-by-a-recall',
    async play(harness) {
      const input = aPart();
      const refund = { id: unique('ref'), amount: 3_000, currency: 'USD' };
      const run = await played(harness, ['compensation', runOf(input), input], (activities) =>
        activities.next('compensate', { kind: 'ended', status: 'confirmed', refund }),
      );
      return { '': run, notifications: workflowId.notifications(run) };
    },
  },
  {
    name: 'part-given-back-otherwise',
    async play(harness) {
      const input = aPart();
      const run = await played(harness, ['compensation', runOf(input), input], (activities) =>
        activities.next('compensate', { kind: 'ended', status: 'confirmed' }),
      );
      return { '': run };
    },
  },
  {
    name: 'subscription-end-heard-of',
    async play(harness) {
      const { presentationId, purchaseId } = aRefund();
      const input: CompensationInput = {
        kind: 'end_subscription',
        ...{ presentationId, purchaseId, subscriptionId: unique('sub') },
      };
      const run = await played(
        harness,
        ['compensation', runOf(input), input],
        (activities) =>
          activities.next('compensate', { kind: 'pending' }, { kind: 'ended', status: 'confirmed' }),
        async (activities) => {
          await activities.called('compensate');
          const { client } = harness.environment;
          await client.workflow.getHandle(runOf(input)).signal('compensationEvent');
        },
      );
      return { '': run };
    },
  },
  {
    name: 'late-payment-decided-by-a-person',
    async play(harness) {
      const late = aLatePayment(true);
      const about = { presentationId: unique('prs'), purchaseId: unique('pay') };
      const undo: CompensationInput = { kind: 'end_subscription', ...about, subscriptionId: unique('sub') };
      const run = await played(
        harness,
        late,
        (activities) =>
          activities.next(
            'settleLatePayment',
            { kind: 'review' },
            { kind: 'review' },
            {
              kind: 'fulfilled',
              ...about,
              undo: [undo],
            },
          ),
        async (activities) => {
          await activities.called('settleLatePayment', 2);
          const { client } = harness.environment;
          await client.workflow.getHandle(late[1]).signal(reviewResolved);
        },
      );
      return { '': run, notifications: workflowId.notifications(run), compensation: runOf(undo) };
    },
  },
  {
    name: 'late-payment-goes-back',
    async play(harness) {
      const undo = aRefund();
      const run = await played(harness, aLatePayment(), (activities) =>
        activities.next('settleLatePayment', { kind: 'goes_back', undo: [undo] }),
      );
      return { '': run, compensation: runOf(undo) };
    },
  },
  {
    name: 'resolution-by-word',
    async play(harness) {
      const reviewId = unique('rev');
      const about = { presentationId: unique('prs'), purchaseId: unique('pay') };
      const undo: CompensationInput = { kind: 'end_subscription', ...about, subscriptionId: unique('sub') };
      const input: ResolutionInput = { reviewId, ...about, paid: true, reason: 'looked up', notify: true };
      const run = await played(
        harness,
        ['resolution', workflowId.resolution(reviewId), input],
        (activities) => activities.next('settleByWord', { kind: 'fulfilled', compensations: [undo] }),
      );
      return { '': run, compensation: runOf(undo) };
    },
  },
  {
    name: 'closing-of-an-expired-offer',
    async play(harness) {
      const input: ClosingInput = { presentationId: unique('prs'), purchaseId: unique('pay'), notify: true };
      const id = workflowId.closing(input.presentationId);
      const run = await played(harness, ['closing', id, input], (activities) =>
        activities.next('closedOffer', { kind: 'expired' }),
      );
      return { '': run };
    },
  },
  {
    name: 'janitor-with-a-part-that-fails',
    async play(harness) {
      const input: JanitorInput = { windowMs: 48 * HOUR, reconcileWindowMs: 20 * MINUTE, graceMs: MINUTE };
      const failing = Array.from({ length: 60 }, () => UNREADABLE);
      const run = await played(harness, ['janitor', unique('janitor'), input], (activities) => {
        activities.next('mendPresentations', { presentation_settled: 2 });
        activities.next('findReversals', ...failing);
      });
      return { '': run };
    },
  },
];

const REGISTERED: ScriptedScenario[] = [
  {
    name: 'registered-and-never-paid',
    async play(harness) {
      return ended(await harness.buy({ paid: false, input: { timing: TIMING } }));
    },
  },
  {
    name: 'registered-and-paid-twice',
    async play(harness) {
      const run = await harness.buy({ paid: false, input: { timing: TIMING } });
      for (const paymentId of [unique('pay'), unique('pay')]) {
        await run.handle.signal(paymentEvent, { ...firstPayment(run.fixture), paymentId });
        await run.idle();
      }
      await run.withdraw();
      return ended(run);
    },
  },
];

const NOTIFIED: ScriptedScenario[] = [
  {
    name: 'notified-around-a-refusal',
    async play(harness) {
      const { run } = await accepted(harness, {
        input: { notify: true },
        script: (activities) =>
          activities.always('deliverNotification', (notification) => {
            if (notification.type === 'offer.presented') throw REFUSED;
          }),
      });
      await run.webhook(run.attempt(1), 'succeeded');
      const runs = await ended(run);
      await harness.sleep(4 * DAY);
      await run.child.notifications.result();
      return { ...runs, notifications: run.child.notifications.workflowId };
    },
  },
  {
    name: 'notified-while-the-endpoint-fails-on-one',
    async play(harness) {
      const { run } = await accepted(harness, {
        fixture: { windowMs: 9 * DAY },
        input: { notify: true },
        script(activities) {
          activities.always('deliverNotification', (notification) => {
            if (notification.type === 'offer.presented') throw new Error('503');
          });
          activities.always('deliverEither', 'second');
        },
      });
      await run.pass(10 * MINUTE);
      await run.webhook(run.attempt(1), 'succeeded');
      const runs = await ended(run);
      await harness.sleep(4 * DAY);
      await run.child.notifications.result();
      return { ...runs, notifications: run.child.notifications.workflowId };
    },
  },
];

const SWEPT: ScriptedScenario[] = [
  {
    name: 'sweep-with-funnels-in-shadow',
    async play(harness) {
      const activities = harness.script(purchaseFixture('pay_recorded_sweep'));
      activities.next('sweepPayments', { seen: 2, told: 0, shadows: 1 });
      const run = 'sweep/recorded';
      await harness.environment.client.workflow.execute('sweep', {
        workflowId: run,
        taskQueue: harness.taskQueue,
        args: [{ windowMs: 48 * HOUR }],
      });
      return { '': run };
    },
  },
];

export const SCRIPTED: ScriptedScenario[] = [
  ...SWEPT,
  ...JUDGED,
  ...WINDOWS,
  ...PLAN_CHANGES,
  ...AFTERWARDS,
  ...REGISTERED,
  ...NOTIFIED,
];
