/** What a customer accepted, as it is kept and signed. */
import type { Consent } from './offers.js';
import type { Copy, Presentation, Price, PriceDisplay } from './presentation.js';

/** The type of the timeline entry of an acceptance. */
export const ACCEPTED_ENTRY = 'accepted';

/** What was before the customer at the click, word for word, and what they chose. */
export interface Acceptance {
  presentationId: string;
  purchaseId: string;
  customerId: string;
  offerId: string;
  /** The catalog version it was made from. */
  catalogHash?: string;
  product: { id: string; name: string };
  option?: string;
  quantity: number;
  price: Price;
  /** The price as it was written. */
  display: PriceDisplay;
  payment: Presentation['payment'];
  copy: Omit<Copy, 'consents'>;
  locale: string;
  consents: (Consent & { given: boolean })[];
  /** Ids that the click named, and the offer did not ask for. */
  otherConsents?: string[];
  /** Who passed the click on: the customer's browser, the merchant's backend, or nobody but the run. */
  via: 'browser' | 'backend' | 'signal';
  clickedAt: string;
}

/** Returns the ids of the consents without which an offer cannot be accepted. */
export function requiredConsentsOf({ consents = [] }: Pick<Copy, 'consents'>): string[] {
  return consents.filter(({ required }) => required).map(({ id }) => id);
}

/** Returns the required consents that are missing from those given. */
export function missingConsents(
  required: readonly string[] | undefined,
  given: readonly string[] | undefined,
): string[] {
  return (required ?? []).filter((id) => given?.includes(id) !== true);
}
