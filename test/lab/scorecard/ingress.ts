/** The receiving end alone: an API on the system's Temporal, on a task queue without a worker. */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { RunningApi } from '../../../src/service.js';
import { productEnvironment } from '../chaos/product-env.js';
import { readRunHistory, type RunHistory } from '../invariants/run-history.js';
import { aPayment } from '../../dodo/examples.js';
import type { InProcessSystem } from './in-process-system.js';
import { startApiInProcess } from '../chaos/api-in-process.js';

/** Starts it within this process. Received events stay in the histories as they came. */
export async function startIngress(system: InProcessSystem, webhookKeys: string[]): Promise<RunningApi> {
  const { address, namespace } = system;
  return startApiInProcess({
    env: {
      ...productEnvironment({
        dodoUrl: system.sandbox.url,
        databaseUrl: 'postgres://127.0.0.1/unused',
        temporal: address,
        taskQueue: `ingress-${randomUUID()}`,
      }),
      TEMPORAL_NAMESPACE: namespace,
      DODO_PAYMENTS_WEBHOOK_KEY: webhookKeys.join(','),
    },
    sandbox: system.sandbox,
    ledger: system.ledger,
    catalog: system.catalog,
    temporal: { address, namespace },
  });
}

/** Returns the event of a purchase that was just paid, with a product that the example catalog has an offer for. */
export function paidEvent(paymentId: string, fields: Record<string, unknown> = {}) {
  const now = new Date().toISOString();
  return {
    business_id: 'bus_1',
    type: 'payment.succeeded',
    timestamp: now,
    data: { payload_type: 'Payment', ...aPayment({ payment_id: paymentId, created_at: now }), ...fields },
  };
}

/** Returns the history of a run, or undefined if there is none. */
export async function findRun(client: Client, id: string): Promise<RunHistory | undefined> {
  const handle = client.workflow.getHandle(id);
  try {
    const { runId, type, status } = await handle.describe();
    return readRunHistory({ workflowId: id, runId, type, status: status.name }, await handle.fetchHistory());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
