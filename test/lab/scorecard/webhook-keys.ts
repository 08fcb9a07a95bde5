import { randomBytes } from 'node:crypto';
import { parseWebhookSecret } from '../../../src/webhooks/sign.js';

/** A webhook key as Dodo hands it out. */
export const newWebhookKey = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** What it signs with. */
export function secretOf(key: string): Buffer {
  const parsed = parseWebhookSecret(key);
  if (!parsed.ok) throw new Error(`The key cannot be used: ${parsed.problem}.`);
  return parsed.secret;
}
