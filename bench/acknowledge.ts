/** Compares the time to acknowledge a webhook with the time Temporal alone takes to record it. */
import { IN_MEMORY, openEmbeddedLedger } from '../sandbox/local/embedded-ledger.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { loadCatalog } from '../src/catalog/file/load.js';
import { loadLocalConfig } from '../sandbox/local/config.js';
import { createDodo } from '../src/dodo/client.js';
import { routeEvent } from '../src/webhooks/route.js';
import { createLogger } from '../src/log.js';
import { startApi } from '../src/service.js';
import { connectClient } from '../src/temporal/connect.js';
import { startDevServer } from '../sandbox/local/dev-server.js';
import { paymentEvent } from '../src/contract/messages.js';
import { workflowId } from '../src/domain/ids.js';
import { searchAttributeKeys as keys } from '../src/contract/search-attributes.js';
import { webhookSource, type SampleWebhook, type WebhookSource } from './sample-webhook.js';
import { summarize, timed, type Summary } from './stats.js';
import { formatResults, milliseconds, ratio } from './results.js';

const PRODUCT = 'prod_starter_course';
const WARM_UP = 40;
const SAMPLES = 320;
const CONCURRENCIES = [1, 8];

interface Measured {
  concurrency: number;
  webhook: Summary;
  raw: Summary;
}

/**
 * Times signed `payment.succeeded` webhooks over HTTP until the 200, alternating with signal-with-start calls of the
 * same arguments through the SDK's client, on one Temporal server with its data on disk. No worker runs, because an
 * acknowledgement does not wait for one.
 */
export async function benchAcknowledge(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-bench-'));
  const temporal = await startDevServer({ dataDir: join(folder, 'temporal'), ui: false });
  const log = createLogger('info', { write: () => undefined });
  const ledger = await openEmbeddedLedger(IN_MEMORY, log);
  const source = await webhookSource(PRODUCT);
  const catalog = await loadCatalog('offers.yaml');
  const config = loadLocalConfig({ PORT: '0', DATA_DIR: folder }, { mode: 'start' });
  const api = await startApi(config, {
    dodo: createDodo('unused', { baseURL: 'http://127.0.0.1:9' }),
    ledger,
    catalog: () => catalog,
    temporal: { address: temporal.address, namespace: temporal.namespace, embedded: true },
    log,
    webhookSecrets: [source.secret],
  });
  const { client, connection } = await connectClient({ ...temporal, embedded: true });
  const agent = new Agent({ keepAlive: true });
  try {
    const measured: Measured[] = [];
    for (const concurrency of CONCURRENCIES) {
      const sendWebhook = () => post(`${api.url}/webhooks/dodo`, source.next(), agent);
      const sendRaw = () => signalWithStart(client, source, catalog);
      await alternate(concurrency, WARM_UP, sendWebhook, sendRaw);
      const [webhook, raw] = await alternate(concurrency, SAMPLES, sendWebhook, sendRaw);
      measured.push({ concurrency, webhook: summarize(webhook), raw: summarize(raw) });
    }
    return tableOf(measured);
  } finally {
    agent.destroy();
    await connection.close();
    await api.stop();
    await ledger.close();
    await temporal.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Alternates between the two in batches, so that other load on the machine affects both alike. */
async function alternate(
  concurrency: number,
  samples: number,
  ...works: (() => Promise<unknown>)[]
): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let done = 0; done < samples; done += concurrency) {
    for (const [index, work] of works.entries()) {
      const batch = Array.from({ length: concurrency }, () => timed(work));
      times[index]?.push(...(await Promise.all(batch)));
    }
  }
  return times;
}

async function signalWithStart(
  client: Client,
  source: WebhookSource,
  catalog: Parameters<typeof routeEvent>[1],
): Promise<void> {
  const { body } = source.next();
  const route = routeEvent(JSON.parse(body.toString()) as Record<string, unknown>, catalog, new Date(), {
    provesPurchase: () => false,
    provesAttempt: () => false,
  });
  if (route.kind !== 'purchase' || !route.guess)
    throw new Error('The sample webhook does not start a purchase.');
  const { purchaseId, event, guess } = route;
  await client.workflow.signalWithStart('purchase', {
    workflowId: workflowId.purchase(purchaseId),
    taskQueue: 'offers',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    args: [{ purchaseId, trigger: 'purchase', timing: {}, notify: false, guess }],
    typedSearchAttributes: [
      { key: keys.OfferState, value: 'open' },
      { key: keys.CustomerId, value: event.customerId ?? '' },
      { key: keys.ProductId, value: PRODUCT },
      { key: keys.OfferId, value: guess.offerId },
      { key: keys.FunnelId, value: guess.funnelId },
      { key: keys.CatalogVersion, value: guess.catalogHash },
      { key: keys.OfferExpiresAt, value: new Date() },
    ],
    staticSummary: `purchase of ${PRODUCT}`,
    signal: paymentEvent,
    signalArgs: [event],
  });
}

function post(url: string, { headers, body }: SampleWebhook, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200
          ? resolve()
          : reject(new Error(`The webhook returned ${response.statusCode}.`)),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function tableOf(measured: Measured[]): string {
  const row = (name: string, { p50, p95, p99 }: Summary, cell: (value: number) => string) => [
    name,
    cell(p50),
    cell(p95),
    cell(p99),
  ];
  const rows = measured.flatMap(({ concurrency, webhook, raw }) => {
    const at = concurrency === 1 ? 'one at a time' : `${concurrency} at a time`;
    const compared = {
      count: raw.count,
      p50: webhook.p50 / raw.p50,
      p95: webhook.p95 / raw.p95,
      p99: webhook.p99 / raw.p99,
    };
    return [
      row(`webhook to 200, ${at}`, webhook, milliseconds),
      row(`raw signal-with-start, ${at}`, raw, milliseconds),
      row(`ratio, ${at}`, compared, ratio),
    ];
  });
  return formatResults([`${SAMPLES} of each`, 'p50', 'p95', 'p99'], rows);
}
