/** What a customer is told while an accepted offer is carried out, and when that fails. Texts about declines and plan changes are Dodo's business: `src/dodo`. */
import { UNDER_REVIEW_MESSAGE } from '../../src/domain/closing.js';

export const MESSAGES = {
  reconciling:
    'Your payment is being confirmed with the payment provider. You will not be charged twice; there is nothing you need to do.',
  actionRequired: 'Your bank wants you to confirm this payment. Please follow the link.',
  needsReview: UNDER_REVIEW_MESSAGE,
  retryFailed: 'That did not go through either. You were not charged. You can still pay at the checkout.',
  unreachable:
    'The payment provider could not be reached in time, so nothing was charged. You can still take the offer at the checkout.',
  oneClickFailed:
    'This could not be charged with one click, so you were not charged. You can take the offer at the checkout.',
  checkout: 'Please complete your order at the checkout.',
  noFallback: 'This offer could not be completed. You were not charged.',
} as const;
