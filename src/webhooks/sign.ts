/** Makes Standard Webhooks signatures (`v1`, HMAC-SHA256) and reads their secrets. */
import { createHmac } from 'node:crypto';

const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** Visible ASCII without `.`, which separates the signed parts, or `,`, which Node joins repeated headers with. */
export const WEBHOOK_ID = /^[\x21-\x2b\x2d\x2f-\x7e]{1,256}$/;
/** Unix seconds. */
export const WEBHOOK_TIMESTAMP = /^[0-9]{9,11}$/;

const PADDED_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BARE_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2,3})?$/;

export interface SignWebhookInput {
  id: string;
  /** Unix seconds of this delivery attempt. */
  timestamp: number;
  body: Buffer | string;
  secret: Buffer;
}

/**
 * Returns the value of the `webhook-signature` header: `v1,` and base64.
 *
 * @throws RangeError for an id or timestamp that no verifier would accept, or an empty secret
 */
export function signWebhook({ id, timestamp, body, secret }: SignWebhookInput): string {
  if (!WEBHOOK_ID.test(id))
    throw new RangeError('A webhook id must be 1 to 256 visible ASCII characters without "." or ",".');
  if (!WEBHOOK_TIMESTAMP.test(String(timestamp)))
    throw new RangeError('A webhook timestamp must be in whole Unix seconds.');
  if (secret.length === 0) throw new RangeError('A webhook secret must not be empty.');
  return signatureOf(id, String(timestamp), body, secret);
}

/**
 * Returns the headers of a signed webhook with a JSON body. With another secret, it is signed with both.
 *
 * @throws as `signWebhook`
 */
export function webhookHeaders({
  otherSecret,
  ...input
}: SignWebhookInput & { otherSecret?: Buffer }): Record<string, string> {
  const signatures = [input.secret, ...(otherSecret ? [otherSecret] : [])].map((secret) =>
    signWebhook({ ...input, secret }),
  );
  return {
    'content-type': 'application/json',
    'webhook-id': input.id,
    'webhook-timestamp': String(input.timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/** Returns the signature over exactly these parts, without checking them. */
export function signatureOf(id: string, timestamp: string, body: Buffer | string, secret: Buffer): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

export type WebhookSecret =
  { ok: true; secret: Buffer } | { ok: false; /** Never contains the secret. */ problem: string };

/** Parses `whsec_` and base64, padded or not, of 24 to 64 bytes. A weak secret is refused, not used. */
export function parseWebhookSecret(text: string): WebhookSecret {
  if (text === '') return { ok: false, problem: 'it is empty' };
  if (text.startsWith('whpk_') || text.startsWith('whsk_')) {
    return { ok: false, problem: 'it is an ed25519 key, and these signatures are made with a shared secret' };
  }
  if (!text.startsWith('whsec_')) return { ok: false, problem: 'it does not start with whsec_' };
  const encoded = text.slice('whsec_'.length);
  if (encoded === '') return { ok: false, problem: 'nothing follows whsec_' };
  if (!PADDED_BASE64.test(encoded) && !BARE_BASE64.test(encoded)) {
    return { ok: false, problem: 'what follows whsec_ is not base64' };
  }
  const secret = Buffer.from(encoded, 'base64');
  if (secret.length < MIN_SECRET_BYTES || secret.length > MAX_SECRET_BYTES) {
    return { ok: false, problem: `it holds ${secret.length} bytes` };
  }
  return { ok: true, secret };
}
