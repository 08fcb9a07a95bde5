/** Looks at a Temporal namespace before anything is built on it. */
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { longestWaitMs } from '../catalog/longest-wait.js';
import type { Catalog } from '../domain/offers.js';
import { DAY, formatDuration, SECOND } from '../domain/duration.js';
import { TemporalError } from './connect.js';
import { hasGrpcStatus } from './grpc-errors.js';

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

/** Returns why a retention is too short for a catalog, or undefined when it suffices. */
export function shortRetention(days: number, namespace: string, catalog: Catalog): string | undefined {
  const longest = longestWaitMs(catalog) / DAY;
  const needed = Math.max(MINIMUM_RETENTION_DAYS, Math.ceil(longest));
  if (days >= needed) return undefined;
  const why =
    longest > MINIMUM_RETENTION_DAYS
      ? `the longest funnel of the catalog takes ${formatDuration(longestWaitMs(catalog))}`
      : 'Dodo may redeliver a webhook weeks later';
  return (
    `The Temporal namespace "${namespace}" keeps finished runs for ${formatDays(days)}, and needs ${needed} days: ` +
    `${why}, and only the record of a run prevents a second offer. ` +
    `Raise it: temporal operator namespace update --namespace ${namespace} --retention ${needed}d`
  );
}

function formatDays(days: number): string {
  return days === 1 ? 'a day' : `${Math.round(days * 100) / 100} days`;
}

/**
 * Makes sure that a namespace exists, and warns when it forgets runs too soon. A server that does not let us look is
 * taken at its word.
 *
 * @throws TemporalError when there is no such namespace
 */
export async function checkNamespace(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  { catalog, log }: { catalog: Catalog; log: { warn(fields: object, message: string): void } },
): Promise<void> {
  let days: number;
  try {
    days = await retentionDays(connection, namespace);
  } catch (error) {
    if (hasGrpcStatus(error, 'NOT_FOUND')) throw missingNamespace(namespace);
    if (isGrpcServiceError(error)) return;
    throw error;
  }
  const warning = shortRetention(days, namespace, catalog);
  if (warning !== undefined) log.warn({ namespace, days }, warning);
}

function missingNamespace(namespace: string): TemporalError {
  return new TemporalError(
    `The Temporal namespace "${namespace}" does not exist. Create it, or correct TEMPORAL_NAMESPACE: ` +
      `temporal operator namespace create --namespace ${namespace} --retention ${MINIMUM_RETENTION_DAYS}d`,
  );
}
