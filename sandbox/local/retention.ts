/** Keeps the record of finished runs long enough. */
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { DAY } from '../../src/domain/duration.js';
import { MINIMUM_RETENTION_DAYS, retentionDays } from '../../src/temporal/namespace.js';

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
