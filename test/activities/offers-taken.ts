/** Offers that were shown and taken, for tests of what comes afterwards: on real books, without runs. */
import type { MendingRuns, OrderingRuns } from '../../activities/context.js';
import { chargeActivities } from '../../activities/fulfilling/charge.js';
import { lookUpActivities } from '../../activities/fulfilling/look-up.js';
import type { CompensationInput } from '../../src/domain/compensation.js';
import { attemptId, workflowId } from '../../src/domain/ids.js';
import type { Pause, ReversalEvent, ScheduledChangeInput } from '../../src/contract/messages.js';
import type { PurchaseResult } from '../../sandbox/index.js';
import { noRuns } from './no-runs.js';
import type { Shop } from './shop.js';

/** Temporal without runs, unless a test says that one is running. It remembers what it was asked to start. */
export interface FakeRuns extends MendingRuns, OrderingRuns {
  running: Set<string>;
  late: { paymentId: string; attemptId: string }[];
  compensations: CompensationInput[];
  reversals: ReversalEvent[];
  scheduled: Omit<ScheduledChangeInput, 'notify'>[];
  pauses: Pause[];
  /** Offers whose end the merchant is told of. */
  closings: string[];
  /** Runs whose notifiers were told that nothing more will come. */
  notifiersEnded: string[];
}

export function fakeRuns(): FakeRuns {
  const started = new Set<string>();
  const once = (id: string, remember: () => void) => {
    if (started.has(id)) return false;
    started.add(id);
    remember();
    return true;
  };
  const runs: FakeRuns = {
    ...noRuns(),
    running: new Set(),
    late: [],
    compensations: [],
    reversals: [],
    scheduled: [],
    pauses: [],
    closings: [],
    notifiersEnded: [],
    status: async (run) => (runs.running.has(run) ? 'running' : 'closed'),
    startLatePayment: async (paymentId, attempt) =>
      once(paymentId, () => runs.late.push({ paymentId, attemptId: attempt })),
    startCompensation: async (input) => {
      runs.compensations.push(input);
      return true;
    },
    followScheduledChange: async (input) => {
      runs.scheduled.push(input);
      return true;
    },
    endPauseLater: async (pause) => {
      runs.pauses.push(pause);
      return true;
    },
    tellOfClosing: async ({ presentationId }) =>
      void once(presentationId, () => runs.closings.push(presentationId)),
    endNotifier: async (run) => void runs.notifiersEnded.push(run),
    tellReversal: async (event) => once(event.id, () => runs.reversals.push(event)),
  };
  return runs;
}

export interface Taken extends PurchaseResult {
  presentationId: string;
  attemptId: string;
  run: string;
}

/** Buys the starter course and is shown the bundle. */
export async function offered(shop: Shop): Promise<Taken> {
  const bought = await shop.buy('prod_starter_course');
  const evaluation = await shop.evaluate(bought.payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const run = workflowId.purchase(bought.payment_id);
  const { presentationId } = evaluation.presented;
  return { ...bought, presentationId, run, attemptId: attemptId(run, 'bundle', 1) };
}

/** Takes the offer that is open: the charge is sent, and its outcome is left to whoever looks. */
export async function take(shop: Shop, shown: Taken): Promise<Taken> {
  const presentation = await shop.context.ledger.presentation(shown.presentationId);
  if (!presentation) throw new Error(`The ledger has no ${shown.presentationId}.`);
  const { price, payment } = presentation;
  const acceptedAt = shop.now().toISOString();
  await chargeActivities(shop.context).charge({
    attemptId: shown.attemptId,
    presentationId: shown.presentationId,
    purchaseId: shown.payment_id,
    paymentId: shown.payment_id,
    customerId: shown.customer_id,
    paymentMethodId: payment.method?.id,
    quantity: 1,
    offer: { action: { kind: 'charge', productId: 'prod_complete_bundle', quantity: 1 } },
    price,
    acceptedAt,
    sendBefore: shop.now().getTime() + 60_000,
    runStartedAt: acceptedAt,
  });
  return shown;
}

/** Looks once at what came of the charge, as its run does. */
export async function look(shop: Shop, { attemptId: id, presentationId, customer_id }: Taken): Promise<void> {
  const attempt = await shop.context.ledger.attempt(id);
  await lookUpActivities(shop.context).lookUpPayment({
    attemptId: id,
    presentationId,
    customerId: customer_id,
    since: attempt?.createdAt ?? shop.now().toISOString(),
    ...(attempt?.paymentId !== undefined && { paymentId: attempt.paymentId }),
  });
}

/** The payments at Dodo that bear an attempt. */
export function paymentsOf(shop: Shop, { attemptId: id }: Pick<Taken, 'attemptId'>) {
  return shop.sandbox.books.payments().filter(({ metadata }) => metadata.upsell_attempt_id === id);
}
