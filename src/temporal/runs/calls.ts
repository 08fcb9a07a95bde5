/** Calls to Temporal with a deadline, whose ordinary refusals are answers. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import type { PurchaseInput, Timing } from '../../contract/messages.js';
import { searchAttributeKeys as keys } from '../../contract/search-attributes.js';

const SECOND = 1000;
/** Well within the 15 s that Dodo waits; after that, Dodo is asked to deliver again. */
const INGRESS_DEADLINE = 8 * SECOND;

export interface RunsOptions {
  client: Client;
  taskQueue: string;
  timing: Timing;
  /** True when new runs notify the merchant's backend. */
  notify: boolean;
}

/** Signals a run. Returns `no_run` when it has ended or never existed. */
export async function signalIfRunning(
  client: Client,
  send: () => Promise<void>,
): Promise<'delivered' | 'no_run'> {
  try {
    await client.withDeadline(Date.now() + INGRESS_DEADLINE, send);
    return 'delivered';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'no_run';
    throw error;
  }
}

/** Starts a run. Each workflow id is used once, so starting it again is an ordinary duplicate. */
export async function unlessStarted(
  client: Client,
  start: () => Promise<unknown>,
): Promise<'delivered' | 'duplicate'> {
  try {
    await client.withDeadline(Date.now() + INGRESS_DEADLINE, start);
    return 'delivered';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'duplicate';
    throw error;
  }
}

/** Builds the options that start a purchase or trigger run under a workflow id. */
export function purchaseOptions(
  taskQueue: string,
  workflowId: string,
  input: PurchaseInput,
  attributes: SearchAttributePair[],
  summary: string,
) {
  return {
    workflowId,
    taskQueue,
    args: [input] as [PurchaseInput],
    // A webhook that is redelivered after the run has ended must not start a second one.
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    typedSearchAttributes: [{ key: keys.OfferState, value: 'open' }, ...attributes],
    staticSummary: summary,
  };
}
