import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { World } from '../world.js';

/** How deliveries go wrong, on purpose. */
export const webhookPolicySchema = z.strictObject({
  /** Lose events for good: all, those of some types, or a share of them (0 to 1). */
  drop: z.union([z.literal('all'), z.array(z.string()), z.number().min(0).max(1)]),
  /** How many times more each event is sent, under the same `webhook-id`. */
  duplicate: z.int().min(0).max(20),
  /** Gather events for a moment and send them one after another in a shuffled order. */
  reorder: z.boolean(),
  /** Wait this long before the first attempt. */
  delayMs: z.int().min(0),
  /** Keep everything back until it is switched off, or flushed. */
  paused: z.boolean(),
  /** Makes losses and shuffles repeatable. */
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

/** The signing key of a sandbox that was given none. */
export const SANDBOX_WEBHOOK_KEY = 'whsec_ZHVyYWJsZS11cHNlbGxzLXNhbmRib3gtd2ViaG9vaw==';

/** Some fields alone. Defaults are kept apart from the schema, so that what is left out stays as it was. */
export const webhookPolicyChangeSchema = webhookPolicySchema.partial();

/** Nothing goes wrong. */
const DEFAULTS: WebhookPolicy = {
  drop: [],
  duplicate: 0,
  reorder: false,
  delayMs: 0,
  paused: false,
  seed: 1,
};

const POLICY = 'webhook_policy';
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
