/** The result of pricing an offer for one customer: what to show, or why not. */
import type { OfferTerms, Presentation } from '../../src/domain/presentation.js';
import type { ReasonCode } from '../../src/domain/words.js';

/** What an offer shows to one customer, whatever its kind. */
export interface OfferQuote extends Pick<
  Presentation,
  'product' | 'quantity' | 'option' | 'choices' | 'price' | 'payment'
> {
  kind: 'quoted';
  terms?: OfferTerms;
}

export interface NotEligible {
  kind: 'not_eligible';
  reason: ReasonCode;
  /** For operators: the end of "not shown because". */
  detail: string;
}

export function notEligible(reason: ReasonCode, detail: string): NotEligible {
  return { kind: 'not_eligible', reason, detail };
}
