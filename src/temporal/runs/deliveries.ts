/** Delivers webhooks to the runs they concern, and starts those runs where needed. */
import type { SearchAttributePair } from '@temporalio/common';
import {
  compensationEvent,
  paymentEvent,
  reversalEvent,
  subscriptionEvent,
  type LatePaymentInput,
  type PurchaseInput,
  type ReversalInput,
} from '../../contract/messages.js';
import { searchAttributeKeys as keys } from '../../contract/search-attributes.js';
import { workflowId } from '../../domain/ids.js';
import type { DecidedRoute } from '../../webhooks/route.js';
import type { EventLimit } from '../event-limit.js';
import { withRequestId } from '../request-id.js';
import { purchaseOptions, signalIfRunning, unlessStarted, type RunsOptions } from './calls.js';

type DeliverableRoute = Exclude<DecidedRoute, { kind: 'ignored' }>;
type RouteOf<K extends DecidedRoute['kind']> = Extract<DecidedRoute, { kind: K }>;
type Delivery = 'delivered' | 'no_run' | 'duplicate';

export function deliveringWebhooks(
  { client, taskQueue, timing, notify }: RunsOptions,
  eventLimit: EventLimit,
) {
  return {
    /**
     * Delivers a webhook to its run, at most once per `webhookId`. Returns `limited` when there were too many about the
     * same subject. Throws when Temporal does not take it.
     */
    async deliver(route: DeliverableRoute, webhookId: string): Promise<Delivery | 'limited'> {
      const subject = eventSubject(route);
      if (!eventLimit.admit(subject, webhookId)) return 'limited';
      let result: Delivery | undefined;
      try {
        // Under the webhook's own id, by which Temporal recognizes a copy.
        result = await withRequestId(webhookId, () => handOver(route));
        return result;
      } finally {
        if (result !== 'delivered') eventLimit.release(subject, webhookId);
      }
    },
  };

  async function handOver(route: DeliverableRoute): Promise<Delivery> {
    const told = 'compensations' in route ? await tellCompensations(route.compensations ?? []) : 'no_run';
    return route.kind === 'compensation' ? told : handOverToRun(route);
  }

  async function tellCompensations(runs: string[]): Promise<Delivery> {
    const told = await Promise.all(
      runs.map((run) =>
        signalIfRunning(client, () => client.workflow.getHandle(run).signal(compensationEvent)),
      ),
    );
    return told.includes('delivered') ? 'delivered' : 'no_run';
  }

  function handOverToRun(route: Exclude<DeliverableRoute, { kind: 'compensation' }>): Promise<Delivery> {
    switch (route.kind) {
      case 'purchase':
        return startOrSignalPurchase(route);
      case 'payment':
        return signalPayment(route);
      case 'subscription':
        return signalIfRunning(client, () =>
          client.workflow.getHandle(route.workflowId).signal(subscriptionEvent, route.event),
        );
      case 'reversal':
        return startOrSignalReversal(route);
    }
  }

  function startOrSignalPurchase({ purchaseId, event, productId, guess }: RouteOf<'purchase'>) {
    const guessed = guess && {
      guess: { funnelId: guess.funnelId, offerId: guess.offerId, catalogHash: guess.catalogHash },
    };
    const input: PurchaseInput = { purchaseId, trigger: 'purchase', timing, notify, ...guessed };
    const attributes: SearchAttributePair[] = [
      ...(event.customerId === undefined ? [] : [{ key: keys.CustomerId, value: event.customerId }]),
      ...(productId === undefined ? [] : [{ key: keys.ProductId, value: productId }]),
      ...(guess
        ? [
            { key: keys.OfferId, value: guess.offerId },
            { key: keys.FunnelId, value: guess.funnelId },
            { key: keys.CatalogVersion, value: guess.catalogHash },
            { key: keys.OfferExpiresAt, value: new Date(Date.now() + guess.windowMs) },
          ]
        : []),
    ];
    const summary = `purchase of ${productId ?? 'a subscription'}`;
    return unlessStarted(client, () =>
      client.workflow.signalWithStart('purchase', {
        ...purchaseOptions(taskQueue, workflowId.purchase(purchaseId), input, attributes, summary),
        signal: paymentEvent,
        signalArgs: [event],
      }),
    );
  }

  async function signalPayment({ workflowId: run, event }: RouteOf<'payment'>): Promise<Delivery> {
    const result = await signalIfRunning(client, () =>
      client.workflow.getHandle(run).signal(paymentEvent, event),
    );
    // An attempt was paid after its run had ended: another run has to account for the payment.
    return result === 'no_run' && event.attemptId !== undefined && event.status === 'succeeded'
      ? startLatePayment(event.paymentId, event.attemptId)
      : result;
  }

  function startLatePayment(paymentId: string, attemptId: string) {
    return unlessStarted(client, () =>
      client.workflow.start('latePayment', {
        workflowId: workflowId.latePayment(paymentId),
        taskQueue,
        args: [{ paymentId, attemptId, notify } satisfies LatePaymentInput],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `${paymentId} arrived after its run had ended`,
      }),
    );
  }

  function startOrSignalReversal({ workflowId: run, event }: RouteOf<'reversal'>) {
    return unlessStarted(client, () =>
      client.workflow.signalWithStart('reversal', {
        workflowId: run,
        taskQueue,
        args: [{ notify } satisfies ReversalInput],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `${event.kind} of ${event.paymentId}`,
        signal: reversalEvent,
        signalArgs: [event],
      }),
    );
  }
}

/** Identifies the subject and the run of a webhook: a payment, subscription, refund or dispute. */
function eventSubject(route: DeliverableRoute): string {
  switch (route.kind) {
    case 'purchase':
      return `${workflowId.purchase(route.purchaseId)} ${route.event.paymentId}`;
    case 'payment':
      return `${route.workflowId} ${route.event.paymentId}`;
    case 'subscription':
      return `${route.workflowId} ${route.event.subscriptionId}`;
    case 'reversal':
      return route.workflowId;
    case 'compensation':
      return `refund of ${route.paymentId}`;
  }
}
