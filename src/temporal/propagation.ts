/** Lets log lines and traces cross Temporal: from the client to the runs, and from there to activities. */
import { SpanKind } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { REQUEST_ID, TRACEPARENT } from '../contract/headers.js';
import { runOfAttempt } from '../domain/ids.js';
import { currentIds, withIds, type WorkIds } from '../ids-in-log.js';
import { inSpan, traceOf, traceparent } from '../tracing.js';

/** Sends the current trace and request along with what starts a run or tells it something. */
export const sendingHeaders: WorkflowClientInterceptor = {
  start: (input, next) => next(withHeaders(input)),
  startWithDetails: (input, next) => next(withHeaders(input)),
  signal: (input, next) => next(withHeaders(input)),
  signalWithStart: (input, next) => next(withHeaders(input)),
  startUpdate: (input, next) => next(withHeaders(input)),
};

function withHeaders<I extends { headers: Headers }>(input: I): I {
  const sent = { [TRACEPARENT]: traceparent(), [REQUEST_ID]: currentIds().requestId };
  const headers = Object.entries(sent).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, defaultPayloadConverter.toPayload(value)] as const],
  );
  return headers.length === 0
    ? input
    : { ...input, headers: { ...input.headers, ...Object.fromEntries(headers) } };
}

/** Runs each activity with the ids of what it is about, as a part of the trace that it comes from. */
export const receivingHeaders: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute(input, next) {
      const run = info.workflowExecution?.workflowId;
      const requestId = textIn(input.headers, REQUEST_ID);
      const ids = { ...idsIn(input.args[0]), ...(requestId !== undefined && { requestId }) };
      const own = { ...(run !== undefined && { run, ...idOfRun(run) }), ...ids };
      return withIds(own, () =>
        inSpan(
          `activity ${info.activityType}`,
          {
            kind: SpanKind.CONSUMER,
            parent: traceOf(textIn(input.headers, TRACEPARENT)),
            attributes: {
              ...prefixed(own),
              'temporal.activity.type': info.activityType,
              'temporal.activity.attempt': info.attempt,
            },
          },
          () => next(input),
        ),
      );
    },
  },
});

/** Names ids as attributes of a span. */
export function prefixed(ids: WorkIds): Record<string, string> {
  return Object.fromEntries(Object.entries(ids).map(([name, value]) => [`upsells.${name}`, String(value)]));
}

function textIn(headers: Headers, name: string): string | undefined {
  const payload = headers[name];
  if (!payload) return undefined;
  const value: unknown = defaultPayloadConverter.fromPayload(payload);
  return typeof value === 'string' ? value : undefined;
}

const ABOUT = ['purchaseId', 'presentationId', 'attemptId', 'paymentId', 'customerId'] as const;

/** Returns the ids that the input of an activity names. */
function idsIn(input: unknown): WorkIds {
  if (typeof input !== 'object' || input === null) return {};
  const fields = input as Record<string, unknown>;
  const ids: WorkIds = Object.fromEntries(
    ABOUT.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]]] : [])),
  );
  const { attemptId } = ids;
  return { ...(attemptId !== undefined && idOfRun(runOfAttempt(attemptId))), ...ids };
}

/** Returns the purchase or trigger that a run is of, where its id says so. */
function idOfRun(run: string): Pick<WorkIds, 'purchaseId'> {
  const [, purchaseId] = /^(?:purchase|trigger)\/(.+)$/.exec(run) ?? [];
  return purchaseId === undefined ? {} : { purchaseId };
}
