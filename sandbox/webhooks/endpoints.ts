/** The business's webhook endpoints: the one of the settings, and those registered through the API. */
import { randomBytes } from 'node:crypto';
import type DodoPayments from 'dodopayments';
import { notFound } from '../errors.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { setWebhookEndpoint, webhookEndpoint } from './settings.js';

interface EndpointTerms {
  description: string;
  disabled: boolean;
  /** Null for every event. */
  filter_types: string[] | null;
  metadata: Record<string, string>;
  rate_limit: number | null;
}

interface Endpoint extends EndpointTerms {
  id: string;
  url: string;
  /** `whsec_...`; two keys separated by a comma sign every delivery twice. */
  key: string;
  created_at: string;
  updated_at: string;
}

/** What is registered, as the API's callers may change it. */
export type EndpointChange = { url?: string } & Partial<EndpointTerms>;

const REGISTERED = 'webhook_endpoints';
const TERMS = 'webhook_endpoint_terms';
const SETTINGS_ENDPOINT_ID = 'ep_sandbox';

const PLAIN: EndpointTerms = {
  description: '',
  disabled: false,
  filter_types: null,
  metadata: {},
  rate_limit: null,
};

/** Returns every endpoint, the oldest first. */
export function endpoints(world: World): Endpoint[] {
  const { url, key } = webhookEndpoint(world);
  const terms = setting<Partial<Endpoint>>(world, TERMS) ?? {};
  const at = timestamp(world);
  const ofSettings =
    url === null
      ? []
      : [{ ...PLAIN, created_at: at, updated_at: at, ...terms, id: SETTINGS_ENDPOINT_ID, url, key }];
  return [...ofSettings, ...registered(world)];
}

/** Returns the endpoints that an event is sent to. */
export function endpointsFor(world: World, type: string): Endpoint[] {
  return endpoints(world).filter(
    ({ disabled, filter_types: types }) =>
      !disabled && (types === null || types.length === 0 || types.includes(type)),
  );
}

/** @throws ApiError 404 */
export function endpointOf(world: World, id: string): Endpoint {
  const endpoint = endpoints(world).find((one) => one.id === id);
  if (!endpoint) throw notFound('Webhook', id);
  return endpoint;
}

/** Registers an endpoint under a signing key of its own. */
export function registerEndpoint(world: World, terms: EndpointChange & { url: string }): Endpoint {
  const at = timestamp(world);
  const endpoint: Endpoint = {
    ...PLAIN,
    ...terms,
    id: newId('ep'),
    key: `whsec_${randomBytes(24).toString('base64')}`,
    created_at: at,
    updated_at: at,
  };
  put(world, REGISTERED, [...registered(world), endpoint]);
  return endpoint;
}

/** Changes an endpoint. Events since then follow the change. */
export function changeEndpoint(world: World, id: string, change: EndpointChange): Endpoint {
  const changed = { ...endpointOf(world, id), ...change, updated_at: timestamp(world) };
  if (id === SETTINGS_ENDPOINT_ID) {
    const { description, disabled, filter_types, metadata, rate_limit, created_at, updated_at } = changed;
    if (change.url !== undefined) setWebhookEndpoint(world, { url: change.url });
    put(world, TERMS, { description, disabled, filter_types, metadata, rate_limit, created_at, updated_at });
  } else {
    put(
      world,
      REGISTERED,
      registered(world).map((one) => (one.id === id ? changed : one)),
    );
  }
  return changed;
}

export function deleteEndpoint(world: World, id: string): void {
  endpointOf(world, id);
  if (id === SETTINGS_ENDPOINT_ID) setWebhookEndpoint(world, { url: null });
  else
    put(
      world,
      REGISTERED,
      registered(world).filter((one) => one.id !== id),
    );
}

export function endpointView({ key: _key, ...endpoint }: Endpoint): DodoPayments.WebhookDetails {
  return endpoint;
}

/** Returns the key that signs an endpoint's deliveries: the newer one during a rotation. */
export function secretOf({ key }: Endpoint): string {
  return (key.split(',')[0] ?? '').trim();
}

function registered(world: World): Endpoint[] {
  return setting<Endpoint[]>(world, REGISTERED) ?? [];
}

function setting<T>(world: World, name: string): T | undefined {
  return world.tables.settings.get(name)?.value as T | undefined;
}

function put(world: World, name: string, value: unknown): void {
  world.tables.settings.put({ name, value });
}
