/** What the API answers, as far as an offer is shown from it. */

export type Status =
  | 'open'
  | 'accepted'
  | 'charging'
  | 'reconciling'
  | 'needs_review'
  | 'requires_action'
  | 'fallback'
  | 'scheduled'
  | 'paid'
  | 'declined'
  | 'expired'
  | 'withdrawn'
  | 'failed';

export interface Price {
  currency: string;
  /** Minor units. */
  dueNow: number;
  tax?: number;
  difference?: number;
  credit?: number;
  effectiveAt?: string;
  hash: string;
}

/** The price as it is written in the reader's language. */
export interface Display {
  locale: string;
  dueNow: string;
  tax?: string;
  recurring?: string;
  difference?: string;
  credit?: string;
  effectiveAt?: string;
  nextBillingAt?: string;
}

export interface Copy {
  headline: string;
  body?: string;
  badge?: string;
  accept: string;
  decline: string;
  consents?: { id: string; text: string; required: boolean }[];
}

export interface Payment {
  mode: 'one_click' | 'checkout';
  method?: { type: string; network?: string; last4?: string; expiry?: string };
}

interface Bounds {
  min: number;
  max: number;
}

export interface Choices {
  quantity?: Bounds;
  options?: { id: string; label: string; quantity: number; quantities?: Bounds; price: Price }[];
}

/** What is shown at one price: the offer itself, or a quote for another choice. */
export interface Shown {
  product: { id: string; name: string };
  option?: string;
  quantity: number;
  price: Price;
  payment: Payment;
  display: Display;
  copy?: Copy;
  serverTime: string;
}

export interface Presentation extends Shown {
  id: string;
  status: Status;
  purchaseId: string;
  choices?: Choices;
  copy: Copy;
  expiresAt: string;
  checkoutUrl?: string;
  updatePaymentMethodUrl?: string;
  /** For Dodo's checkout SDK, while `status` is `requires_action`: confirms the payment in this page. */
  clientSecret?: string;
  publishableKey?: string;
  message?: string;
  token?: string;
  /** The offer that followed. */
  next?: Presentation;
}

export interface Choice {
  option?: string;
  quantity?: number;
}
