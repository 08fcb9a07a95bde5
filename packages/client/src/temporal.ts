/** Decisions by signal, for back ends that have a Temporal client of their own and wait for no answer. */

/** As much of `Client` of `@temporalio/client` as this takes. */
export interface TemporalClient {
  workflow: {
    getHandle(workflowId: string): { signal(name: string, argument: unknown): Promise<void> };
  };
}

export interface SignalledDecision {
  /** The purchase of the presentation, as the API and its webhooks name it. */
  purchaseId: string;
  presentationId: string;
  /** The run of a trigger: `purchaseId` is its `eventId`. */
  isTrigger?: boolean;
  /** When the customer clicked; now if left out. */
  at?: Date;
}

export interface SignalledAcceptance extends SignalledDecision {
  /** The hash of the price that the customer saw: at another price, the offer is not carried out. */
  priceHash: string;
  option?: string;
  quantity?: number;
  /** The amount of a quoted price, which `priceHash` is the hash of. Minor units. */
  dueNow?: number;
  /** Ids of the consents that the customer gave. */
  consents?: readonly string[];
}

/**
 * Signals a run that its customer accepts. What came of it is told by webhook. A signal that comes twice or too late
 * changes nothing.
 *
 * @throws what the Temporal client throws, such as `WorkflowNotFoundError` for a run that has ended
 */
export async function signalAccept(client: TemporalClient, acceptance: SignalledAcceptance): Promise<void> {
  const { priceHash, option, quantity, dueNow, consents } = acceptance;
  await signal(client, 'acceptOffer', acceptance, {
    priceHash,
    ...(option !== undefined && { option }),
    ...(quantity !== undefined && { quantity }),
    ...(dueNow !== undefined && { dueNow }),
    ...(consents && { consents }),
  });
}

/** Signals a run that its customer declines. @throws as `signalAccept` does */
export async function signalDecline(client: TemporalClient, decision: SignalledDecision): Promise<void> {
  await signal(client, 'declineOffer', decision, {});
}

async function signal(
  client: TemporalClient,
  name: string,
  { purchaseId, presentationId, isTrigger, at = new Date() }: SignalledDecision,
  more: object,
): Promise<void> {
  const run = client.workflow.getHandle(`${isTrigger ? 'trigger' : 'purchase'}/${purchaseId}`);
  await run.signal(name, { presentationId, at: at.toISOString(), ...more });
}
