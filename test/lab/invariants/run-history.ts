/** A run's history as the checker needs it: signals, updates, activities and children, in order. */
import { defaultPayloadConverter } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import proto, { type temporal } from '@temporalio/proto';
import { codeFault } from '../../support/workflow-task-failures.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads;

interface Entry {
  eventId: number;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface SignalEntry extends Entry {
  name: string;
  args: unknown[];
}

export interface UpdateEntry extends Entry {
  id: string;
  name: string;
  args: unknown[];
  /** Undefined until the update is completed. */
  answer?: { ok: boolean; value?: unknown };
}

export interface ActivityEntry extends Entry {
  type: string;
  input: unknown;
  end?: { ok: true; value: unknown } | { ok: false; message: string };
}

export interface ChildEntry extends Entry {
  workflowId: string;
}

export interface RunHistory {
  workflowId: string;
  runId: string;
  type: string;
  /** `RUNNING`, `COMPLETED`, `FAILED`, `TERMINATED`, ... */
  status: string;
  parent?: { workflowId: string; runId: string };
  input: unknown[];
  signals: SignalEntry[];
  updates: UpdateEntry[];
  activities: ActivityEntry[];
  children: ChildEntry[];
  /** Error messages of workflow tasks that failed in workflow code. */
  taskFailures: string[];
  /** The run from which a reset made this one. */
  resetFrom?: string;
  events: number;
}

/** Reads a history. `status` is Temporal's status of the run. */
export function readRunHistory(
  run: { workflowId: string; runId: string; type: string; status: string },
  history: temporal.api.history.v1.IHistory,
): RunHistory {
  const read: RunHistory = {
    ...run,
    input: [],
    signals: [],
    updates: [],
    activities: [],
    children: [],
    taskFailures: [],
    events: history.events?.length ?? 0,
  };
  const admitted = new Map<string, { name: string; args: unknown[] }>();
  for (const event of history.events ?? []) readEvent(read, admitted, event);
  return read;
}

function readEvent(
  run: RunHistory,
  admitted: Map<string, { name: string; args: unknown[] }>,
  event: HistoryEvent,
): void {
  const entry: Entry = { eventId: Number(event.eventId), at: event.eventTime ? tsToMs(event.eventTime) : 0 };
  const activityOf = (scheduledEventId: unknown): ActivityEntry | undefined =>
    run.activities.find(({ eventId }) => eventId === Number(scheduledEventId));

  const started = event.workflowExecutionStartedEventAttributes;
  if (started) {
    run.input = values(started.input);
    const { workflowId, runId } = started.parentWorkflowExecution ?? {};
    if (workflowId && runId) run.parent = { workflowId, runId };
  }
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal) run.signals.push({ ...entry, name: signal.signalName ?? '', args: values(signal.input) });

  // A reset turns updates back into "admitted" ones, whose acceptance does not repeat the request.
  const readmitted = event.workflowExecutionUpdateAdmittedEventAttributes?.request;
  if (readmitted) admitted.set(readmitted.meta?.updateId ?? '', requested(readmitted));
  const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (accepted) {
    const id = accepted.acceptedRequest?.meta?.updateId ?? accepted.protocolInstanceId ?? '';
    const request = accepted.acceptedRequest
      ? requested(accepted.acceptedRequest)
      : (admitted.get(id) ?? { name: '', args: [] });
    run.updates.push({ ...entry, id, ...request });
  }
  const answered = event.workflowExecutionUpdateCompletedEventAttributes;
  if (answered) {
    const update = run.updates.find(({ id }) => id === answered.meta?.updateId);
    const { success, failure } = answered.outcome ?? {};
    if (update) update.answer = failure ? { ok: false } : { ok: true, value: values(success)[0] };
  }

  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    const [input] = values(scheduled.input);
    run.activities.push({ ...entry, type: scheduled.activityType?.name ?? '', input });
  }
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) {
    const activity = activityOf(completed.scheduledEventId);
    if (activity) activity.end = { ok: true, value: values(completed.result)[0] };
  }
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  if (failed) {
    const activity = activityOf(failed.scheduledEventId);
    if (activity) activity.end = { ok: false, message: failed.failure?.message ?? 'no reason' };
  }

  const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (child) run.children.push({ ...entry, workflowId: child.workflowId ?? '' });

  const taskFailed = event.workflowTaskFailedEventAttributes;
  if (taskFailed?.cause === WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW)
    run.resetFrom = taskFailed.baseRunId ?? '';
  const fault = codeFault(event);
  if (fault !== undefined) run.taskFailures.push(fault);
}

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;

function requested({ input }: temporal.api.update.v1.IRequest): { name: string; args: unknown[] } {
  return { name: input?.name ?? '', args: values(input?.args) };
}

function values(payloads: Payloads | null | undefined): unknown[] {
  return (payloads?.payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload<unknown>(payload));
}
