/** Ids that this system makes, and how to tell them apart. */

/** The ids of runs, which messages are sent to. They are part of the contract with app backends. */
export const workflowId = {
  purchase: (purchaseId: string) => `purchase/${purchaseId}`,
  trigger: (eventId: string) => `trigger/${eventId}`,
  planChange: (subscriptionId: string) => `plan-change/${subscriptionId}`,
  scheduledChange: (presentationId: string) => `scheduled-change/${presentationId}`,
  pause: (subscriptionId: string) => `pause/${subscriptionId}`,
  reversal: (refundOrDisputeId: string) => `reversal/${refundOrDisputeId}`,
  compensation: (compensationId: string) => `compensation/${compensationId}`,
  latePayment: (paymentId: string) => `late-payment/${paymentId}`,
  /** One per offer that was settled without its run. */
  closing: (presentationId: string) => `closing/${presentationId}`,
  /** One per review: of two operators, one starts it. */
  resolution: (reviewId: string) => `resolution/${reviewId}`,
  /** One per selection. */
  bulk: (bulkId: string) => `bulk/${bulkId}`,
  notifications: (purchaseWorkflowId: string) => `notifications/${purchaseWorkflowId}`,
  /** One for each time a notification died: one that died again may be sent again. */
  redelivery: (notificationId: string, diedAt: string) => `redelivery/${notificationId}/${diedAt}`,
};

/** The metadata key that carries an attempt's id at Dodo. */
export const ATTEMPT_METADATA_KEY = 'upsell_attempt_id';

/** The metadata key that carries a registered purchase's id at Dodo. Only its proof makes it one. */
export const REGISTRATION_METADATA_KEY = 'upsell_registration';

/** The metadata key that carries the proof of an attempt or of a registered purchase at Dodo. */
export const PROOF_METADATA_KEY = 'upsell_proof';

/** The metadata key of a refund that tells which of the requests for it made it: 1, 2, 3, ... */
export const REFUND_TRY_METADATA_KEY = 'upsell_refund_try';

/** Carried the id of a registered purchase before there were proofs. Merchants have a key of this name, too. */
export const LEGACY_PURCHASE_METADATA_KEY = 'purchase_id';

/** The form of the ids that registered purchases get here, and that a merchant's own order numbers do not have. */
export const REGISTERED_PURCHASE_ID = /^pur_[0-9a-f]{32}$/;

const PLAN_CHANGE_PREFIX = workflowId.planChange('');

/** Returns the subscription whose plan a run changes, by the run's workflow id; undefined for other runs. */
export function subscriptionOfPlanChange(run: string): string | undefined {
  return run.startsWith(PLAN_CHANGE_PREFIX) ? run.slice(PLAN_CHANGE_PREFIX.length) : undefined;
}

/**
 * Returns the subscription that a payment has replaced: the run was to change its plan, and the payment bought others
 * instead. Undefined when the payment is of that subscription itself, as at a link that pays for the change.
 */
export function replacedSubscription(
  run: string | undefined,
  bought: readonly string[] = [],
): string | undefined {
  const changed = run === undefined ? undefined : subscriptionOfPlanChange(run);
  return changed === undefined || bought.length === 0 || bought.includes(changed) ? undefined : changed;
}

const TRIGGER_PREFIX = 'trigger/';

/** Returns the id under which the ledger keeps a trigger. No purchase has it: the ids of purchases have no slash. */
export function triggerPurchaseId(eventId: string): string {
  return `${TRIGGER_PREFIX}${eventId}`;
}

/** Returns the id of a purchase, or of the event that set a trigger off, as merchants know it. */
export function shownPurchaseId(purchaseId: string): string {
  return purchaseId.startsWith(TRIGGER_PREFIX) ? purchaseId.slice(TRIGGER_PREFIX.length) : purchaseId;
}

/** Returns the id of an attempt: `<workflowId>:<step>:<n>`. For a plan change, the step is its presentation. */
export function attemptId(ofWorkflowId: string, step: string, n: number): string {
  return `${ofWorkflowId}:${step}:${n}`;
}

const ATTEMPT_ID =
  /^((?:purchase|trigger|plan-change)\/[\x21-\x7e]{1,200}):([A-Za-z0-9_-]{1,100}):(\d{1,4})$/;

/** Returns the workflow id of the run an attempt belongs to; undefined if the text is not one of our attempt ids. */
export function workflowOfAttempt(id: string): string | undefined {
  return ATTEMPT_ID.exec(id)?.[1];
}

/** Returns the workflow id of the run that makes an attempt, for an id of which we know that it is ours. */
export function runOfAttempt(attemptId: string): string {
  return attemptId.slice(0, attemptId.lastIndexOf(':', attemptId.lastIndexOf(':') - 1));
}
