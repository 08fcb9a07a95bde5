/** The search attributes of runs. */
import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * The attributes operators can search runs by: ids and states only, nothing personal, because search attributes are never
 * encrypted. Each must be registered with the server before a run may carry it.
 */
export const searchAttributeKeys = {
  CustomerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  ProductId: defineSearchAttributeKey('ProductId', 'KEYWORD'),
  OfferId: defineSearchAttributeKey('OfferId', 'KEYWORD'),
  FunnelId: defineSearchAttributeKey('FunnelId', 'KEYWORD'),
  CatalogVersion: defineSearchAttributeKey('CatalogVersion', 'KEYWORD'),
  OfferState: defineSearchAttributeKey('OfferState', 'KEYWORD'),
  /** What is in doubt, while a run is under review. */
  ReviewKind: defineSearchAttributeKey('ReviewKind', 'KEYWORD'),
  Outcome: defineSearchAttributeKey('Outcome', 'KEYWORD'),
  OfferExpiresAt: defineSearchAttributeKey('OfferExpiresAt', 'DATETIME'),
};
