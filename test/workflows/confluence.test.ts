import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paymentEvent } from '../../src/contract/messages.js';
import { type PaymentEvent } from '../../src/domain/payment.js';
import type { Answer } from './scripted-activities.js';
import type { PurchaseRun } from './purchase-run.js';
import { firstPayment, useWorkflowHarness } from './use-workflow-harness.js';
import { MINUTE } from './purchase-fixture.js';

/** How many orders of each set of events are tried. */
const ORDERS = Math.ceil(Number(process.env.MODEL_RUNS ?? 80) / 10);
const TIMEOUT = (ORDERS + 5) * 5_000;

const harness = useWorkflowHarness();

interface Delivery<T> {
  order: T[];
  /** Waits until the run is idle after each event, instead of delivering all at once. */
  oneByOne: boolean;
}

/** Generates orders of all events, some of them delivered twice. */
function deliveries<T>(events: readonly T[]): fc.Arbitrary<Delivery<T>> {
  return fc.record({
    order: fc
      .subarray([...events])
      .chain((twice) =>
        fc.shuffledSubarray([...events, ...twice], { minLength: events.length + twice.length }),
      ),
    oneByOne: fc.boolean(),
  });
}

async function deliver(run: PurchaseRun, { order, oneByOne }: Delivery<PaymentEvent>): Promise<void> {
  for (const event of order) {
    // Later events belong to the runs of late payments.
    const { status } = await run.handle.describe();
    if (status.name !== 'RUNNING') return;
    await run.signal(paymentEvent.name, event).catch(() => undefined);
    if (oneByOne) await run.idle();
  }
  await run.idle();
}

/** Starts a run and accepts its offer. Dodo knows how the charge ends, but cannot be read. */
async function acceptedRun(...charges: Answer<'charge'>[]): Promise<PurchaseRun> {
  const run = await harness.buy({
    script(activities) {
      activities.next('charge', ...charges);
      activities.always('lookUpPayment', new Error('503'));
    },
  });
  await run.click('accepted');
  await run.activities.called('charge');
  await run.idle();
  return run;
}

function events(run: PurchaseRun, attempt: number, statuses: string[]): PaymentEvent[] {
  return statuses.map((status) => ({ ...run.activities.book(run.attempt(attempt), status) }));
}

async function settledAs(run: PurchaseRun, outcome: string, paidAttempt?: number): Promise<void> {
  expect(await run.result()).toMatchObject({ outcome });
  expect(run.activities.inputs('charge')).toHaveLength(1);
  const [settled, ...more] = run.activities.inputs('settle');
  expect(more).toEqual([]);
  expect(settled?.presentation?.paid?.attemptId).toBe(
    paidAttempt === undefined ? undefined : run.attempt(paidAttempt),
  );
}

/** Checks a property for one set of events, each time on a new run. */
async function always<T>(
  set: readonly T[],
  property: (delivery: Delivery<T>) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(deliveries(set), async (delivery) => {
      try {
        await property(delivery);
      } finally {
        await harness.endRuns();
      }
    }),
    { numRuns: ORDERS },
  );
}

describe('webhooks, in any order and any number,', () => {
  it('of a charge that succeeds leave it paid', { timeout: TIMEOUT }, () =>
    always(['processing', 'requires_customer_action', 'failed', 'succeeded'], async ({ order, oneByOne }) => {
      const run = await acceptedRun();
      await deliver(run, { order: events(run, 1, order), oneByOne });
      await settledAs(run, 'converted', 1);
    }),
  );

  it('of a charge that fails lead to the fallback', { timeout: TIMEOUT }, () =>
    always(
      ['processing', 'requires_customer_action', 'requires_payment_method', 'failed'],
      async ({ order, oneByOne }) => {
        const run = await acceptedRun();
        await deliver(run, { order: events(run, 1, order), oneByOne });
        await run.pass(MINUTE);
        expect(await run.state()).toMatchObject({ status: 'fallback' });
        expect(run.activities.inputs('openFallback')).toHaveLength(1);
        run.activities.always('lookUpPayment', { kind: 'absent' });
        await settledAs(run, 'abandoned');
      },
    ),
  );

  it('of a checkout that is paid after a declined card leave it recovered', { timeout: TIMEOUT }, () =>
    always(['processing', 'failed', 'succeeded'], async ({ order, oneByOne }) => {
      const run = await acceptedRun({ kind: 'rejected', code: 'DO_NOT_HONOR' });
      await deliver(run, { order: events(run, 2, order), oneByOne });
      await settledAs(run, 'recovered', 2);
    }),
  );

  it('of a charge whose reply was lost settle it all the same', { timeout: TIMEOUT }, () =>
    always(['processing', 'failed', 'succeeded'], async ({ order, oneByOne }) => {
      const run = await acceptedRun({ kind: 'unknown', detail: 'socket hang up' });
      await deliver(run, { order: events(run, 1, order), oneByOne });
      await settledAs(run, 'converted', 1);
    }),
  );

  it('of the purchase itself lead to one offer', { timeout: TIMEOUT }, () =>
    always(['processing', 'failed', 'requires_payment_method', 'succeeded'], async ({ order, oneByOne }) => {
      const run = await harness.buy({ paid: false });
      const first = firstPayment(run.fixture);
      await deliver(run, { order: order.map((status) => ({ ...first, status })), oneByOne });
      expect(await run.state()).toMatchObject({ state: 'offering', status: 'open' });
      expect(run.activities.inputs('evaluate')).toMatchObject([{ paymentId: first.paymentId }]);
    }),
  );
});
