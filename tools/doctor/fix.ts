/** `--fix`: registers the webhook endpoint, or mends the one that is registered. */
import type DodoPayments from 'dodopayments';
import type { Dodo } from '../../src/dodo/client.js';
import { endpointAt, missingEvents, readEndpoints } from './checks/endpoint.js';
import { explain } from './calls.js';

export interface Fixed {
  ok: boolean;
  /** What was done, or why nothing was. Names no secret. */
  message: string;
  /** The signing secret of an endpoint that was created. */
  secret?: string;
}

/** Makes sure that an endpoint for `url` exists, is enabled and is sent what is handled. Changes nothing else. */
export async function fixEndpoint(dodo: Dodo, url: string, isLocalDodo: boolean): Promise<Fixed> {
  if (!isLocalDodo && isLoopback(url)) {
    return {
      ok: false,
      message: `Dodo cannot reach ${url}. Name the address under which it reaches the API: --url https://api.example`,
    };
  }
  try {
    const endpoint = endpointAt(await readEndpoints(dodo), url);
    return endpoint ? await mend(dodo, endpoint) : await create(dodo, url);
  } catch (error) {
    return { ok: false, message: `The webhook endpoint could not be set up: ${explain(error)}.` };
  }
}

async function create(dodo: Dodo, url: string): Promise<Fixed> {
  const { id } = await dodo.webhooks.create({ url, description: 'durable-upsells' });
  const { secret } = await dodo.webhooks.retrieveSecret(id);
  return {
    ok: true,
    message: `Registered the webhook endpoint ${url} (${id}). Set DODO_PAYMENTS_WEBHOOK_KEY to its signing secret.`,
    secret,
  };
}

async function mend(dodo: Dodo, endpoint: DodoPayments.WebhookDetails): Promise<Fixed> {
  const missing = missingEvents(endpoint);
  const isDisabled = endpoint.disabled === true;
  if (missing.length === 0 && !isDisabled) {
    return { ok: true, message: `The webhook endpoint ${endpoint.url} needs no change.` };
  }
  const types = [...(endpoint.filter_types ?? []), ...missing] as DodoPayments.WebhookEventType[];
  await dodo.webhooks.update(endpoint.id, {
    ...(isDisabled && { disabled: false }),
    ...(missing.length > 0 && { filter_types: types }),
  });
  const done = [
    ...(isDisabled ? ['enabled it'] : []),
    ...(missing.length > 0 ? [`added ${missing.join(', ')}`] : []),
  ];
  return { ok: true, message: `Changed the webhook endpoint ${endpoint.url}: ${done.join(', ')}.` };
}

/** Checks for an address that only this machine knows. */
export function isLoopback(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
