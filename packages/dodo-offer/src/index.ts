/** Defines `<dodo-offer>`, once per page. */
import { DodoOfferElement } from './element.js';

export { createOffer } from './core.js';
export type * from './core.js';
export { DodoOfferElement };

if (!customElements.get('dodo-offer')) customElements.define('dodo-offer', DodoOfferElement);
