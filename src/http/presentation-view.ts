/** A presentation as clients see it. */
import { shownPurchaseId } from '../domain/ids.js';
import { doubleClickSince, statusAt, type PresentationRecord } from '../domain/presentation.js';
import { displayPrice, renderCopy } from '../catalog/copy.js';
import { wordsFor } from '../catalog/words.js';
import type { PresentationStatus } from '../domain/words.js';
import type { PaymentMethodSummary, Presentation, PriceDisplay } from '../domain/presentation.js';
import type { ApiDeps } from './deps.js';

export type PresentationView = Omit<Presentation, 'updatePaymentMethodUrl' | 'quantity' | 'payment'> & {
  /** Left out where the offer was shown by a release that did not record it. */
  quantity?: number;
  payment: {
    mode: Presentation['payment']['mode'];
    /** A browser is not told its id, by which backends charge it. */
    method?: Omit<PaymentMethodSummary, 'id'> & { id?: string };
  };
  updatePaymentMethodUrl?: string;
  /** The price formatted for the customer, in the language of the copy. */
  display: PriceDisplay & { locale: string };
  /** The amount actually paid, once paid. Minor units of `paidCurrency`, else of the price's currency. */
  paidAmount?: number;
  /** Where it was paid in another currency than the price's. */
  paidCurrency?: string;
  /** The server's clock, so that a countdown does not depend on the browser's. */
  serverTime: string;
  /**
   * With these the customer confirms the payment (3-D Secure) by Dodo's checkout SDK, in the merchant's page. Shown while
   * the status is `requires_action`.
   */
  clientSecret?: string;
  publishableKey?: string;
  /** For the customer's browser; given to backends only. */
  token?: string;
};

/** Ended without a payment. */
const CLOSED = new Set<PresentationStatus>(['declined', 'expired', 'withdrawn']);

/**
 * Returns a presentation as clients see it. An open one is thereby handed out, and an acceptance that names none may mean
 * it; that is recorded the first time.
 *
 * @param options `status` is what the run just said, for when the ledger lags behind; `locales` are the reader's
 * languages, most preferred first; `besides` when something else was asked for: then it is handed out only if no page
 * may still show another one, and nothing is given that confirms a payment
 */
export async function viewOf(
  { ledger, tokens, now }: Pick<ApiDeps, 'ledger' | 'tokens' | 'now'>,
  record: PresentationRecord,
  options: {
    withToken: boolean;
    isBrowser?: boolean;
    besides?: boolean;
    status?: PresentationStatus;
    locales?: readonly string[];
  },
): Promise<PresentationView> {
  const serverTime = now();
  if (record.status === 'open' && record.handedOutAt === undefined)
    await ledger.markHandedOut(
      record.id,
      serverTime.toISOString(),
      options.besides ? { acceptedSince: doubleClickSince(serverTime) } : undefined,
    );
  const {
    id,
    offerId,
    funnelId,
    step,
    type,
    customerId,
    purchaseId,
    product,
    quantity,
    price,
    payment,
    expiresAt,
  } = record;
  const { words, locale } = wordsFor(record.words ?? record.copy, options.locales ?? []);
  const token = options.withToken
    ? await tokens.issue({ presentationId: id, customerId, priceHash: price.hash, expiresAt })
    : undefined;
  // Nobody pays a second time while what was paid is under review.
  const status = options.status ?? statusAt(record, serverTime);
  const isPayable = status !== 'needs_review' && !CLOSED.has(status);
  // A browser's token reads no more of an offer that has ended than that.
  const isPrivate = options.isBrowser && CLOSED.has(status);
  const confirmation =
    status === 'requires_action' && !options.besides ? await ledger.confirmationOf(id) : undefined;
  return {
    id,
    status,
    offerId,
    funnelId,
    step,
    type,
    customerId,
    purchaseId: shownPurchaseId(purchaseId),
    product,
    ...(!record.quantityUnrecorded && { quantity }),
    ...(record.option !== undefined && { option: record.option }),
    ...(record.choices && !isPrivate && { choices: record.choices }),
    ...(record.variant !== undefined && { variant: record.variant }),
    price,
    payment: isPrivate ? { mode: payment.mode } : options.isBrowser ? withoutMethodId(payment) : payment,
    copy: record.words ? renderCopy(words, price, product.name, locale) : record.copy,
    display: { locale, ...displayPrice(price, locale) },
    expiresAt,
    serverTime: serverTime.toISOString(),
    ...(record.paidAmount !== undefined && { paidAmount: record.paidAmount }),
    ...(record.paidCurrency !== undefined && { paidCurrency: record.paidCurrency }),
    ...(isPayable && record.checkoutUrl && { checkoutUrl: record.checkoutUrl }),
    ...(isPayable &&
      record.updatePaymentMethodUrl && { updatePaymentMethodUrl: record.updatePaymentMethodUrl }),
    ...confirmation,
    ...(record.message && { message: record.message }),
    ...(token && { token }),
  };
}

function withoutMethodId({ mode, method }: Presentation['payment']): PresentationView['payment'] {
  if (!method) return { mode };
  const { id: _, ...shown } = method;
  return { mode, method: shown };
}
