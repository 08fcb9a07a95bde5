/** The limits an offer is shown under: its own, and the policy's for every offer. */
import type { Catalog, Offer } from '../../src/domain/offers.js';
import { REQUESTED_PLAN } from '../../src/domain/requested-plan.js';
import type { Limits } from '../../src/domain/limits.js';

/** What the customer asked for by name is no advertising: the policy does not hold it back. See `requestedPlan`. */
const ASKED_FOR = ['upgrade-requested', 'downgrade-requested', REQUESTED_PLAN];

/**
 * An offer as the catalog in force switches and limits it. A running offer keeps what it sells and says from the catalog
 * it began with; whether and how often it may be shown is decided by the one of now.
 */
export function switchesOf(catalog: Catalog, offer: Offer): Offer {
  return catalog.offers[offer.id] ?? offer;
}

export function limitsOf(catalog: Catalog, offer: Offer): Limits {
  const { afterDecline, cooldownMs, cap, redemptions } = switchesOf(catalog, offer);
  const askedFor = catalog.offers[offer.id] === undefined && ASKED_FOR.includes(offer.id);
  return {
    afterDecline,
    cooldownMs,
    cap,
    redemptions,
    ...(!askedFor && { policy: { cap: catalog.policy.cap, cooldownMs: catalog.policy.cooldownMs } }),
  };
}
