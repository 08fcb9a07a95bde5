import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const DAY = 24 * 60 * 60 * 1_000;
const SECOND = 1_000;

/**
 * How long the server must remember a finished run. A payment may be redelivered or replayed long after its run
 * ended, and only the memory of that run keeps it from starting a second offer.
 */
export const MINIMUM_RETENTION_DAYS = 30;

/** How many days a namespace remembers finished runs. */
export async function retentionDays(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
): Promise<number> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  return (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * SECOND) / DAY;
}

/**
 * Raises a namespace's retention to 30 days where it is shorter.
 *
 * @returns the retention in days after the call
 */
export async function ensureRetention(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
): Promise<number> {
  const days = await retentionDays(connection, namespace);
  if (days >= MINIMUM_RETENTION_DAYS) return days;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(MINIMUM_RETENTION_DAYS * DAY) },
  });
  return MINIMUM_RETENTION_DAYS;
}
