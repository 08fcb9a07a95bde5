/** Group 7, first half: Temporal. */
import { isGrpcServiceError } from '@temporalio/client';
import { connectClient, temporalSettings, type TemporalClient } from '../../../src/temporal/connect.js';
import { hasGrpcStatus } from '../../../src/temporal/grpc-errors.js';
import { retentionDays, shortRetention } from '../../../src/temporal/namespace.js';
import { indexedValueTypes } from '../../../src/temporal/search-attributes.js';
import type { Catalog } from '../../../src/domain/offers.js';
import { fail, pass, reasonOf, unknown, type Finding, type Group } from '../report.js';

const TITLES = {
  'temporal.reachable': 'Temporal',
  'temporal.namespace': 'Temporal namespace',
  'temporal.retention': 'Temporal keeps finished runs',
  'temporal.search_attributes': 'Temporal search attributes',
  'temporal.worker': 'A worker polls',
};

type Id = keyof typeof TITLES;

export interface TemporalSubject {
  address?: string;
  namespace?: string;
  taskQueue: string;
  /** Whether `npm start` would bring a server of its own. */
  isOptional: boolean;
  env: Record<string, string | undefined>;
}

const CONNECT_TIMEOUT_MS = 2_500;
const CALL_TIMEOUT_MS = 3_000;
/** A poller that has not been heard of for this long is gone. A poll lasts a minute. */
const POLLED_WITHIN_MS = 90_000;
const TASK_QUEUE_TYPES = { workflows: 1, activities: 2 } as const;

export function temporalChecks(subject: TemporalSubject, catalog: Catalog | undefined): Group<Id> {
  return {
    titles: TITLES,
    async run(find) {
      const { address, namespace, env, isOptional } = subject;
      const target = { address, namespace, env };
      let connected: TemporalClient;
      try {
        connected = await connectClient(target, { connectTimeoutMs: CONNECT_TIMEOUT_MS });
      } catch (error) {
        const found = temporalSettings(target).settings.address ?? 'localhost:7233';
        for (const id of Object.keys(TITLES) as Id[]) find(id, unknown('It depends on Temporal.'));
        find(
          'temporal.reachable',
          isOptional
            ? unknown(`No server is running at ${found}; npm start brings one of its own.`)
            : fail(`${reasonOf(error)}.`, 'Start Temporal, or correct TEMPORAL_ADDRESS.'),
        );
        return;
      }
      const { connection } = connected;
      try {
        find('temporal.reachable', pass(`It answers at ${connection.options.address}.`));
        await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
          examine(connected, subject.taskQueue, catalog, find),
        );
      } finally {
        await connection.close();
      }
    },
  };
}

async function examine(
  { connection, namespace }: TemporalClient,
  taskQueue: string,
  catalog: Catalog | undefined,
  find: (id: Id, finding: Finding) => void,
): Promise<void> {
  let days: number;
  try {
    days = await retentionDays(connection, namespace);
  } catch (error) {
    for (const id of ['temporal.retention', 'temporal.search_attributes', 'temporal.worker'] as const) {
      find(id, unknown('It depends on the namespace.'));
    }
    find(
      'temporal.namespace',
      hasGrpcStatus(error, 'NOT_FOUND')
        ? fail(
            `"${namespace}" does not exist.`,
            `Correct TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace} --retention 30d`,
          )
        : unknown(`It cannot be read: ${grpcReason(error)}.`),
    );
    return;
  }
  find('temporal.namespace', pass(`"${namespace}" exists.`));
  find('temporal.retention', retentionFinding(days, namespace, catalog));
  await Promise.all([
    searchAttributeFinding(connection, namespace).then((finding) =>
      find('temporal.search_attributes', finding),
    ),
    workerFinding(connection, namespace, taskQueue).then((finding) => find('temporal.worker', finding)),
  ]);
}

const NOTHING: Catalog = { version: 1, hash: '', policy: {}, offers: {}, funnels: [] };

function retentionFinding(days: number, namespace: string, catalog: Catalog = NOTHING): Finding {
  const problem = shortRetention(days, namespace, catalog);
  if (problem === undefined) return pass(`For ${Math.round(days)} days.`);
  const [detail = '', remedy = ''] = problem.split(' Raise it: ');
  return fail(detail, remedy);
}

type Connection = TemporalClient['connection'];

async function searchAttributeFinding(connection: Connection, namespace: string): Promise<Finding> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const present: Record<string, number> = customAttributes;
    const wrong = Object.entries(indexedValueTypes()).filter(([name, type]) => present[name] !== type);
    if (wrong.length === 0) return pass('All are registered.');
    const names = wrong.map(([name]) => (present[name] === undefined ? name : `${name} (with another type)`));
    return fail(
      `Missing: ${names.join(', ')}.`,
      'The API registers them when it starts; where it may not, create them by hand: temporal operator search-attribute create',
    );
  } catch (error) {
    return unknown(`The server does not let us look: ${grpcReason(error)}.`);
  }
}

async function workerFinding(connection: Connection, namespace: string, taskQueue: string): Promise<Finding> {
  try {
    const polled = await Promise.all(
      Object.entries(TASK_QUEUE_TYPES).map(async ([what, taskQueueType]) => {
        const { pollers } = await connection.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: taskQueue },
          taskQueueType,
        });
        const since = Date.now() - POLLED_WITHIN_MS;
        const isPolled = (pollers ?? []).some(
          ({ lastAccessTime: at }) => Number(at?.seconds ?? 0) * 1_000 >= since,
        );
        return isPolled ? [] : [what];
      }),
    );
    const missing = polled.flat();
    if (missing.length === 0) return pass(`On the task queue "${taskQueue}".`);
    return fail(
      `Nobody polls the task queue "${taskQueue}" for ${missing.join(' and ')}: offers stand still.`,
      'Start npm run worker (or npm start) with the same TEMPORAL_TASK_QUEUE and TEMPORAL_NAMESPACE.',
    );
  } catch (error) {
    return unknown(`The task queue cannot be read: ${grpcReason(error)}.`);
  }
}

function grpcReason(error: unknown): string {
  return isGrpcServiceError(error) ? error.details : reasonOf(error);
}
