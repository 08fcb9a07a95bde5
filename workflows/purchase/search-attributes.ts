/** The search attributes of a purchase run. */
import { patched } from '@temporalio/workflow';
import type { PurchaseInput, RunState } from '../../src/contract/messages.js';
import { searchAttributeKeys as keys } from '../../src/contract/search-attributes.js';
import type { ReviewKind } from '../../src/domain/accounting.js';
import type { FunnelSnapshot } from '../../src/domain/offers.js';
import type { PresentationStatus } from '../../src/domain/words.js';
import { PATCHES } from '../patches.js';
import type { ActivePresentation } from '../presentations/active.js';

/** Takes back the guess made at the start: nothing was offered. */
export const NO_OFFER_ATTRIBUTES = [
  { key: keys.OfferId, value: null },
  { key: keys.OfferExpiresAt, value: null },
  { key: keys.FunnelId, value: null },
  { key: keys.CatalogVersion, value: null },
];

export function offerAttributes(
  { offerId, expiresAt }: ActivePresentation,
  { funnelId, catalogHash }: RunState,
) {
  return [
    { key: keys.OfferId, value: offerId },
    { key: keys.OfferExpiresAt, value: new Date(expiresAt) },
    ...(funnelId === undefined ? [] : [{ key: keys.FunnelId, value: funnelId }]),
    ...(catalogHash === undefined ? [] : [{ key: keys.CatalogVersion, value: catalogHash }]),
  ];
}

/** Checks whether the attributes set at the start are those of the first offer, so that no upsert is needed. */
export function guessedRight(
  { guess }: PurchaseInput,
  { offerId }: ActivePresentation,
  { funnel, catalogHash }: FunnelSnapshot,
): boolean {
  if (guess?.funnelId !== funnel.id || guess.offerId !== offerId) return false;
  // Runs begun before versions were searchable have none in their guess.
  return guess.catalogHash === undefined || guess.catalogHash === catalogHash;
}

/** Says what is in doubt when a run comes under review, and takes it back when the run goes on. */
export function reviewAttributes(
  status: PresentationStatus,
  wasReviewed: boolean,
  kind: ReviewKind = 'unproven_attempt',
) {
  const isReviewed = status === 'needs_review';
  if ((!isReviewed && !wasReviewed) || !patched(PATCHES.reviewKind)) return [];
  return [{ key: keys.ReviewKind, value: isReviewed ? kind : null }];
}
