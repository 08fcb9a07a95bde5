/** Webhooks to the merchant's backend: Standard Webhooks, at least once. */
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { priceShown, productOf } from '../src/choices.js';
import type { PresentationRecord } from '../src/ledger/model.js';
import { signWebhook } from '../src/webhook-signing.js';
import type { Notification } from '../workflows/outbox.js';
import type { ActivityContext } from './context.js';

const HTTP_TIMEOUT_MS = 15_000;

export function notifyActivities({ ledger, merchantWebhook, log, now }: ActivityContext) {
  /** What was chosen, where the ledger is a moment behind. */
  async function chosenIn(presentation: PresentationRecord, { choice: named }: Notification) {
    if (!named) return undefined;
    const { priceHash, ...choice } = named;
    const quotes = await ledger.quotes(presentation.id, choice);
    const price = priceShown(presentation, quotes, choice, priceHash);
    return { ...choice, product: productOf(presentation, choice), ...(price && { price }) };
  }

  return {
    /** Delivers one notification; any answer but 2xx is a failure that Temporal tries again. */
    async deliverNotification(notification: Notification): Promise<void> {
      if (!merchantWebhook) {
        throw ApplicationFailure.nonRetryable(
          'MERCHANT_WEBHOOK_URL is not set on this worker.',
          'no_merchant_webhook',
        );
      }
      const { type, sequence, timestamp, run, purchaseId, presentationId } = notification;
      const presentation = await ledger.presentation(presentationId);
      const chosen = presentation && (await chosenIn(presentation, notification));
      const paymentId = notification.payment?.paymentId ?? presentation?.paymentId;
      const body = JSON.stringify({
        type,
        timestamp,
        sequence,
        data: {
          purchaseId,
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
          ...(notification.payment && { paidAmount: notification.payment.amount }),
          ...(presentation?.checkoutUrl && { checkoutUrl: presentation.checkoutUrl }),
        },
      });
      // The same for every try, so that the receiver can tell a repetition.
      const id = `ntf_${createHash('sha256').update(`${run}:${sequence}`).digest('hex').slice(0, 24)}`;
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
      });
      await response.body?.cancel();
      if (!response.ok) {
        throw ApplicationFailure.retryable(
          `The merchant's endpoint answered ${response.status}.`,
          'merchant_webhook_failed',
        );
      }
    },

    /** Keeps a notification that could not be delivered in days where an operator finds it. */
    async buryNotification({ type, sequence, presentationId }: Notification): Promise<void> {
      log.error({ type, sequence, presentationId }, 'a notification could not be delivered');
      await ledger.updatePresentation(presentationId, {}, [
        {
          at: now().toISOString(),
          type: 'notification_dead',
          detail: { presentationId, notification: type, sequence },
        },
      ]);
    },
  };
}
