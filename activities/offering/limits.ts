/** The limits an offer is shown under: its own, and the policy's for every offer. */
import type { Catalog, SnapshotOffer } from '../../src/domain/offers.js';
import { REQUESTED_PLAN } from '../../src/domain/requested-plan.js';
import type { Limits } from '../../src/domain/limits.js';

/** A plan the customer asked for by name is not advertising, so the policy does not hold it back. See `requestedPlan`. */
const ASKED_FOR = ['upgrade-requested', 'downgrade-requested', REQUESTED_PLAN];

/**
 * Returns the offer as the catalog in force limits and switches it. A running offer keeps what it sells and says from the
 * catalog it began with; the catalog in force decides whether and how often it may be shown.
 */
export function switchesOf(catalog: Catalog, offer: SnapshotOffer): SnapshotOffer {
  return catalog.offers[offer.id] ?? offer;
}

/** Returns the limits of an offer by the catalog in force. */
export function limitsOf(catalog: Catalog, offer: SnapshotOffer): Limits {
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
