/**
 * Proves that metadata on a payment was written by this installation. Metadata can be written by anybody who can build
 * a checkout link (static payment links take it from the URL), so an id alone proves nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export { PROOF_METADATA_KEY } from '../domain/ids.js';

/** Key under which the product of an attempt travels: a payment's cart is absent for subscriptions. */
export const PRODUCT_METADATA_KEY = 'upsell_product_id';

/** What one attempt is bound to. */
export interface AttemptClaim {
  attemptId: string;
  customerId: string;
  productId: string;
}

export interface Proofs {
  /** The value for the metadata of an attempt. */
  ofAttempt(claim: AttemptClaim): string;
  /** Checks a value that was read from metadata; anything but our own text is refused. */
  provesAttempt(claim: AttemptClaim, proof: unknown): boolean;
  /** The value for the metadata of a purchase that was registered with us before payment. */
  ofPurchase(purchaseId: string): string;
  provesPurchase(purchaseId: string, proof: unknown): boolean;
}

const MIN_KEY_BYTES = 32;

/**
 * Makes and checks proofs: HMAC-SHA256 in base64url, 43 characters. The parts are written with their lengths, so that
 * no two claims have the same text.
 *
 * @param key the installation's own, the same in every process
 * @throws RangeError when the key has fewer than 32 bytes
 */
export function createProofs(key: Buffer): Proofs {
  if (key.length < MIN_KEY_BYTES)
    throw new RangeError(`A proof key needs at least ${MIN_KEY_BYTES} bytes, not ${key.length}.`);

  const proof = (...parts: string[]) =>
    createHmac('sha256', key)
      .update(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('\n'))
      .digest('base64url');
  const same = (expected: string, given: unknown) =>
    typeof given === 'string' &&
    given.length === expected.length &&
    Buffer.byteLength(given) === expected.length &&
    timingSafeEqual(Buffer.from(given), Buffer.from(expected));

  const ofAttempt = ({ attemptId, customerId, productId }: AttemptClaim) =>
    proof('attempt', attemptId, customerId, productId);
  const ofPurchase = (purchaseId: string) => proof('purchase', purchaseId);
  return {
    ofAttempt,
    provesAttempt: (claim, given) => same(ofAttempt(claim), given),
    ofPurchase,
    provesPurchase: (purchaseId, given) => same(ofPurchase(purchaseId), given),
  };
}
