/** What the merchant's backend is told, in order, without the purchase waiting for it. */
import { ParentClosePolicy, startChild, workflowInfo, type ChildWorkflowHandle } from '@temporalio/workflow';
import { deliver, notifications } from './notifications.js';
import { workflowId, type PurchaseInput } from './messages.js';

export type NotificationType =
  | 'offer.presented'
  | 'offer.accepted'
  | 'offer.declined'
  | 'offer.expired'
  | 'offer.fulfilled'
  | 'offer.fallback'
  | 'offer.failed'
  | 'offer.reversed';

export interface Notification {
  type: NotificationType;
  /** 1, 2, 3, ... within a run. */
  sequence: number;
  timestamp: string;
  purchaseId: string;
  presentationId: string;
}

export interface Outbox {
  send(type: NotificationType, presentationId: string): void;
  /** Until everything is with the notifier, which goes on by itself. */
  flushed(): Promise<void>;
}

export function openOutbox(input: Pick<PurchaseInput, 'notify' | 'purchaseId'>): Outbox {
  if (!input.notify) return { send: () => undefined, flushed: () => Promise.resolve() };

  let sequence = 0;
  let notifier: Promise<ChildWorkflowHandle<typeof notifications>> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  return {
    send(type, presentationId) {
      const notification: Notification = {
        type,
        sequence: (sequence += 1),
        timestamp: new Date(Date.now()).toISOString(),
        purchaseId: input.purchaseId,
        presentationId,
      };
      notifier ??= startChild(notifications, {
        workflowId: workflowId.notifications(workflowInfo().workflowId),
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `webhooks to the merchant about ${input.purchaseId}`,
      });
      const started = notifier;
      queue = queue.then(async () => (await started).signal(deliver, notification));
    },
    async flushed() {
      await queue;
      if (notifier) await (await notifier).signal(deliver, null);
    },
  };
}
