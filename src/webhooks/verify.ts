/**
 * Verifies webhooks from Dodo Payments: Standard Webhooks signatures (`v1`, HMAC-SHA256) over the raw bytes.
 *
 * Stricter than the reference library, which reads timestamps with `parseInt`, signs the decoded text, so that invalid
 * UTF-8 can be swapped after signing, and allows anything after each signature.
 */
import { timingSafeEqual } from 'node:crypto';
import { keepable, mayHoldUnkeepableText } from '../domain/text.js';
import { WEBHOOK_ID, WEBHOOK_TIMESTAMP, signatureOf } from './sign.js';

export { parseWebhookSecret, signWebhook } from './sign.js';

const SECOND = 1000;

/** How far a timestamp may differ from our clock, either way, in seconds. */
export const WEBHOOK_TOLERANCE_SECONDS = 300;

const MAX_SIGNATURES = 16;
const MAX_SIGNATURE_HEADER_BYTES = 4096;
const MAX_DEPTH = 32;

export type SignatureFailure =
  | 'missing_header'
  | 'invalid_id'
  | 'invalid_timestamp'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'invalid_signature_header'
  | 'no_matching_signature';

export type WebhookVerification =
  | { ok: true; id: string; /** Unix seconds of this delivery attempt. */ timestamp: number }
  | { ok: false; reason: SignatureFailure };

export interface VerifyWebhookInput {
  /** As Node provides them, with names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes as received, unparsed. */
  body: Buffer;
  /** Every secret that is valid now: two during a rotation. */
  secrets: readonly Buffer[];
  now: Date;
}

/**
 * Verifies one delivery. Tries every secret on every signature in constant time, without stopping at the first match,
 * so that timing reveals nothing about them.
 *
 * @throws RangeError without secrets, or with an empty one, with which anyone could sign
 */
export function verifyWebhook({ headers, body, secrets, now }: VerifyWebhookInput): WebhookVerification {
  if (secrets.length === 0 || secrets.some((secret) => secret.length === 0)) {
    throw new RangeError('Verifying webhooks requires at least one secret, and none may be empty.');
  }
  const id = headers['webhook-id'];
  const sentAt = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !sentAt || !signatures) return { ok: false, reason: 'missing_header' };
  if (typeof id !== 'string' || !WEBHOOK_ID.test(id)) return { ok: false, reason: 'invalid_id' };
  if (typeof sentAt !== 'string' || !WEBHOOK_TIMESTAMP.test(sentAt))
    return { ok: false, reason: 'invalid_timestamp' };

  const timestamp = Number(sentAt);
  const age = Math.floor(now.getTime() / SECOND) - timestamp;
  if (age > WEBHOOK_TOLERANCE_SECONDS) return { ok: false, reason: 'timestamp_too_old' };
  if (age < -WEBHOOK_TOLERANCE_SECONDS) return { ok: false, reason: 'timestamp_too_new' };

  if (typeof signatures !== 'string' || Buffer.byteLength(signatures) > MAX_SIGNATURE_HEADER_BYTES) {
    return { ok: false, reason: 'invalid_signature_header' };
  }
  const given = signatures.split(' ');
  if (given.length > MAX_SIGNATURES) return { ok: false, reason: 'invalid_signature_header' };

  // Compare as text: base64 can encode the same bytes in several ways, and a signature is exactly one of them.
  const candidates = given.map((signature) => Buffer.from(signature));
  let matches = 0;
  for (const secret of secrets) {
    // Use the timestamp as received: with a leading zero, it is not the text that was signed.
    const expected = Buffer.from(signatureOf(id, sentAt, body, secret));
    for (const candidate of candidates) {
      // Lengths are public, and timingSafeEqual throws when they differ.
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) matches += 1;
    }
  }
  return matches > 0 ? { ok: true, id, timestamp } : { ok: false, reason: 'no_matching_signature' };
}

export type BodyFailure = 'invalid_utf8' | 'invalid_json' | 'not_an_object' | 'too_deep';

export type WebhookBody = { ok: true; value: Record<string, unknown> } | { ok: false; reason: BodyFailure };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses a verified body: UTF-8, a JSON object, at most 32 levels deep (`JSON.parse` accepts any depth, but serializing
 * such a value fails). The last of repeated keys wins. Characters that
 * cannot be kept are replaced. The contents of the object are not checked here.
 */
export function parseWebhookBody(body: Buffer): WebhookBody {
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    return { ok: false, reason: 'invalid_utf8' };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'invalid_json' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, reason: 'not_an_object' };
  }
  if (isDeeperThan(value, MAX_DEPTH)) return { ok: false, reason: 'too_deep' };
  const cleaned = mayHoldUnkeepableText(text) ? keepable(value) : value;
  return { ok: true, value: cleaned as Record<string, unknown> };
}

/** Goes level by level: recursion would overflow on a value that is deep enough. */
function isDeeperThan(root: object, limit: number): boolean {
  let level: object[] = [root];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    const next: object[] = [];
    for (const parent of level) {
      for (const child of Object.values(parent) as unknown[]) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}
