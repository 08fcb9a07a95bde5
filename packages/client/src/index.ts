/** A client of the API, with a type for every answer. */
export { OffersClient, type CallOptions, type OffersClientOptions, type WriteOptions } from './client.js';
export type { components } from './openapi.js';
export {
  dataOf,
  OffersError,
  type BodyOf,
  type Failed,
  type Refused,
  type Result,
  type Succeeded,
} from './result.js';
export {
  signalAccept,
  signalDecline,
  type SignalledAcceptance,
  type SignalledDecision,
  type TemporalClient,
} from './temporal.js';
export { verifyWebhook, WebhookVerificationError, type OfferWebhook } from './webhooks.js';
