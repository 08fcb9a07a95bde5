import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * What operators can search runs by. Ids and states only: search attributes are never encrypted,
 * so nothing personal belongs here. The server must know each of them before a run may carry it.
 */
export const searchAttributeKeys = {
  CustomerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  ProductId: defineSearchAttributeKey('ProductId', 'KEYWORD'),
  OfferId: defineSearchAttributeKey('OfferId', 'KEYWORD'),
  FunnelId: defineSearchAttributeKey('FunnelId', 'KEYWORD'),
  CatalogVersion: defineSearchAttributeKey('CatalogVersion', 'KEYWORD'),
  OfferState: defineSearchAttributeKey('OfferState', 'KEYWORD'),
  Outcome: defineSearchAttributeKey('Outcome', 'KEYWORD'),
  OfferExpiresAt: defineSearchAttributeKey('OfferExpiresAt', 'DATETIME'),
};
