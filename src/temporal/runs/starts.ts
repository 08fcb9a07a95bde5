/** Starts runs that no webhook starts. */
import type { SearchAttributePair } from '@temporalio/common';
import type { PurchaseInput, RedeliveryInput, TriggerEvent } from '../../contract/messages.js';
import { searchAttributeKeys as keys } from '../../contract/search-attributes.js';
import { workflowId } from '../../domain/ids.js';
import type { SentTriggerType } from '../../domain/words.js';
import { purchaseOptions, unlessStarted, type RunsOptions } from './calls.js';

export function startingRuns({ client, taskQueue, timing, notify }: RunsOptions) {
  async function startOnce(
    input: PurchaseInput,
    attributes: SearchAttributePair[],
    summary: string,
  ): Promise<void> {
    await unlessStarted(client, () =>
      client.workflow.start('purchase', purchaseOptions(taskQueue, input, attributes, summary)),
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
        { purchaseId, trigger: 'purchase', timing, notify, checkoutSessionId },
        [
          { key: keys.ProductId, value: productId },
          ...(customerId === undefined ? [] : [{ key: keys.CustomerId, value: customerId }]),
        ],
        `purchase of ${productId}`,
      );
    },

    /** Starts the run of a trigger and returns its workflow id. The same event again is the same run. */
    async trigger(eventId: string, type: SentTriggerType, event: TriggerEvent): Promise<string> {
      const { customerId, productId } = event;
      await startOnce(
        { purchaseId: eventId, trigger: type, timing, notify, event },
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
