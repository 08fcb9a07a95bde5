/** Verifies a receipt without the system that issued it. */
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';
import { evidenceHash } from './evidence.js';
import type { Receipt } from './receipt.js';
import { RECEIPT_ALGORITHM, RECEIPT_TYPE } from './sign.js';

export interface VerifiedReceipt {
  receipt: Receipt;
  /** The thumbprint of the key it was signed with (RFC 7638). */
  keyId: string;
  signedAt: string;
  /** The key is one of those that were given; false when it is only the one the receipt itself names. */
  trusted: boolean;
}

/** Why a receipt cannot be relied on. */
export class ReceiptError extends Error {}

/**
 * Checks the signature of a receipt, and that what was accepted is what its hash stands for.
 *
 * @param text the answer of `GET /api/presentations/{id}/receipt`, or its `jws` alone
 * @param trusted the public keys of the installation, from `GET /.well-known/jwks.json`. Without them the key in the
 * receipt itself is used, which proves that nothing was changed since it was signed, not who signed it.
 * @throws ReceiptError
 */
export async function verifyReceipt(
  text: string,
  trusted?: { keys: readonly JWK[] },
): Promise<VerifiedReceipt> {
  const { jws, shown } = read(text.trim());
  const header = headerOf(jws);
  if (header.alg !== RECEIPT_ALGORITHM || header.typ !== RECEIPT_TYPE || header.jwk === undefined)
    throw new ReceiptError('This is signed, but not as a receipt.');
  const keyId = await calculateJwkThumbprint(header.jwk).catch(() => undefined);
  if (keyId === undefined || keyId !== header.kid)
    throw new ReceiptError('The receipt names another key than the one it holds.');
  if (trusted) {
    const thumbprints = await Promise.all(trusted.keys.map((key) => calculateJwkThumbprint(key)));
    if (!thumbprints.includes(keyId))
      throw new ReceiptError(`The receipt was signed with the key ${keyId}, which is none of those given.`);
  }
  const payload = await compactVerify(jws, await importJWK(header.jwk, RECEIPT_ALGORITHM), {
    algorithms: [RECEIPT_ALGORITHM],
  }).then(
    (verified) =>
      JSON.parse(new TextDecoder().decode(verified.payload)) as { receipt?: Receipt; iat?: number },
    () => {
      throw new ReceiptError('The signature is wrong: the receipt was changed after it was signed.');
    },
  );
  const { receipt, iat } = payload;
  if (receipt === undefined || iat === undefined)
    throw new ReceiptError('This is signed, but not as a receipt.');
  if (evidenceHash(receipt.acceptance) !== receipt.evidence)
    throw new ReceiptError('What was accepted does not match its hash.');
  // The signed part counts. If the part that is there to read says something else, someone has changed it.
  if (shown && evidenceHash(shown) !== evidenceHash(receipt))
    throw new ReceiptError('What the file says beside the signature differs from what was signed.');
  return {
    receipt,
    keyId,
    signedAt: new Date(iat * 1000).toISOString(),
    trusted: trusted !== undefined,
  };
}

function read(text: string): { jws: string; shown?: object } {
  if (!text.startsWith('{')) return { jws: text };
  try {
    const { jws, ...shown } = JSON.parse(text) as Record<string, unknown>;
    if (typeof jws === 'string') return { jws, shown };
  } catch {
    // Not JSON: said below.
  }
  throw new ReceiptError('This is no receipt: it has no `jws`.');
}

function headerOf(jws: string): { alg?: string; typ?: string; kid?: string; jwk?: JWK } {
  const [header = ''] = jws.split('.');
  try {
    return JSON.parse(Buffer.from(header, 'base64url').toString()) as ReturnType<typeof headerOf>;
  } catch {
    throw new ReceiptError('This is no receipt: it is not a JWS in compact form.');
  }
}
