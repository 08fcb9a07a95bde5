/** Groups 3 and 4: the webhook endpoint, its secret, and a delivery by hand. */
import { randomUUID } from 'node:crypto';
import type DodoPayments from 'dodopayments';
import type { Dodo } from '../../../src/dodo/client.js';
import { HANDLED_EVENTS } from '../../../src/webhooks/events.js';
import { parseWebhookSecret, webhookHeaders } from '../../../src/webhooks/sign.js';
import { explain } from '../calls.js';
import { fail, pass, reasonOf, unknown, type Finding, type Group } from '../report.js';
import type { DodoSubject } from '../subject.js';

export const ENDPOINT_TITLES = {
  'webhook.endpoint': 'Webhook endpoint',
  'webhook.enabled': 'Webhook endpoint is enabled',
  'webhook.events': 'Webhook events',
  'webhook.secret': 'Webhook key',
  'webhook.delivery': 'A signed event is accepted',
  'webhook.signature': 'A wrong signature is refused',
};

export type Endpoint = DodoPayments.WebhookDetails;

/** Reads every registered endpoint. */
export async function readEndpoints(dodo: Dodo): Promise<Endpoint[]> {
  const found: Endpoint[] = [];
  for await (const endpoint of dodo.webhooks.list()) found.push(endpoint);
  return found;
}

/** Finds the endpoint that is registered for a URL; an enabled one first. */
export function endpointAt(endpoints: Endpoint[], url: string): Endpoint | undefined {
  const matching = endpoints.filter((one) => isSame(one.url, url));
  return matching.find(({ disabled }) => disabled !== true) ?? matching[0];
}

/** Compares scheme, host, port and path. */
function isSame(one: string, other: string): boolean {
  if (!URL.canParse(one)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  return a.origin === b.origin && a.pathname.replace(/\/$/, '') === b.pathname.replace(/\/$/, '');
}

/** Returns the handled events that an endpoint is not sent. No filter means every event. */
export function missingEvents({ filter_types: types }: Endpoint): string[] {
  if (types == null || types.length === 0) return [];
  return HANDLED_EVENTS.filter((type) => !types.includes(type));
}

const FIX = 'npm run doctor -- --fix does it.';

export function endpointChecks(
  dodo: Dodo,
  { webhookSecrets }: DodoSubject,
  webhookUrl: string,
): Group<keyof typeof ENDPOINT_TITLES> {
  return {
    titles: ENDPOINT_TITLES,
    async run(find) {
      await Promise.all([
        examineEndpoint(dodo, webhookSecrets, webhookUrl, find),
        deliver(webhookUrl, webhookSecrets[0]).then((finding) => find('webhook.delivery', finding)),
        deliverWronglySigned(webhookUrl).then((finding) => find('webhook.signature', finding)),
      ]);
    },
  };
}

async function examineEndpoint(
  dodo: Dodo,
  secrets: readonly Buffer[],
  webhookUrl: string,
  find: (id: keyof typeof ENDPOINT_TITLES, finding: Finding) => void,
): Promise<void> {
  let endpoints: Endpoint[];
  try {
    endpoints = await readEndpoints(dodo);
  } catch (error) {
    for (const id of ['webhook.endpoint', 'webhook.enabled', 'webhook.events', 'webhook.secret'] as const) {
      find(id, unknown(`${explain(error)}.`));
    }
    return;
  }
  const endpoint = endpointAt(endpoints, webhookUrl);
  if (!endpoint) {
    const others = endpoints.map(({ url }) => url).join(', ');
    find(
      'webhook.endpoint',
      fail(
        `None is registered for ${webhookUrl}${others === '' ? '' : `, only ${others}`}.`,
        `Register it in the Dodo dashboard under Developer > Webhooks; ${FIX} Is the API reached under another ` +
          'origin than APP_URL? Say so: --url https://api.example. Without an endpoint, the sweep finds payments late.',
      ),
    );
    for (const id of ['webhook.enabled', 'webhook.events', 'webhook.secret'] as const) {
      find(id, unknown('It depends on an endpoint.'));
    }
    return;
  }
  find('webhook.endpoint', pass(`${endpoint.url} is registered.`));
  find(
    'webhook.enabled',
    endpoint.disabled === true
      ? fail('It is disabled: Dodo sends nothing to it.', `Enable it in the Dodo dashboard; ${FIX}`)
      : pass('It is.'),
  );
  const missing = missingEvents(endpoint);
  find(
    'webhook.events',
    missing.length > 0
      ? fail(
          `It is not sent ${missing.join(', ')}.`,
          `Add these event types to the endpoint, or send all; ${FIX}`,
        )
      : pass(`It is sent all ${HANDLED_EVENTS.length} event types that are handled.`),
  );
  find('webhook.secret', await secretFinding(dodo, endpoint, secrets));
}

async function secretFinding(dodo: Dodo, { id }: Endpoint, secrets: readonly Buffer[]): Promise<Finding> {
  if (secrets.length === 0) {
    return fail(
      'DODO_PAYMENTS_WEBHOOK_KEY is not set: every webhook is refused.',
      "Set it to the endpoint's signing secret, from the Dodo dashboard.",
    );
  }
  try {
    const { secret } = await dodo.webhooks.retrieveSecret(id);
    const parsed = parseWebhookSecret(secret);
    if (!parsed.ok) return unknown(`Dodo's secret cannot be compared: ${parsed.problem}.`);
    const position = secrets.findIndex((one) => one.equals(parsed.secret));
    if (position >= 0) return pass("DODO_PAYMENTS_WEBHOOK_KEY holds the endpoint's secret.");
    return fail(
      "DODO_PAYMENTS_WEBHOOK_KEY is not the endpoint's secret: every webhook is refused as wrongly signed.",
      'Copy the signing secret of this endpoint from the Dodo dashboard; during a rotation list both, comma-separated.',
    );
  } catch (error) {
    return unknown(`${explain(error)}.`);
  }
}

/** No type of Dodo's, so that it starts nothing. */
const PROBE_TYPE = 'durable_upsells.doctor';
const DELIVERY_TIMEOUT_MS = 3_000;

function probe(secret: Buffer): { headers: Record<string, string>; body: string } {
  const id = `doctor_${randomUUID()}`;
  const timestamp = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({
    business_id: 'bus_doctor',
    type: PROBE_TYPE,
    timestamp: new Date().toISOString(),
    data: {},
  });
  return { body, headers: webhookHeaders({ id, timestamp, body, secret }) };
}

async function post(url: string, secret: Buffer): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    ...probe(secret),
    redirect: 'manual',
    signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
  });
  await response.arrayBuffer();
  return response.status;
}

