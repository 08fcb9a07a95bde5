import { describe, expect, it, vi } from 'vitest';
import { msToTs } from '@temporalio/common/lib/time.js';
import { registerSearchAttributes } from '../../src/temporal/search-attributes.js';
import { createRuns } from '../../src/temporal/runs.js';
import { retentionDays } from '../../src/temporal/namespace.js';
import { searchAttributeKeys } from '../../src/contract/search-attributes.js';
import { testClient, uniqueId, uniqueTaskQueue } from '../support/temporal.js';

const TIMING = { reconcileWindowMs: 1000, pollIntervalMs: 1000, actionWindowMs: 1000, sendWindowMs: 1000 };
const names = Object.keys(searchAttributeKeys).sort();

describe('search attributes', () => {
  it('are registered, and registering them again changes nothing', async () => {
    const { connection, namespace } = await testClient();
    expect(await registerSearchAttributes(connection, namespace)).toEqual([]);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(names));
  });

  it('are registered by several processes at once in an empty namespace', async () => {
    const { connection } = await testClient();
    const namespace = uniqueId('namespace');
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await vi.waitFor(() => connection.workflowService.describeNamespace({ namespace }), 20_000);
    await Promise.all(
      Array.from({ length: 4 }, () =>
        vi.waitFor(() => registerSearchAttributes(connection, namespace), {
          timeout: 20_000,
          interval: 200,
        }),
      ),
    );
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes).sort()).toEqual(names);
  });

  it('lead to a run by their values', async () => {
    const { client } = await testClient();
    const workflowId = uniqueId('searchable');
    const customer = uniqueId('cus');
    await client.workflow.start('collect', {
      workflowId,
      taskQueue: uniqueTaskQueue(),
      typedSearchAttributes: [
        { key: searchAttributeKeys.CustomerId, value: customer },
        { key: searchAttributeKeys.OfferExpiresAt, value: new Date('2030-01-01T00:00:00Z') },
      ],
    });
    const query = `CustomerId = '${customer}' AND OfferExpiresAt > '2029-12-31T00:00:00Z'`;
    await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(1), 10_000);
  });

  it('lead to the open runs of a customer, and named runs are looked at where they lead to none', async () => {
    const { client } = await testClient();
    const taskQueue = uniqueTaskQueue();
    const runs = createRuns({ client, taskQueue, timing: TIMING, notify: false });
    const customer = uniqueId('cus');
    const [found, named] = [uniqueId('found'), uniqueId('named')];
    await client.workflow.start('collect', {
      workflowId: found,
      taskQueue,
      typedSearchAttributes: [{ key: searchAttributeKeys.CustomerId, value: customer }],
    });
    await client.workflow.start('collect', { workflowId: named, taskQueue });
    await vi.waitFor(
      async () => expect(await runs.openRunsOf(customer, [named, uniqueId('gone')])).toEqual([found, named]),
      10_000,
    );
    for (const run of [found, named]) await client.workflow.getHandle(run).terminate();
    await vi.waitFor(async () => expect(await runs.openRunsOf(customer, [named])).toEqual([]), 10_000);
  });

  it('lead to an error that names the one taken by another type', async () => {
    const operatorService = {
      listSearchAttributes: () => Promise.resolve({ customAttributes: { CustomerId: 1 } }),
    };
    const connection = { operatorService } as unknown as Parameters<typeof registerSearchAttributes>[0];
    await expect(registerSearchAttributes(connection, 'shop')).rejects.toThrow(
      'The search attribute CustomerId exists in the Temporal namespace "shop" with a type other than Keyword.',
    );
  });
});

describe('the namespace of the dev server', () => {
  it('retains closed runs for 30 days', async () => {
    const { connection, namespace } = await testClient();
    expect(await retentionDays(connection, namespace)).toBe(30);
  });
});
