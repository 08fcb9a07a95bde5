/** Rows about payments in flight when something goes wrong. */
import { eventually } from '../../support/eventually.js';
import { startSandbox, type FaultInput } from '../../../sandbox/index.js';
import { createDodo, type Dodo } from '../../../src/dodo/client.js';
import { workflowId } from '../../../src/domain/ids.js';
import { outOf, type Row } from './row.js';
import type { InProcessSystem } from './in-process-system.js';
import { payLink } from '../../support/purchases.js';
import { inBatches } from '../../support/batches.js';

const SECOND = 1000;
/** Instead of the 25 s of production. */
const TIMEOUT = 400;

const FAILURES: [string, Omit<FaultInput, 'match'>][] = [
  ['reset', { kind: 'drop_before' }],
  ['500', { kind: 'status_before', status: 500 }],
  ['429', { kind: 'status_before', status: 429 }],
  ['409', { kind: 'status_before', status: 409 }],
  ['hang', { kind: 'delay', delayMs: 2 * SECOND }],
  ['truncate', { kind: 'truncate' }],
  ['HTML', { kind: 'html_200' }],
];

export const oneRequestPerCall: Row = {
  id: 'R13',
  title: 'SDK guard: requests per call',
  target: 'exactly 1 for each way to fail',
  how: 'checkout, payment, plan change and refund called through the client of the product; requests counted at the other end',
  async measure() {
    // A sandbox of its own, because these charges belong to no purchase.
    const sandbox = await startSandbox();
    const dodo = createDodo(sandbox.apiKey, { baseURL: sandbox.url }).withOptions({ timeout: TIMEOUT });
    const subscriber = await sandbox.control.purchase({ product_id: 'prod_basic_plan' });
    const calls = await Promise.all(
      FAILURES.map(async ([name, fault]) => {
        const { customer_id, payment_id } = await sandbox.control.purchase({
          product_id: 'prod_setup_session',
        });
        const person = { customer_id, payment_id, subscription_id: subscriber.subscription_id ?? '' };
        return { name, fault, routes: routesOf(dodo, person) };
      }),
    );
    const extra: string[] = [];
    let called = 0;
    for (const { name, fault, routes } of calls) {
      for (const [path, call] of routes) {
        const before = sandbox.books.requests({ method: 'POST', path }).length;
        sandbox.control.addFault({ match: { method: 'POST', path: `^${path}$` }, ...fault });
        await call().catch(() => undefined);
        called += 1;
        const sent = sandbox.books.requests({ method: 'POST', path }).length - before;
        if (sent !== 1) extra.push(`${path} on ${name}: ${sent}`);
      }
    }
    await sandbox.close();
    return outOf(
      called - extra.length,
      called,
      ` calls sent one request${extra.map((one) => `; ${one}`).join('')}`,
    );
  },
};

function routesOf(
  dodo: Dodo,
  {
    customer_id,
    payment_id,
    subscription_id,
  }: { customer_id: string; payment_id: string; subscription_id: string },
): [string, () => Promise<unknown>][] {
  const product_cart = [{ product_id: 'prod_setup_session', quantity: 1 }];
  const customer = { customer_id };
  const billing = { country: 'US' as const, zipcode: '10001' };
  return [
    ['/checkouts', async () => dodo.checkoutSessions.create({ product_cart, customer })],
    ['/payments', async () => dodo.payments.create({ product_cart, customer, billing })],
    [
      `/subscriptions/${subscription_id}/change-plan`,
      async () =>
        dodo.subscriptions.changePlan(subscription_id, {
          product_id: 'prod_basic_plan',
          quantity: 1,
          proration_billing_mode: 'do_not_bill',
          on_payment_failure: 'prevent_change',
        }),
    ],
    ['/refunds', async () => dodo.refunds.create({ payment_id })],
  ];
}

function addMoneyFault(
  { sandbox }: InProcessSystem,
  customerId: string,
  fault: Omit<FaultInput, 'match'>,
): void {
  const [subscription] = sandbox.books.subscriptions({ customerId });
  const match = subscription
    ? { path: `^/subscriptions/${subscription.subscription_id}/change-plan$` }
    : { path: '^/(checkouts|payments)$', body: `"customer_id":"${customerId}"` };
  sandbox.control.addFault({ match: { method: 'POST', ...match }, ...fault });
}