async function deliver(url: string, secret: Buffer | undefined): Promise<Finding> {
  if (!secret) return unknown('It depends on DODO_PAYMENTS_WEBHOOK_KEY.');
  try {
    const status = await post(url, secret);
    if (status === 200) return pass(`${url} answered 200.`);
    return fail(`${url} answered ${status}, not 200.`, deliveryRemedy(status));
  } catch (error) {
    return fail(
      `${url} cannot be reached from here: ${reachFailure(error)}.`,
      'Start the API, and check DNS, TLS and the proxy in front of it; Dodo must reach this address as well.',
    );
  }
}

function deliveryRemedy(status: number): string {
  if (status === 401) {
    return 'The running API has another DODO_PAYMENTS_WEBHOOK_KEY than this environment, or a clock that is off.';
  }
  if (status >= 300 && status < 400)
    return 'Register the address that it redirects to: Dodo follows no redirect.';
  if (status === 404 || status === 405)
    return 'Something else answers there: check the host, the path and the proxy.';
  if (status === 503) return 'The API cannot reach Temporal.';
  return 'Check the proxy in front of the API: the body must arrive unchanged.';
}

async function deliverWronglySigned(url: string): Promise<Finding> {
  const wrongSecret = Buffer.from('a key that nobody was given for webhooks');
  try {
    const status = await post(url, wrongSecret);
    if (status === 401) return pass(`${url} answered 401.`);
    if (status >= 200 && status < 300) {
      return fail(
        `${url} answered ${status} to a wrongly signed event.`,
        'Something else answers there, or in front of the API: nobody may accept webhooks in its place.',
      );
    }
    return unknown(`${url} answered ${status}.`);
  } catch (error) {
    return unknown(`${url} cannot be reached from here: ${reachFailure(error)}.`);
  }
}

function reachFailure(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? reasonOf(error);
}
