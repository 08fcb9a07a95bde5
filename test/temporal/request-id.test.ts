import { beforeAll, describe, expect, it } from 'vitest';
import type { TemporalClient } from '../../src/temporal/connect.js';
import { installRequestIds, withRequestId } from '../../src/temporal/request-id.js';
import { testClient, uniqueId, uniqueTaskQueue } from '../support/temporal.js';

describe('request ids', () => {
  let temporal: TemporalClient;
  beforeAll(async () => {
    temporal = await testClient();
    installRequestIds(temporal.connection);
  });

  /** Without a worker: the server alone accepts and counts the signals. */
  function send(workflowId: string, text: string): Promise<unknown> {
    return temporal.client.workflow.signalWithStart('collect', {
      workflowId,
      taskQueue: uniqueTaskQueue(),
      signal: 'note',
      signalArgs: [text],
    });
  }

  async function signalsOf(workflowId: string): Promise<string[]> {
    const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).flatMap(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.input?.payloads?.map(textOf) ?? [],
    );
  }

  it('reduce fourteen sends under three ids, ten of them concurrent, to three signals', async () => {
    const workflowId = uniqueId('deduplicated');
    const deliver = (id: string): Promise<unknown> => withRequestId(id, () => send(workflowId, id));
    await deliver('msg_1');
    await deliver('msg_1');
    await Promise.all(Array.from({ length: 10 }, (_, n) => deliver(n % 2 === 0 ? 'msg_2' : 'msg_1')));
    await deliver('msg_3');
    await deliver('msg_2');
    expect((await signalsOf(workflowId)).sort()).toEqual(['msg_1', 'msg_2', 'msg_3']);
  });

  it('apply to plain signals to a running workflow too', async () => {
    const workflowId = uniqueId('deduplicated');
    await send(workflowId, 'first');
    const handle = temporal.client.workflow.getHandle(workflowId);
    await withRequestId('msg_4', () => handle.signal('note', 'again'));
    await withRequestId('msg_4', () => handle.signal('note', 'again'));
    expect(await signalsOf(workflowId)).toEqual(['first', 'again']);
  });

  it('do not affect signals outside withRequestId', async () => {
    const workflowId = uniqueId('plain');
    await send(workflowId, 'twice');
    await send(workflowId, 'twice');
    expect(await signalsOf(workflowId)).toEqual(['twice', 'twice']);
  });

  it('are installed once, however often it is requested', async () => {
    const before = temporal.connection.workflowService.signalWorkflowExecution;
    installRequestIds(temporal.connection);
    expect(temporal.connection.workflowService.signalWorkflowExecution).toBe(before);
    await expect(withRequestId('msg_5', () => Promise.reject(new Error('no route')))).rejects.toThrow(
      'no route',
    );
  });
});

function textOf(payload: { data?: Uint8Array | null }): string {
  return JSON.parse(Buffer.from(payload.data ?? []).toString('utf8')) as string;
}
