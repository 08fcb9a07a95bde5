/** Invariants about runs: every purchase has one, every webhook counts once, and no run is broken. */
import { routeEvent } from '../../../src/webhooks/route.js';
import type { ReversalEvent, SubscriptionEvent } from '../../../src/contract/messages.js';
import type { PaymentEvent } from '../../../src/domain/payment.js';
import { groupBy, type BooksEvidence, type Check } from './evidence.js';

type Delivery = BooksEvidence['deliveries'][number];

/** Returns the id of the payment, subscription, refund or dispute that an event is about. */
function subjectOf({ subject }: Delivery): string {
  if (subject.kind !== 'raw') return subject.id;
  const data = (subject.data ?? {}) as Record<string, string | undefined>;
  return data.refund_id ?? data.dispute_id ?? data.payment_id ?? data.subscription_id ?? 'nothing';
}

const SUBJECT_IN_SIGNAL: Record<string, (event: unknown) => string> = {
  paymentEvent: (event) => (event as PaymentEvent).paymentId,
  subscriptionEvent: (event) => (event as SubscriptionEvent).subscriptionId,
  reversalEvent: (event) => (event as ReversalEvent).id,
};

/** 5. A run has each event once, however often it was delivered, and each payment starts one run. */
export const oneEffectPerWebhook: Check = ({ runs, books }) => {
  const found: string[] = [];
  const events = groupBy(books.deliveries, subjectOf);
  for (const run of runs) {
    const told = run.signals.flatMap(({ name, args }) => {
      const subject = SUBJECT_IN_SIGNAL[name]?.(args[0]);
      return subject === undefined ? [] : [{ name, subject }];
    });
    for (const [key, signals] of groupBy(told, ({ name, subject }) => `${name} of ${subject}`)) {
      const [first] = signals;
      if (!first) continue;
      // The sweep reports a payment too, once, and the janitor a refund.
      const bySweep = first.name === 'subscriptionEvent' ? 0 : 1;
      const most = (events.get(first.subject)?.length ?? 0) + bySweep;
      if (signals.length > most)
        found.push(`${run.workflowId} has ${signals.length} signals ${key}; there were ${most} events.`);
    }
  }
  const purchases = runs.filter(({ type }) => type === 'purchase');
  for (const [id, chain] of groupBy(purchases, ({ workflowId }) => workflowId)) {
    const started = chain.filter(({ resetFrom }) => resetFrom === undefined);
    if (started.length > 1) found.push(`${id} was started ${started.length} times.`);
  }
  const triggers = purchases.flatMap(({ workflowId, signals }) =>
    signals.flatMap(({ name, args }) => {
      const event = args[0] as PaymentEvent | undefined;
      const isTrigger = name === 'paymentEvent' && event !== undefined && event.attemptId === undefined;
      return isTrigger ? [{ workflowId, paymentId: event.paymentId }] : [];
    }),
  );
  for (const [paymentId, told] of groupBy(triggers, (one) => one.paymentId)) {
    const ids = new Set(told.map(({ workflowId }) => workflowId));
    if (ids.size > 1) found.push(`Payment ${paymentId} set off ${[...ids].join(' and ')}.`);
  }
  return found;
};

/** 6. Every purchase that matches a funnel has a run, once its webhook was acknowledged or a sweep has run. */
export const noLostPurchase: Check = ({ catalog, books, runs, swept, at, strangers = [] }) => {
  const known = new Set(runs.map(({ workflowId }) => workflowId));
  const acknowledged = new Set(
    books.deliveries
      .filter(({ type, attempts }) => type === 'payment.succeeded' && attempts.some(isAcknowledged))
      .map(subjectOf),
  );
  return books.payments.flatMap((payment) => {
    if (payment.status !== 'succeeded') return [];
    // The sandbox's own customers write no metadata of ours.
    const provesAttempt = () => !strangers.includes(payment.payment_id);
    const evidence = { provesPurchase: () => true, provesAttempt };
    const route = routeEvent({ type: 'payment.succeeded', data: payment }, catalog, at, evidence);
    if (route.kind !== 'purchase' || known.has(`purchase/${route.purchaseId}`)) return [];
    const { payment_id } = payment;
    if (acknowledged.has(payment_id)) return [`Payment ${payment_id} was acknowledged, and has no run.`];
    return swept ? [`Payment ${payment_id} is a purchase that the sweep did not find; it has no run.`] : [];
  });
};

function isAcknowledged({ status }: Delivery['attempts'][number]): boolean {
  return status !== null && status >= 200 && status < 300;
}

const WELL: readonly string[] = ['RUNNING', 'COMPLETED', 'CONTINUED_AS_NEW'];
const MAX_EVENTS = 2_000;

/** 9. No run failed or was terminated except by a reset, none failed in its code, and histories stay short. */
export const runsInHealth: Check = ({ runs }) =>
  runs.flatMap(({ workflowId, runId, status, taskFailures, events }) => {
    const found: string[] = [];
    const wasReset = runs.some((run) => run.workflowId === workflowId && run.resetFrom === runId);
    if (!WELL.includes(status) && !wasReset) found.push(`Run ${workflowId} is ${status}.`);
    if (taskFailures.length > 0) found.push(`Run ${workflowId} failed in its code: ${taskFailures[0]}`);
    if (events > MAX_EVENTS) found.push(`Run ${workflowId} has a history of ${events} events.`);
    return found;
  });
