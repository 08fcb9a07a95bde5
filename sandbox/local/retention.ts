import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const DAY = 24 * 60 * 60 * 1_000;
const SECOND = 1_000;

/**
 * Days for which the server must keep a finished run. A payment may be redelivered or replayed long after its run
 * has ended, and only the record of that run prevents a second offer.
 */
export const MINIMUM_RETENTION_DAYS = 30;

/** Reads how many days a namespace keeps finished runs. */
export async function retentionDays(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
): Promise<number> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  return (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * SECOND) / DAY;
}

/**
 * Raises a namespace's retention to 30 days if it is shorter.
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
