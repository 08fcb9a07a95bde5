/** The words of the component. Those of the offer itself come from the catalog. */

import type { Status } from './types.js';

const en = {
  due: 'Due today',
  nothing: 'Nothing',
  tax: 'including {0} tax',
  change: 'Compared with now',
  credit: 'Credit to your account',
  then: 'After that',
  starts: 'Starts',
  renews: 'Next payment',
  with: 'Pay with',
  quantity: 'Quantity',
  fewer: 'One less',
  greater: 'One more',
  choose: 'Choose',
  ends: 'Ends in {0}',
  days: '{0} days',
  oneClick: 'One click charges {0} to {1}.',
  saved: 'your saved payment method',
  elsewhere: 'You pay on the next page.',
  free: 'Nothing is charged today.',
  renewal: 'Then {0} until you cancel.',
  optional: 'optional',
  moved: 'The price is now {0}. Nothing was charged; please decide again.',
  again: "Your answer didn't reach us. Please try again: you will never be charged twice.",
  busy: 'Please wait a moment, and try again.',
  tick: 'Please tick what is required.',
  news: 'New offer: {0}',
  paid: 'All set: {0}',
  paidText: 'Thank you. Your receipt is on its way to your inbox.',
  charging: 'Your payment is being processed',
  chargingText: 'This usually takes a few seconds. You will be charged once, and may leave this page.',
  accepted: 'Your choice is saved',
  acceptedText: 'The payment cannot be made right now. It will be made as soon as possible, and only once.',
  scheduled: 'Your plan changes on the next billing date',
  scheduledText: 'Nothing is charged until then.',
  reconciling: 'Your payment is being confirmed',
  reconcilingText: 'Our payment provider has not answered yet. You will not be charged twice.',
  needs_review: 'Your payment is being checked',
  needs_reviewText: 'A member of our team is looking at it. You will not be charged twice.',
  requires_action: 'One more step',
  requires_actionText: 'Nothing is charged until you do this. This page updates by itself.',
  confirm: 'Confirm the payment',
  checkout: 'Continue to the checkout',
  fallback: 'The payment did not go through',
  fallbackText: 'You were not charged, and this card is not tried again. Your order is not affected.',
  pay: 'Pay at the checkout',
  update: 'Update payment method',
  declined: 'No problem',
  declinedText: 'Nothing changes, and nothing was charged.',
  expired: 'This offer has ended',
  withdrawn: 'This offer is no longer available',
  failed: 'This offer could not be completed',
  endedText: 'Nothing was charged, and your order is not affected.',
} satisfies Record<Exclude<Status, 'open'>, string> & Record<string, string>;

export type Words = typeof en;

/** Each language is loaded when a page needs it. */
const LOAD: Record<string, () => Promise<{ words: Words }>> = {
  de: () => import('./words/de.js'),
  es: () => import('./words/es.js'),
  fr: () => import('./words/fr.js'),
  ja: () => import('./words/ja.js'),
  ko: () => import('./words/ko.js'),
};

const loaded: Record<string, Words> = { en };

const languageOf = (tag: string) => tag.toLowerCase().split('-')[0] ?? '';

/** Returns the words for a language tag; English where there are none, or until they are loaded. */
export function wordsFor(tag: string): Words {
  return loaded[languageOf(tag)] ?? en;
}

/** Loads the words for a language tag. Undefined when they are there already, or there are none. */
export function loadWords(tag: string): Promise<void> | undefined {
  const language = languageOf(tag);
  if (loaded[language]) return undefined;
  return LOAD[language]?.().then(
    ({ words }) => void (loaded[language] = words),
    // English is better than no offer.
    () => void (loaded[language] = en),
  );
}

/** Fills `{0}`, `{1}` into a text. */
export function fill(text: string, ...values: string[]): string {
  return text.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? '');
}
