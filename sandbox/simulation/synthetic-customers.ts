/** Synthetic customers: they arrive, buy, think, decide, and some pay at the checkout after a decline. */
import type { Client } from '@temporalio/client';
import type { Activities } from '../../activities/index.js';
import type { FallbackOpened } from '../../activities/fulfilling/fallback.js';
import type { PresentationRef } from '../../activities/offering/presentation-ref.js';
import type { Catalog, Funnel } from '../../src/domain/offers.js';
import type { Dodo } from '../../src/dodo/client.js';
import { toPaymentEvent } from '../../src/dodo/payments.js';
import { paymentEvent, type PurchaseInput } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';
import type { Sandbox } from '../index.js';
import { basketFor } from './basket.js';
import { waitingTime, type Chance } from './chance.js';
import type { Behaviour } from './behaviour.js';
import type * as workflows from './workflows.js';
import { type SimulationActivities } from './contract.js';

const GOOD_CARD = '4242424242424242';
const DECLINED_LATER_CARD = '4000000000000341';
const MINUTE = 60_000;
const TIMING = { reconcileWindowMs: 20 * MINUTE, pollIntervalMs: 10_000 };
/** Ends runs that would wait for ever. */
const LONGEST_RUN = '1200 days';

export interface CustomerOptions {
  client: Client;
  taskQueue: string;
  sandbox: Sandbox;
  dodo: Dodo;
  catalog: Catalog;
  funnel: Funnel;
  behaviour: Behaviour;
  chance: Chance;
}

/** Returns the product's activities, with a customer reacting to each offer, and the customers' own activities. */
export function withCustomers(
  activities: Activities,
  options: CustomerOptions,
): Activities & SimulationActivities {
  const { client, taskQueue, sandbox, dodo, catalog, funnel, behaviour, chance } = options;
  /** The customer of each run. */
  const who = new Map<string, string>();

  async function look(run: string, { presentationId, step, windowMs }: PresentationRef): Promise<void> {
    const person = `${who.get(run) ?? run} at ${step}`;
    const mood = chance.of(`${person} decides`);
    const { accept, decline, thinkMs } = behaviour;
    if (mood >= accept + decline) return;
    const afterMs = waitingTime(chance.of(`${person} thinks`), thinkMs);
    // Too slow: the offer expires.
    if (afterMs >= windowMs) return;
    const made = mood < accept ? 'accepted' : 'declined';
    await start('decision', `decision/${presentationId}`, { run, presentationId, decision: made, afterMs });
  }

  async function comeBack(run: string, opened: FallbackOpened): Promise<void> {
    const person = who.get(run) ?? run;
    if (chance.of(`${person} comes back`) >= behaviour.recover) return;
    const afterMs = waitingTime(chance.of(`${person} finds another card`), 10 * MINUTE);
    const { sessionId, paymentId } = { sessionId: undefined, paymentId: undefined, ...opened };
    if (sessionId === undefined && paymentId === undefined) return;
    await start('recovery', `recovery/${sessionId ?? paymentId ?? ''}`, { sessionId, paymentId, afterMs });
  }

  async function start<N extends 'decision' | 'recovery'>(
    name: N,
    id: string,
    input: Parameters<(typeof workflows)[N]>[0],
  ): Promise<void> {
    await client.workflow
      .start(name, { taskQueue, workflowId: id, args: [input], workflowIdReusePolicy: 'REJECT_DUPLICATE' })
      // Already started by an earlier attempt of this activity.
      .catch(() => undefined);
  }

  return {
    ...activities,
    async evaluate(input) {
      const evaluation = await activities.evaluate(input);
      if (evaluation.kind === 'presented') await look(input.workflowId, evaluation.presented);
      return evaluation;
    },
    async present(input) {
      const next = await activities.present(input);
      if (next.kind === 'presented') await look(input.workflowId, next.presented);
      return next;
    },
    async openFallback(input) {
      const opened = await activities.openFallback(input);
      await comeBack(runOf(input.purchaseId), opened);
      return opened;
    },
    async arrive({ index }) {
      const person = `customer ${String(index)}`;
      const basket = basketFor(funnel, catalog, chance, person);
      const declined = chance.of(`${person} has a bad card`) < behaviour.fail;
      const bought = await sandbox.control.purchase({
        product_id: basket.productId,
        quantity: basket.quantity,
        email: `customer-${String(index)}@example.com`,
        billing: { country: basket.country, zipcode: '10001' },
        card: declined ? DECLINED_LATER_CARD : GOOD_CARD,
      });
      const purchaseId = basket.event ? `simulated-${String(index)}` : bought.payment_id;
      const run = runOf(purchaseId);
      who.set(run, person);
      const input: PurchaseInput = {
        purchaseId,
        trigger: funnel.trigger,
        timing: TIMING,
        notify: false,
        ...(basket.event && {
          event: {
            customerId: bought.customer_id,
            ...(bought.subscription_id !== null && { subscriptionId: bought.subscription_id }),
            ...basket.event,
          },
        }),
      };
      const common = {
        workflowId: run,
        taskQueue,
        args: [input] as [PurchaseInput],
        workflowExecutionTimeout: LONGEST_RUN,
      };
      if (basket.event) await client.workflow.start('purchase', common);
      else {
        await client.workflow.signalWithStart('purchase', {
          ...common,
          signal: paymentEvent,
          signalArgs: [
            toPaymentEvent(await dodo.payments.retrieve(bought.payment_id), { provesAttempt: () => false }),
          ],
        });
      }
      return run;
    },
    async payFallback({ sessionId, paymentId }) {
      if (sessionId !== undefined) await sandbox.control.payCheckout(sessionId, { card: GOOD_CARD });
      else if (paymentId !== undefined) await sandbox.control.payLink(paymentId, GOOD_CARD);
    },
  };

  function runOf(purchaseId: string): string {
    return funnel.trigger === 'purchase' ? workflowId.purchase(purchaseId) : workflowId.trigger(purchaseId);
  }
}
