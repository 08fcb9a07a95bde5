/** The receiving end alone: an API on the world's Temporal, on a task queue that nobody works on. */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { loadConfig } from '../../../src/config/config.js';
import { createDodo } from '../../../src/dodo/client.js';
import { createLogger } from '../../../src/log.js';
import { startApi, type RunningApi } from '../../../src/service.js';
import { productEnvironment } from '../chaos/product-env.js';
import { readRun, type Run } from '../invariants/run-history.js';
import { aPayment } from '../../dodo/examples.js';
import type { World } from './in-process-system.js';

/** Starts it within this process; what it takes stays in the histories as it came. */
export async function startIngress(world: World, webhookKeys: string[]): Promise<RunningApi> {
  const { address, namespace } = world;
  const config = loadConfig(
    {
      ...productEnvironment({
        dodoUrl: world.sandbox.url,
        databaseUrl: 'postgres://127.0.0.1/unused',
        temporal: address,
        taskQueue: `ingress-${randomUUID()}`,
      }),
      TEMPORAL_NAMESPACE: namespace,
      DODO_PAYMENTS_WEBHOOK_KEY: webhookKeys.join(','),
    },
    { mode: 'server' },
  );
  return startApi(config, {
    dodo: createDodo(world.sandbox.apiKey, { baseURL: world.sandbox.url }),
    ledger: world.ledger,
    catalog: () => world.catalog,
    temporal: { address, namespace, embedded: true },
    log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
    webhookSecrets: config.dodo.webhookSecrets ?? [],
  });
}

/** The event of a purchase that was paid just now, and that the example catalog has an offer for. */
export function paidEvent(paymentId: string, fields: Record<string, unknown> = {}) {
  const now = new Date().toISOString();
  return {
    business_id: 'bus_1',
    type: 'payment.succeeded',
    timestamp: now,
    data: { payload_type: 'Payment', ...aPayment({ payment_id: paymentId, created_at: now }), ...fields },
  };
}

/** The run as Temporal has it; undefined when there is none. */
export async function findRun(client: Client, id: string): Promise<Run | undefined> {
  const handle = client.workflow.getHandle(id);
  try {
    const { runId, type, status } = await handle.describe();
    return readRun({ workflowId: id, runId, type, status: status.name }, await handle.fetchHistory());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
