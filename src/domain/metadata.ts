/** Metadata that an offer sends to Dodo with its charge, beside the ids and the proof that are ours. */
import type { OfferMetadata } from './offers.js';

/** The ids that texts in an offer's metadata may name in braces. */
export const METADATA_PLACEHOLDERS = [
  'purchaseId',
  'paymentId',
  'presentationId',
  'attemptId',
  'customerId',
  'subscriptionId',
] as const;
export type MetadataPlaceholder = (typeof METADATA_PLACEHOLDERS)[number];

/** The names under which this system writes metadata of its own. */
export const OWN_METADATA_KEYS: readonly string[] = [
  'upsell_attempt_id',
  'upsell_proof',
  'upsell_product_id',
  'upsell_presentation_id',
  'upsell_purchase_id',
  'upsell_registration',
];

/** Returns what a merchant gave an order; undefined if that is nothing. */
export function merchantMetadata(metadata: OfferMetadata): OfferMetadata | undefined {
  const given = Object.entries(metadata).filter(([key]) => !OWN_METADATA_KEYS.includes(key));
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** Dodo's limits. */
export const METADATA_KEY = /^[A-Za-z0-9_-]{1,40}$/;
export const MAX_METADATA_VALUE = 500;
export const MAX_METADATA_PAIRS = 50 - OWN_METADATA_KEYS.length;

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Returns every name in braces in a text. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

export function isMetadataPlaceholder(name: string): name is MetadataPlaceholder {
  return (METADATA_PLACEHOLDERS as readonly string[]).includes(name);
}

/** Fills ids into an offer's metadata. An entry that names an id which does not exist here is left out. */
export function fillMetadata(
  metadata: OfferMetadata | undefined,
  ids: Partial<Record<MetadataPlaceholder, string>>,
): OfferMetadata {
  const filled: OfferMetadata = {};
  for (const [key, value] of Object.entries(metadata ?? {})) {
    if (typeof value !== 'string') filled[key] = value;
    else if (!placeholdersIn(value).some((name) => isMetadataPlaceholder(name) && ids[name] === undefined))
      filled[key] = fillText(value, ids);
  }
  return filled;
}

function fillText(text: string, ids: Partial<Record<MetadataPlaceholder, string>>): string {
  const filled = text.replace(PLACEHOLDER, (whole, name: string) =>
    isMetadataPlaceholder(name) ? (ids[name] ?? whole) : whole,
  );
  return filled.slice(0, MAX_METADATA_VALUE);
}
