/** Gives signals a request id of our choice, by which Temporal drops duplicates. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConnectionLike } from '@temporalio/client';

const requestIds = new AsyncLocalStorage<string>();
const installed = new WeakSet<object>();

interface Signal {
  requestId?: string | null;
}

type SignalMethod = (request: Signal, ...rest: unknown[]) => unknown;

/**
 * Makes {@link withRequestId} set the `requestId` of signals sent over a connection. Calling it again for the same
 * connection does nothing.
 *
 * The server drops a signal whose `requestId` the run has already seen. The SDK's client sends a new random one each
 * time, so a webhook delivered twice would become two signals. A gRPC interceptor sees only encoded bytes, hence the
 * wrappers around the two stubs.
 */
export function installRequestIds(connection: Pick<ConnectionLike, 'workflowService'>): void {
  const service = connection.workflowService;
  if (installed.has(service)) return;
  installed.add(service);
  service.signalWithStartWorkflowExecution = withOwnId(service, service.signalWithStartWorkflowExecution);
  service.signalWorkflowExecution = withOwnId(service, service.signalWorkflowExecution);
}

/**
 * Runs `send` with `id` as the request id of its signals and signal-with-starts: a run takes one signal per id, however
 * often and concurrently it is sent. Send only one signal per id: of two different ones, the run would get the first.
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
