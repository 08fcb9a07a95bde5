import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { World } from '../world.js';

/** Deliberate disturbances of webhook deliveries. */
export const webhookPolicySchema = z.strictObject({
  /** Lose events for good: all of them, some types, or a share (0 to 1). */
  drop: z.union([z.literal('all'), z.array(z.string()), z.number().min(0).max(1)]),
  /** How many more times each event is sent, under the same `webhook-id`. */
  duplicate: z.int().min(0).max(20),
  /** Collect events for a moment and send them one by one in a shuffled order. */
  reorder: z.boolean(),
  /** Wait this long before the first attempt. */
  delayMs: z.int().min(0),
  /** Hold every event back until this is switched off, or flushed. */
  paused: z.boolean(),
  /** Makes losses and shuffles reproducible. */
  seed: z.int(),
});
export type WebhookPolicy = z.output<typeof webhookPolicySchema>;

function isKey(keys: string): boolean {
  try {
    for (const key of keys.split(',')) new Webhook(key.trim());
    return true;
  } catch {
    return false;
  }
}

export const webhookEndpointSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).nullable(),
  /** `whsec_...`; two keys separated by a comma sign every delivery twice, as during a rotation. */
  key: z.string().refine(isKey, 'expected whsec_ and base64'),
});
export type WebhookEndpoint = z.output<typeof webhookEndpointSchema>;

/** The signing key of a sandbox that is given none. */
export const SANDBOX_WEBHOOK_KEY = 'whsec_ZHVyYWJsZS11cHNlbGxzLXNhbmRib3gtd2ViaG9vaw==';

/** A change of some fields. The schema has no defaults, so that omitted fields keep their values. */
export const webhookPolicyChangeSchema = webhookPolicySchema.partial();

/** No disturbance. */
const DEFAULTS: WebhookPolicy = {
  drop: [],
  duplicate: 0,
  reorder: false,
  delayMs: 0,
  paused: false,
  seed: 1,
};

const POLICY = 'webhook_policy';
/** The settings' endpoint. Those registered through the API are in `endpoints.ts`. */
const ENDPOINT = 'webhook_endpoint';

export function webhookPolicy(world: World): WebhookPolicy {
  return { ...DEFAULTS, ...(world.tables.settings.get(POLICY)?.value as Partial<WebhookPolicy> | undefined) };
}

export function setWebhookPolicy(world: World, change: Partial<WebhookPolicy>): WebhookPolicy {
  const value = webhookPolicySchema.parse({ ...webhookPolicy(world), ...change });
  world.tables.settings.put({ name: POLICY, value });
  return value;
}

export function webhookEndpoint(world: World): WebhookEndpoint {
  const stored = world.tables.settings.get(ENDPOINT)?.value;
  return stored === undefined ? { url: null, key: SANDBOX_WEBHOOK_KEY } : webhookEndpointSchema.parse(stored);
}

export function setWebhookEndpoint(world: World, change: Partial<WebhookEndpoint>): WebhookEndpoint {
  const value = webhookEndpointSchema.parse({ ...webhookEndpoint(world), ...change });
  world.tables.settings.put({ name: ENDPOINT, value });
  return value;
}
