/** Verifies the webhooks that the merchant's backend receives: Standard Webhooks, by WebCrypto. */
import type { webhooks } from './openapi.js';

type BodyIn<W> = W extends { post: { requestBody: { content: { 'application/json': infer B } } } }
  ? B
  : never;

/** Every webhook, told apart by `type`. */
export type OfferWebhook = { [T in keyof webhooks]: BodyIn<webhooks[T]> }[keyof webhooks];

export class WebhookVerificationError extends Error {}

const TOLERANCE_SECONDS = 300;

/**
 * Returns a webhook whose signature is right and fresh.
 *
 * @param body the bytes as they came, or their text; never what a JSON parser made of them
 * @param secrets `whsec_...`; two during a rotation
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers | Record<string, string | string[] | undefined>,
  secrets: string | readonly string[],
  now = Date.now(),
): Promise<{ id: string; webhook: OfferWebhook }> {
  const read = (name: string) => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    return typeof value === 'string' ? value : '';
  };
  const [id, timestamp, signatures] = [
    read('webhook-id'),
    read('webhook-timestamp'),
    read('webhook-signature'),
  ];
  if (!id || !/^\d{9,11}$/.test(timestamp) || !signatures)
    throw new WebhookVerificationError('A header of the signature is missing.');
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    throw new WebhookVerificationError('The webhook is too old, or the clock is wrong.');

  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + bytes.length);
  signed.set(head);
  signed.set(bytes, head.length);
  const given = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    const key = await crypto.subtle.importKey(
      'raw',
      bytesOf(secret.replace(/^whsec_/, '')),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['verify'],
    );
    for (const signature of given) {
      if (await crypto.subtle.verify('HMAC', key, bytesOf(signature), signed))
        return { id, webhook: JSON.parse(new TextDecoder().decode(bytes)) as OfferWebhook };
    }
  }
  throw new WebhookVerificationError('The signature is wrong.');
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}
