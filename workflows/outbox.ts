/** The notifications of a run to the merchant's backend: sent in order, without the run waiting for them. */
import {
  CancellationScope,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  log,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { deliver, notifications } from './notifications.js';
import { type PurchaseInput } from '../src/contract/messages.js';
import { workflowId } from '../src/domain/ids.js';
import type { NotificationType } from '../src/domain/words.js';
import type { Notification } from '../src/domain/notification.js';

export interface Outbox {
  send(
    type: NotificationType,
    presentationId: string,
    state?: Pick<Notification, 'status' | 'choice' | 'payment' | 'reversal'>,
  ): void;
  /** Waits until the notifier, which goes on by itself, has everything. */
  flushed(): Promise<void>;
}

export function openOutbox(input: Pick<PurchaseInput, 'notify' | 'purchaseId'>): Outbox {
  if (!input.notify) return { send: () => undefined, flushed: () => Promise.resolve() };

  const notifierId = workflowId.notifications(workflowInfo().workflowId);
  let sequence = 0;
  let notifier: Notifier | undefined;
  let queue: Promise<void> = Promise.resolve();

  async function start(): Promise<Notifier> {
    try {
      return await startChild(notifications, {
        workflowId: notifierId,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `webhooks to the merchant about ${input.purchaseId}`,
      });
    } catch (failure) {
      if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
      // This run was reset, and its earlier notifier goes on.
      return getExternalWorkflowHandle(notifierId);
    }
  }

  async function hand(message: Notification | null): Promise<void> {
    try {
      notifier ??= await start();
      await notifier.signal(deliver, message);
    } catch {
      // It was ended from outside, with all it had to deliver. The rest needs another one.
      if (message === null) return;
      notifier = await start();
      await notifier.signal(deliver, message);
    }
  }

  /** Queues a message. Neither a cancelled run nor a notifier that does not start may stop the run's own work. */
  function enqueue(message: Notification | null): void {
    queue = queue.then(() => CancellationScope.nonCancellable(() => hand(message))).catch(stopped);
  }

  return {
    send(type, presentationId, state = {}) {
      enqueue({
        type,
        sequence: (sequence += 1),
        timestamp: new Date(Date.now()).toISOString(),
        run: workflowInfo().workflowId,
        purchaseId: input.purchaseId,
        presentationId,
        ...state,
      });
    },
    async flushed() {
      if (sequence > 0) enqueue(null);
      await queue;
    },
  };
}

interface Notifier {
  signal(definition: typeof deliver, message: Notification | null): Promise<void>;
}

/** Logs a notification that no notifier took. The run goes on all the same. */
function stopped(error: unknown): void {
  log.error('a notification could not be handed over', { error });
}
