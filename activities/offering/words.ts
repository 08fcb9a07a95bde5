/**
 * The words of an offer. Runs do not keep them, so that no copy is recorded in their histories: they are read from the
 * presentation or, before there is one, from the catalog version the run began with.
 */
import { REQUESTED_PLAN } from '../../src/domain/requested-plan.js';
import type { Offer, OfferCopy, SnapshotOffer } from '../../src/domain/offers.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { requestedPlanWords } from './requested-plan.js';

/**
 * Returns an offer with the words to present it in, or undefined when nothing has them any more.
 *
 * @param offer holds its own words in runs that began before they were left out
 * @param catalogHash the version the run began with
 */
export async function withWords(
  context: ActivityContext,
  offer: SnapshotOffer,
  catalogHash: string | undefined,
): Promise<Offer | undefined> {
  const copy =
    offer.copy ??
    (offer.id === REQUESTED_PLAN
      ? requestedPlanWords(offer.type)
      : await wordsInCatalog(context, offer.id, catalogHash));
  return copy && { ...offer, copy };
}

/**
 * Returns the words a presentation was opened with, or undefined when nothing has them any more.
 *
 * @param carried the words in the run's history, if it began before they were left out
 */
export async function wordsOf(
  context: ActivityContext,
  presentation: PresentationRecord | undefined,
  carried: OfferCopy | undefined,
): Promise<OfferCopy | undefined> {
  const kept = presentation?.words ?? carried;
  if (kept || !presentation) return kept;
  return wordsInCatalog(context, presentation.offerId, presentation.catalogHash);
}

/** The catalog in force stands in for another version only when that one is not stored. */
async function wordsInCatalog(
  { ledger, catalog }: ActivityContext,
  offerId: string,
  hash: string | undefined,
): Promise<OfferCopy | undefined> {
  const inForce = catalog();
  const version = hash === undefined || hash === inForce.hash ? inForce : await ledger.catalogOf(hash);
  return (version ?? inForce).offers[offerId]?.copy;
}
