/** What a customer is told while an accepted offer is carried out, and when that fails. Texts about declines and plan changes are Dodo's business: `src/dodo`. */

export const MESSAGES = {
  reconciling:
    'Your payment is being confirmed with the payment provider. You will not be charged twice; there is nothing you need to do.',
  actionRequired: 'Your bank wants you to confirm this payment. Please follow the link.',
  needsReview:
    'We are still checking whether your payment went through. Our team is looking into it; you will not be charged twice.',
  paymentDiffers:
    'Your payment is not what we expected. Our team is looking into it; there is nothing you need to pay meanwhile.',
  retryFailed: 'That did not go through either. You were not charged. You can still pay at the checkout.',
  unreachable:
    'The payment provider could not be reached in time, so nothing was charged. You can still take the offer at the checkout.',
  oneClickFailed:
    'This could not be charged with one click, so you were not charged. You can take the offer at the checkout.',
  checkout: 'Please complete your order at the checkout.',
  noFallback: 'This offer could not be completed. You were not charged.',
} as const;
