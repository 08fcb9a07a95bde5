/** A presentation as clients see it. */
import { statusAt, type PresentationRecord } from '../domain/presentation.js';
import { displayPrice, renderCopy } from '../catalog/copy.js';
import { wordsFor } from '../catalog/words.js';
import type { PresentationStatus } from '../domain/words.js';
import type { Presentation, PriceDisplay } from '../domain/presentation.js';
import type { ApiDeps } from './deps.js';

export type PresentationView = Omit<Presentation, 'updatePaymentMethodUrl'> & {
  updatePaymentMethodUrl?: string;
  /** The price as the customer reads it, in the language of the copy. */
  display: PriceDisplay & { locale: string };
  /** What was in fact paid, once it was. Minor units of the price's currency. */
  paidAmount?: number;
  /** The server's clock, so that a countdown does not depend on the browser's. */
  serverTime: string;
  /** For the customer's browser; only backends are given it. */
  token?: string;
};

/**
 * @param options `status` is what the run has just said, when the ledger may be a moment behind; `locales` are the
 * languages the one who asks reads, the most wanted first
 */
export async function viewOf(
  { tokens, now }: Pick<ApiDeps, 'tokens' | 'now'>,
  record: PresentationRecord,
  options: { withToken: boolean; status?: PresentationStatus; locales?: readonly string[] },
): Promise<PresentationView> {
  const serverTime = now();
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
  return {
    id,
    status: options.status ?? statusAt(record, serverTime),
    offerId,
    funnelId,
    step,
    type,
    customerId,
    purchaseId,
    product,
    quantity,
    ...(record.option !== undefined && { option: record.option }),
    ...(record.choices && { choices: record.choices }),
    ...(record.variant !== undefined && { variant: record.variant }),
    price,
    payment,
    copy: record.words ? renderCopy(words, price, product.name, locale) : record.copy,
    display: { locale, ...displayPrice(price, locale) },
    expiresAt,
    serverTime: serverTime.toISOString(),
    ...(record.paidAmount !== undefined && { paidAmount: record.paidAmount }),
    ...(record.checkoutUrl && { checkoutUrl: record.checkoutUrl }),
    ...(record.updatePaymentMethodUrl && { updatePaymentMethodUrl: record.updatePaymentMethodUrl }),
    ...(record.message && { message: record.message }),
    ...(token && { token }),
  };
}
