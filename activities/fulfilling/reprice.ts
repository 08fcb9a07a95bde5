/** Decides whether a price has moved against the customer since they accepted it, and opens the offer again if so. */
import type DodoPayments from 'dodopayments';
import { renderCopy } from '../../src/catalog/copy.js';
import { readProduct } from '../../src/dodo/pricing.js';
import type { AttemptInput, SendReply } from '../../src/domain/attempt.js';
import { isLessCredit } from '../../src/domain/credit.js';
import type { Price } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { wordsOf } from '../offering/words.js';
import { reopenedAt, type AcceptedTerms } from './accepted-terms.js';

/** Returns whether the customer would pay more than they accepted, now or in any later period, or get less credit. */
export async function isWorse(
  { ledger }: ActivityContext,
  { presentationId, price, choice }: AttemptInput,
  now: Price,
  { agreed, subscription }: { agreed: AcceptedTerms; subscription: DodoPayments.Subscription | undefined },
): Promise<boolean> {
  if (now.currency !== price.currency || now.dueNow > price.dueNow) return true;
  if (now.hash === price.hash) return false;
  const shown = agreed.price ?? (await ledger.presentation(presentationId))?.price;
  // The price of this choice was never shown, so nothing was accepted for later periods.
  if (choice && !agreed.price) return now.recurring !== undefined;
  if (shown?.hash !== price.hash) return false;
  if (isLessCredit(shown, now, subscription?.next_billing_date)) return true;
  if (!now.recurring) return false;
  const { amount, interval, count, currency } = now.recurring;
  const before = shown.recurring;
  return (
    before?.interval !== interval ||
    before.count !== count ||
    before.currency !== currency ||
    amount > before.amount
  );
}

/** Opens the offer again at its price now, in the words it was shown in. */
export async function reopenAtPrice(
  context: ActivityContext,
  input: AttemptInput,
  now: Price,
): Promise<SendReply> {
  const { dodo, ledger } = context;
  const { presentationId, offer, choice } = input;
  const [product, shown] = await Promise.all([
    readProduct(dodo, offer.action.productId),
    ledger.presentation(presentationId),
  ]);
  const words = await wordsOf(context, shown, offer.copy);
  await ledger.updatePresentation(presentationId, {
    ...reopenedAt(choice && shown, input, now),
    status: 'open',
    message: null,
    price: now,
    ...(words && { copy: renderCopy(words, now, product?.name ?? offer.action.productId) }),
  });
  return { kind: 'price_changed', price: { dueNow: now.dueNow, priceHash: now.hash } };
}