/** Accepts, pays the fallback if there is one, and waits for the end. */
async function acceptAndPay(system: InProcessSystem, customerId: string, paymentId: string): Promise<void> {
  await system.backend.post(`/api/upsell/${customerId}/accept`);
  const shown = await eventually(
    `${paymentId} is paid or falls back`,
    async () => {
      const [one] = (await system.ledger.purchase(paymentId))?.presentations ?? [];
      return one?.status === 'paid' || one?.status === 'fallback' ? one : undefined;
    },
    40 * SECOND,
  );
  if (shown.status === 'fallback') await payLink(system.sandbox, shown.checkoutUrl).catch(() => undefined);
  await system.settled(paymentId);
}

/** Returns the number of charges after the first payment that were not refunded. */
function keptCharges({ sandbox }: InProcessSystem, customerId: string, firstPaymentId: string): number {
  return sandbox.books
    .payments({ customerId, status: 'succeeded' })
    .filter((payment) => payment.payment_id !== firstPaymentId && payment.refund_status !== 'full').length;
}

export const lateCommits: Row = {
  id: 'R16',
  title: 'Late commit, fallback paid or not',
  target: 'one charge in the end; exactly one refund where there were two',
  how: 'Dodo hangs up and charges up to 6 s later, while an outcome is looked for during 3 s; half of the customers pay the fallback',
  async measure(system, long) {
    const delays = long ? Array.from({ length: 24 }, (_, index) => 250 * (index + 1)) : [500, 3_500, 5_000];
    const cells = delays.flatMap((delayMs) => [true, false].map((pays) => ({ delayMs, pays })));
    const wrong: string[] = [];
    let refunds = 0;
    await inBatches(cells.length, 12, async (index) => {
      const { delayMs, pays } = cells[index] ?? { delayMs: 0, pays: true };
      const { customer_id, payment_id } = await system.buy('prod_single_license');
      await system.offer(customer_id);
      addMoneyFault(system, customer_id, { kind: 'late_commit', delayMs });
      void system.backend.post(`/api/upsell/${customer_id}/accept`).catch(() => undefined);
      const ours = () =>
        system.sandbox.books
          .payments({ customerId: customer_id, status: 'succeeded' })
          .filter((payment) => payment.payment_id !== payment_id);
      const shown = await eventually(`${payment_id} is paid or falls back`, async () => {
        const [one] = (await system.ledger.purchase(payment_id))?.presentations ?? [];
        return one?.status === 'paid' || one?.status === 'fallback' ? one : undefined;
      });
      if (pays && shown.status === 'fallback')
        await payLink(system.sandbox, shown.checkoutUrl).catch(() => undefined);
      await eventually('the late commit has happened', async () =>
        ours().some(({ metadata }) => String(metadata.upsell_attempt_id).endsWith(':1')) ? true : undefined,
      );
      await system.settled(payment_id);
      const atRest = () => keptCharges(system, customer_id, payment_id) === 1;
      await eventually('the second payment went back', async () => atRest() || undefined).catch(
        () => undefined,
      );
      const went = system.sandbox.books.refunds({ customerId: customer_id }).length;
      refunds += went;
      if (!atRest() || went !== ours().length - 1)
        wrong.push(`${delayMs} ms, ${pays ? 'paid' : 'unpaid'}: ${ours().length} charges, ${went} refunds`);
    });
    const more = `${wrong.map((one) => `; ${one}`).join('')}; ${refunds} refunds`;
    return outOf(cells.length - wrong.length, cells.length, ` cells ended with one charge${more}`);
  },
};

export const resets: Row = {
  id: 'R23',
  title: 'Reset of paid runs',
  target: 'no new charge',
  how: 'runs of all three kinds of offers reset to their first task after they were paid',
  async measure(system, long) {
    const products = ['prod_starter_course', 'prod_team_license', 'prod_basic_plan'];
    const count = long ? 30 : 3;
    const kept = await inBatches(count, 6, async (index) => {
      const { customer_id, payment_id } = await system.buy(products[index % products.length] ?? '');
      await system.offer(customer_id);
      await acceptAndPay(system, customer_id, payment_id);
      const handle = system.client.workflow.getHandle(workflowId.purchase(payment_id));
      await handle.result();
      const { events } = await handle.fetchHistory();
      await system.client.workflowService.resetWorkflowExecution({
        namespace: system.namespace,
        workflowExecution: { workflowId: handle.workflowId },
        reason: 'scorecard',
        requestId: crypto.randomUUID(),
        workflowTaskFinishEventId: events?.find((event) => event.workflowTaskCompletedEventAttributes)
          ?.eventId,
      });
      await system.client.workflow.getHandle(handle.workflowId).result();
      return keptCharges(system, customer_id, payment_id);
    });
    return outOf(kept.filter((charges) => charges === 1).length, count, ' runs have the one charge they had');
  },
};
