/** Sends webhooks to the merchant's backend: Standard Webhooks, at least once. */
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { priceShown, productOf } from '../../src/domain/choice.js';
import { shownPurchaseId } from '../../src/domain/ids.js';
import { doubleClickSince, type PresentationRecord } from '../../src/domain/presentation.js';
import { REFUSED_BY_MERCHANT, type Notification } from '../../src/domain/notification.js';
import { webhookHeaders } from '../../src/webhooks/sign.js';
import type { RedeliveryInput } from '../../src/contract/messages.js';
import type { ActivityContext } from '../context.js';

const HTTP_TIMEOUT_MS = 15_000;

/** Returns the `webhook-id`. It is the same for every try, so that the receiver recognises a repetition. */
export function notificationId({ run, sequence }: Pick<Notification, 'run' | 'sequence'>): string {
  return `ntf_${createHash('sha256').update(`${run}:${sequence}`).digest('hex').slice(0, 24)}`;
}

/** Runs that make an offer themselves; the others tell of it afterwards. */
const RUNS_OF_OFFERS = /^(purchase|trigger)\//;

export function notifyActivities(context: ActivityContext) {
  const { ledger, log, now } = context;
  /** Returns the choice a notification names: the ledger may be a moment behind it. */
  async function chosenIn(presentation: PresentationRecord, { choice: named }: Notification) {
    if (!named) return undefined;
    const { priceHash, ...choice } = named;
    const quotes = await ledger.quotes(presentation.id, choice);
    const price = priceShown(presentation, quotes, choice, priceHash);
    return { ...choice, product: productOf(presentation, choice), ...(price && { price }) };
  }

  /**
   * Returns the number that orders the notification among all about its purchase. Those that its run queued before it
   * and that were never sent get theirs first: it may overtake them.
   */
  async function sequenceOf(notification: Notification): Promise<number> {
    const { run, sequence, purchaseId } = notification;
    const ahead = Array.from({ length: sequence - 1 }, (_, index) =>
      notificationId({ run, sequence: index + 1 }),
    );
    const afterwards = !RUNS_OF_OFFERS.test(run);
    return ledger.sequenceOf(purchaseId, notificationId(notification), sequence, { ahead, afterwards });
  }

  /** Returns the money that a notification tells of: what was paid, or what went back. */
  async function moneyOf(
    { type, payment, reversal }: Notification,
    presentation: PresentationRecord | undefined,
  ) {
    if (reversal) {
      const { kind, id, amount, currency } = reversal;
      return { amount, currency, cause: { kind, id } };
    }
    const isAboutMoney = type === 'offer.fulfilled' || type === 'offer.reversed';
    if (!isAboutMoney) return {};
    const paymentId = payment?.paymentId ?? presentation?.paymentId;
    const seen = paymentId === undefined ? undefined : await ledger.payment(paymentId);
    const amount = seen?.amount ?? payment?.amount ?? presentation?.paidAmount;
    const currency =
      seen?.currency ?? payment?.currency ?? presentation?.paidCurrency ?? presentation?.price.currency;
    return amount === undefined || currency === undefined ? {} : { amount, currency };
  }

  /** `handsOut`: the open presentation that the receiver may show once it has this, unless a page shows another one. */
  async function bodyOf(notification: Notification): Promise<{ body: string; handsOut?: string }> {
    const { type, timestamp, purchaseId, presentationId, payment } = notification;
    const sequence = await sequenceOf(notification);
    const presentation = await ledger.presentation(presentationId);
    const chosen = presentation && (await chosenIn(presentation, notification));
    const purchase = (await ledger.purchase(purchaseId))?.purchase;
    const action = presentation && actionOf(presentation, chosen?.option);
    const subscriptionId = presentation?.subscriptionId ?? purchase?.subscriptionId;
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
        ...(action && { action }),
        ...(subscriptionId && { subscriptionId }),
        ...(purchase?.metadata && { metadata: purchase.metadata }),
        ...(await moneyOf(notification, presentation)),
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
     * Dodo: nothing. Ledger: gives the notification its number, and reads the presentation, its purchase and
     * its payment.
     * Repeated: sends the notification again under the same `webhook-id` and with the same number.
     *
     * @throws ApplicationFailure `no_merchant_webhook` (not retryable) when no endpoint is configured,
     * `merchant_webhook_refused` (retryable, unless the caller knows better) for a 4xx other than 408 and 429,
     * `merchant_webhook_failed` (retryable) for any other answer but 2xx and when there is none within 15 s
     */
    async deliverNotification(notification: Notification): Promise<void> {
      await send(notification);
    },

    /**
     * Delivers a notification, or where the endpoint fails on it the one after, so that a notification about access does
     * not wait behind one that the endpoint cannot take. Says which was delivered. While the endpoint takes neither, the
     * order stands.
     *
     * Dodo: nothing. Ledger: as for one notification. Repeated: sends both again, each under its own `webhook-id`.
     *
     * @throws ApplicationFailure as `deliverNotification` does about the first
     */
    async deliverEither([first, second]: [Notification, Notification]): Promise<'first' | 'second'> {
      try {
        await send(first);
        return 'first';
      } catch (failure) {
        if (isRefusal(failure)) throw failure;
        // A failure of the ledger, or of both, is that of the first.
        await send(second).catch(() => {
          throw failure;
        });
        return 'second';
      }
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

  /** Sends one notification, once. */
  async function send(notification: Notification): Promise<void> {
    // Its secret may have been rotated since the last one.
    const { merchantWebhook } = context;
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
      headers: webhookHeaders({ ...merchantWebhook, id, timestamp: sentAt, body }),
      body,
    }).catch((error: unknown) => {
      throw ApplicationFailure.retryable(unreachable(error), 'merchant_webhook_failed');
    });
    await response.body?.cancel();
    if (!response.ok) {
      throw ApplicationFailure.retryable(
        `The merchant's endpoint answered ${response.status}.`,
        isRefused(response.status) ? REFUSED_BY_MERCHANT : 'merchant_webhook_failed',
      );
    }
    if (handsOut === undefined) return;
    await ledger.markHandedOut(handsOut, now().toISOString(), { acceptedSince: doubleClickSince(now()) });
  }
}

/** Returns the kind of action behind an offer, or behind the option of it that was chosen. */
function actionOf({ terms, actionKind, option: shown }: PresentationRecord, option = shown) {
  return terms?.ways.find((way) => way.option === option)?.action.kind ?? actionKind;
}

/** A request that the endpoint will not take as it is. It asks for another try with 408 and 429. */
function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function isRefusal(failure: unknown): boolean {
  return failure instanceof ApplicationFailure && failure.type === REFUSED_BY_MERCHANT;
}

/** Says why there was no answer, without the address, which may hold a secret. */
function unreachable(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `The merchant's endpoint did not answer within ${HTTP_TIMEOUT_MS / 1000} s.`;
  }
  const { code } = ((error as Error | undefined)?.cause ?? {}) as { code?: unknown };
  return `The merchant's endpoint could not be reached${typeof code === 'string' ? ` (${code})` : ''}.`;
}
