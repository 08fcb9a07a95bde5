/** What a customer is told while an accepted offer is carried out, and when that fails. Texts about declines and plan changes are Dodo's business: `src/dodo`. */
import { UNDER_REVIEW_MESSAGE } from '../../src/domain/closing.js';

export const MESSAGES = {
  reconciling:
    'Your payment is being confirmed with the payment provider. You will not be charged twice; there is nothing you need to do.',
  actionWithoutLink:
    'Your bank wants you to confirm this payment. Please confirm it with your bank; you will not be charged twice.',
  actionRequired: 'Your bank wants you to confirm this payment. Please follow the link.',
  needsReview: UNDER_REVIEW_MESSAGE,
  paymentDiffers:
    'Your payment is not what we expected. Our team is looking into it; there is nothing you need to pay meanwhile.',
  retryFailed: 'That did not go through either. You were not charged. You can still pay at the checkout.',
  retryNotSent:
    'The payment provider could not be reached, so nothing was charged. Please try again, or pay at the checkout.',
  priceMoves: (atMost: string) =>
    `The price has changed with the exchange rate. It may move a little until you confirm, to ${atMost} at most. Nothing was charged; please decide again.`,
  askAgain: 'The payment provider could not be reached in time, so nothing was charged. Please decide again.',
  alreadyOwned: 'You already have this, so we did not sell it to you again. You were not charged.',
  purchaseRefunded: 'Your purchase was refunded, so this offer has ended. You were not charged.',
  notChanged: 'Your subscription could not be changed, and you were not charged. Please try again later.',
  unreachable:
    'The payment provider could not be reached in time, so nothing was charged. You can still take the offer at the checkout.',
  oneClickFailed:
    'This could not be charged with one click, so you were not charged. You can take the offer at the checkout.',
  checkout: 'Please complete your order at the checkout.',
  superseded:
    'You have asked for another change to your plan since, so this one was not made. You were not charged for it.',
  noFallback: 'This offer could not be completed. You were not charged.',
} as const;
