import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConnectionLike } from '@temporalio/client';

const requestIds = new AsyncLocalStorage<string>();
const installed = new WeakSet<object>();

interface Signal {
  requestId?: string | null;
}

type SignalMethod = (request: Signal, ...rest: unknown[]) => unknown;

/**
 * Lets {@link withRequestId} decide the `requestId` of the signals sent over a connection. Calling it again
 * for the same connection does nothing.
 *
 * The server drops a signal whose `requestId` the run has seen already; the SDK's client sends a fresh random
 * one each time, so a webhook delivered twice would be two signals. A gRPC interceptor sees encoded bytes only,
 * hence the wrap around the two stubs.
 */
export function installRequestIds(connection: Pick<ConnectionLike, 'workflowService'>): void {
  const service = connection.workflowService;
  if (installed.has(service)) return;
  installed.add(service);
  service.signalWithStartWorkflowExecution = withOwnId(service, service.signalWithStartWorkflowExecution);
  service.signalWorkflowExecution = withOwnId(service, service.signalWorkflowExecution);
}

/**
 * Runs `send` so that each signal and signal-with-start in it carries `id` as its request id: a run takes
 * one signal per id, however often and however concurrently it is sent. Send one signal per id: two different
 * signals under one id would leave the run with the first alone.
 */
export function withRequestId<T>(id: string, send: () => Promise<T>): Promise<T> {
  return requestIds.run(id, send);
}

function withOwnId<M>(service: object, method: M): M {
  const original = method as SignalMethod;
  const wrapped: SignalMethod = (request, ...rest) => {
    const requestId = requestIds.getStore();
    return original.call(service, requestId === undefined ? request : { ...request, requestId }, ...rest);
  };
  return wrapped as M;
}
