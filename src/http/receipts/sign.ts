/** Signs receipts with the key of the installation, so that they can be checked without it. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, SignJWT, type JWK } from 'jose';

export const RECEIPT_ALGORITHM = 'ES256';
export const RECEIPT_TYPE = 'offer-receipt+jwt';
export const RECEIPT_ISSUER = 'durable-upsells';

export interface ReceiptSigner {
  /** Returns a JWS in compact form, with the public key in its header. */
  sign(receipt: object, at: Date): Promise<string>;
  /** The public key, for `GET /.well-known/jwks.json`. */
  jwks: { keys: JWK[] };
}

/** @param privateKey for ES256, as PEM */
export async function createReceiptSigner(privateKey: string): Promise<ReceiptSigner> {
  const key = createPrivateKey(privateKey);
  const jwk = await exportJWK(createPublicKey(key));
  const kid = await calculateJwkThumbprint(jwk);
  return {
    sign: (receipt, at) =>
      new SignJWT({ receipt })
        .setProtectedHeader({ alg: RECEIPT_ALGORITHM, typ: RECEIPT_TYPE, kid, jwk })
        .setIssuer(RECEIPT_ISSUER)
        .setIssuedAt(at)
        .sign(key),
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: RECEIPT_ALGORITHM }] },
  };
}
