/** Sends webhooks to the merchant's backend: Standard Webhooks, at least once. */
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { priceShown, productOf } from '../../src/domain/choice.js';
import { shownPurchaseId } from '../../src/domain/ids.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import type { Notification } from '../../src/domain/notification.js';
import { signWebhook } from '../../src/webhooks/sign.js';
import type { RedeliveryInput } from '../../src/contract/messages.js';
import type { ActivityContext } from '../context.js';

const HTTP_TIMEOUT_MS = 15_000;

/** Returns the `webhook-id`. It is the same for every try, so that the receiver recognises a repetition. */
export function notificationId({ run, sequence }: Pick<Notification, 'run' | 'sequence'>): string {
  return `ntf_${createHash('sha256').update(`${run}:${sequence}`).digest('hex').slice(0, 24)}`;
}

export function notifyActivities({ ledger, merchantWebhook, log, now }: ActivityContext) {
  /** Returns the choice a notification names: the ledger may be a moment behind it. */
  async function chosenIn(presentation: PresentationRecord, { choice: named }: Notification) {
    if (!named) return undefined;
    const { priceHash, ...choice } = named;
    const quotes = await ledger.quotes(presentation.id, choice);
    const price = priceShown(presentation, quotes, choice, priceHash);
    return { ...choice, product: productOf(presentation, choice), ...(price && { price }) };
  }

  /** `handsOut`: the open presentation that the receiver may show once it has this. */
  async function bodyOf(notification: Notification): Promise<{ body: string; handsOut?: string }> {
    const { type, sequence, timestamp, purchaseId, presentationId, payment } = notification;
    const presentation = await ledger.presentation(presentationId);
    const chosen = presentation && (await chosenIn(presentation, notification));
    const paymentId = payment?.paymentId ?? presentation?.paymentId;
    const body = JSON.stringify({
      type,
      timestamp,
      sequence,
      data: {
        purchaseId: shownPurchaseId(purchaseId),
        presentationId,
        customerId: presentation?.customerId,
        offerId: presentation?.offerId,
        funnelId: presentation?.funnelId,
        step: presentation?.step,
        product: presentation?.product,
        quantity: presentation?.quantity,
        ...(presentation?.option !== undefined && { option: presentation.option }),
        price: presentation?.price,
        ...chosen,
        status: notification.status ?? presentation?.status,
        ...(paymentId && { paymentId }),
        ...(payment && { paidAmount: payment.amount }),
        ...(presentation?.checkoutUrl && { checkoutUrl: presentation.checkoutUrl }),
      },
    });
    const isNews = presentation?.status === 'open' && presentation.handedOutAt === undefined;
    return { body, ...(isNews && { handsOut: presentationId }) };
  }

  return {
    /**
     * Delivers one notification to the merchant's endpoint, signed. Follows no redirect.
     *
     * Dodo: nothing. Ledger: reads the presentation, and records that an open one was handed out.
     * Repeated: sends the notification again under the same `webhook-id`.
     *
     * @throws ApplicationFailure `no_merchant_webhook` (not retryable) when no endpoint is configured,
     * `merchant_webhook_failed` (retryable) for any answer but 2xx and when there is none within 15 s
     */
    async deliverNotification(notification: Notification): Promise<void> {
      if (!merchantWebhook) {
        throw ApplicationFailure.nonRetryable(
          'MERCHANT_WEBHOOK_URL is not set on this worker.',
          'no_merchant_webhook',
        );
      }
      const { body, handsOut } = await bodyOf(notification);
      const id = notificationId(notification);
      const sentAt = Math.floor(now().getTime() / 1000);
      const response = await fetch(merchantWebhook.url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(sentAt),
          'webhook-signature': signWebhook({ id, timestamp: sentAt, body, secret: merchantWebhook.secret }),
        },
        body,
      }).catch((error: unknown) => {
        throw ApplicationFailure.retryable(unreachable(error), 'merchant_webhook_failed');
      });
      await response.body?.cancel();
      if (!response.ok) {
        throw ApplicationFailure.retryable(
          `The merchant's endpoint answered ${response.status}.`,
          'merchant_webhook_failed',
        );
      }
      if (handsOut !== undefined) await ledger.markHandedOut(handsOut, now().toISOString());
    },

    /**
     * Moves a notification that could not be delivered within days to the dead letters, where an operator finds it.
     *
     * Dodo: nothing. Ledger: keeps the notification with all it takes to send it again. Repeated: keeps it once.
     *
     * @throws when the ledger cannot be reached
     */
    async buryNotification({
      failure,
      redelivery,
      ...notification
    }: Notification & { failure?: string; redelivery?: string }): Promise<void> {
      const id = notificationId(notification);
      const { type, sequence, presentationId } = notification;
      log.error({ id, type, sequence, presentationId, failure }, 'a notification could not be delivered');
      await ledger.deadLetterNotification({ id, notification, failure, redelivery, at: now().toISOString() });
    },

    /**
     * Records that a dead notification was delivered after an operator had it sent again.
     *
     * Dodo: nothing. Ledger: marks it as redelivered. Repeated: the first time counts.
     *
     * @throws when the ledger cannot be reached
     */
    async recordRedelivery(input: RedeliveryInput & { run: string }): Promise<void> {
      await ledger.recordRedelivery({ ...input, at: now().toISOString() });
    },
  };
}

/** Says why there was no answer, without the address, which may hold a secret. */
function unreachable(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `The merchant's endpoint did not answer within ${HTTP_TIMEOUT_MS / 1000} s.`;
  }
  const { code } = ((error as Error | undefined)?.cause ?? {}) as { code?: unknown };
  return `The merchant's endpoint could not be reached${typeof code === 'string' ? ` (${code})` : ''}.`;
}
