/** Starts runs that no webhook starts. */
import type { SearchAttributePair } from '@temporalio/common';
import {
  paymentEvent,
  type PurchaseInput,
  type RedeliveryInput,
  type TriggerEvent,
} from '../../contract/messages.js';
import { searchAttributeKeys as keys } from '../../contract/search-attributes.js';
import { triggerPurchaseId, workflowId } from '../../domain/ids.js';
import type { PaymentEvent } from '../../domain/payment.js';
import type { SentTriggerType } from '../../domain/words.js';
import { purchaseOptions, unlessStarted, type RunsOptions } from './calls.js';

export function startingRuns({ client, taskQueue, timing, notify }: RunsOptions) {
  async function startOnce(
    run: string,
    input: PurchaseInput,
    attributes: SearchAttributePair[],
    summary: string,
  ): Promise<void> {
    await unlessStarted(client, () =>
      client.workflow.start('purchase', purchaseOptions(taskQueue, run, input, attributes, summary)),
    );
  }

  return {
    /** Starts the run of a purchase that is not paid yet. The same purchase again is the same run. */
    async registerPurchase(
      purchaseId: string,
      input: { checkoutSessionId: string; customerId?: string; productId: string },
    ): Promise<void> {
      const { checkoutSessionId, customerId, productId } = input;
      await startOnce(
        workflowId.purchase(purchaseId),
        { purchaseId, trigger: 'purchase', timing, notify, checkoutSessionId },
        [
          { key: keys.ProductId, value: productId },
          ...(customerId === undefined ? [] : [{ key: keys.CustomerId, value: customerId }]),
        ],
        `purchase of ${productId}`,
      );
    },

    /**
     * Starts a run for a payment of a registered purchase whose own run has ended: its workflow id is used up, so this one
     * has that of the payment. The same payment again is the same run.
     */
    latePurchase(purchaseId: string, event: PaymentEvent): Promise<'delivered' | 'duplicate'> {
      const { paymentId, customerId } = event;
      const input: PurchaseInput = { purchaseId, trigger: 'purchase', timing, notify };
      const attributes: SearchAttributePair[] =
        customerId === undefined ? [] : [{ key: keys.CustomerId, value: customerId }];
      const run = workflowId.purchase(paymentId);
      return unlessStarted(client, () =>
        client.workflow.signalWithStart('purchase', {
          ...purchaseOptions(taskQueue, run, input, attributes, `late payment of ${purchaseId}`),
          signal: paymentEvent,
          signalArgs: [event],
        }),
      );
    },

    /** Starts the run of a purchase once more under its workflow id. Its earlier runs have made no offer and ended. */
    evaluateAgain(
      run: string,
      {
        purchaseId,
        event,
        checkoutSessionId,
      }: { purchaseId: string; event: PaymentEvent; checkoutSessionId?: string },
    ): Promise<'delivered' | 'duplicate'> {
      const { customerId } = event;
      const input: PurchaseInput = {
        purchaseId,
        trigger: 'purchase',
        timing,
        notify,
        ...(checkoutSessionId !== undefined && { checkoutSessionId }),
      };
      const attributes: SearchAttributePair[] =
        customerId === undefined ? [] : [{ key: keys.CustomerId, value: customerId }];
      return unlessStarted(client, () =>
        client.workflow.signalWithStart('purchase', {
          ...purchaseOptions(taskQueue, run, input, attributes, `evaluation of ${purchaseId} again`),
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          signal: paymentEvent,
          signalArgs: [event],
        }),
      );
    },

    /** Starts the run of a trigger and returns its workflow id. The same event again is the same run. */
    async trigger(eventId: string, type: SentTriggerType, event: TriggerEvent): Promise<string> {
      const { customerId, productId } = event;
      await startOnce(
        workflowId.trigger(eventId),
        { purchaseId: triggerPurchaseId(eventId), trigger: type, timing, notify, event },
        [
          { key: keys.CustomerId, value: customerId },
          ...(productId === undefined ? [] : [{ key: keys.ProductId, value: productId }]),
        ],
        type.replaceAll('_', ' '),
      );
      return workflowId.trigger(eventId);
    },

    /**
     * Starts the run that sends a dead letter again, and returns its workflow id. There is one run per failure, so asking
     * twice sends it once. If that run was terminated, another one takes its place.
     */
    async redeliver(input: RedeliveryInput, failedAt: string): Promise<string> {
      const run = workflowId.redelivery(input.id, failedAt);
      await unlessStarted(client, () =>
        client.workflow.start('redelivery', {
          workflowId: run,
          taskQueue,
          args: [input],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          staticSummary: `redelivery of ${input.notification.type} to the merchant`,
        }),
      );
      return run;
    },
  };
}
