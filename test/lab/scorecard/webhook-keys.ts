import { randomBytes } from 'node:crypto';
import { parseWebhookSecret } from '../../../src/webhooks/sign.js';

/** Returns a new webhook key, in Dodo's format. */
export const newWebhookKey = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Returns the secret of a key. */
export function secretOf(key: string): Buffer {
  const parsed = parseWebhookSecret(key);
  if (!parsed.ok) throw new Error(`The key cannot be used: ${parsed.problem}.`);
  return parsed.secret;
}
