/**
 * Carries the trace and the request that a run acts on to what it starts: activities, children, signals, its next run. It
 * only copies headers, so that histories replay with it and without it.
 */
import type { Headers, WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { CARRIED_HEADERS } from '../src/contract/headers.js';

export const interceptors: WorkflowInterceptorsFactory = () => {
  /** Those of the latest message that had any. */
  let carried: Headers = {};
  const take = ({ headers }: { headers: Headers }) => {
    const found = CARRIED_HEADERS.flatMap((name) => (headers[name] ? [[name, headers[name]] as const] : []));
    if (found.length > 0) carried = Object.fromEntries(found);
  };
  const give = <I extends { headers: Headers }>(input: I): I => ({
    ...input,
    headers: { ...carried, ...input.headers },
  });
  return {
    inbound: [
      {
        execute(input, next) {
          take(input);
          return next(input);
        },
        handleSignal(input, next) {
          take(input);
          return next(input);
        },
        handleUpdate(input, next) {
          take(input);
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(give(input)),
        startChildWorkflowExecution: (input, next) => next(give(input)),
        signalWorkflow: (input, next) => next(give(input)),
        continueAsNew: (input, next) => next(give(input)),
      },
    ],
    internals: [],
  };
};
