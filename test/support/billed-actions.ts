/** Counts the actions that Temporal Cloud would bill for a run, from its real history. */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;

export interface Cost {
  actions: number;
  events: number;
  bytes: number;
}

/**
 * Returns the cost of a run. Each of these is one action: the start (a signal-with-start is one whether or not it starts
 * the run), further signals, attempts of activities, timers, accepted updates and upserts of search attributes. A child
 * workflow is two, its own start included.
 */
export async function costOf(client: Client, workflowId: string): Promise<Cost> {
  const handle = client.workflow.getHandle(workflowId);
  const [history, description] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  return {
    actions: actionsIn(history),
    events: history.events?.length ?? 0,
    bytes: description.historySize ?? 0,
  };
}

export function actionsIn(history: History): number {
  let actions = 0;
  let startedBySignal = false;
  for (const event of history.events ?? []) {
    if (event.workflowExecutionStartedEventAttributes) {
      // A child's start is billed with its parent's command.
      actions += event.workflowExecutionStartedEventAttributes.parentWorkflowExecution ? 0 : 1;
      startedBySignal = !event.workflowExecutionStartedEventAttributes.parentWorkflowExecution;
    } else if (event.workflowExecutionSignaledEventAttributes) {
      // The signal of a signal-with-start.
      if (!(startedBySignal && Number(event.eventId) === 2)) actions += 1;
    } else if (event.activityTaskScheduledEventAttributes) actions += 1;
    else if (event.activityTaskStartedEventAttributes) {
      actions += Math.max((event.activityTaskStartedEventAttributes.attempt ?? 1) - 1, 0);
    } else if (event.timerStartedEventAttributes) actions += 1;
    else if (event.workflowExecutionUpdateAcceptedEventAttributes) actions += 1;
    else if (event.upsertWorkflowSearchAttributesEventAttributes)
      actions += isOfPatch(event.upsertWorkflowSearchAttributesEventAttributes) ? 0 : 1;
    else if (event.startChildWorkflowExecutionInitiatedEventAttributes) actions += 2;
    else if (event.signalExternalWorkflowExecutionInitiatedEventAttributes) actions += 1;
    else if (event.markerRecordedEventAttributes) actions += 1;
  }
  return actions;
}

/** The search attribute that the server keeps for patches is not billed. */
function isOfPatch({
  searchAttributes,
}: temporal.api.history.v1.IUpsertWorkflowSearchAttributesEventAttributes): boolean {
  const names = Object.keys(searchAttributes?.indexedFields ?? {});
  return names.length === 1 && names[0] === 'TemporalChangeVersion';
}
