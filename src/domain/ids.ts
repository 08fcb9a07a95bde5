/** Ids that this system makes, and how to tell them apart. */

/** Where messages for a run go: the ids are part of the contract with app backends. */

export const workflowId = {
  purchase: (purchaseId: string) => `purchase/${purchaseId}`,
  trigger: (eventId: string) => `trigger/${eventId}`,
  planChange: (subscriptionId: string) => `plan-change/${subscriptionId}`,
  pause: (subscriptionId: string) => `pause/${subscriptionId}`,
  reversal: (refundOrDisputeId: string) => `reversal/${refundOrDisputeId}`,
  compensation: (compensationId: string) => `compensation/${compensationId}`,
  latePayment: (paymentId: string) => `late-payment/${paymentId}`,
  notifications: (purchaseWorkflowId: string) => `notifications/${purchaseWorkflowId}`,
  /** One per death: what died again may be sent again. */
  redelivery: (notificationId: string, diedAt: string) => `redelivery/${notificationId}/${diedAt}`,
};

/** Key under which an attempt's id travels in Dodo's metadata. */
export const ATTEMPT_METADATA_KEY = 'upsell_attempt_id';

/** Key under which a registered purchase's id travels in Dodo's metadata. */
export const PURCHASE_METADATA_KEY = 'purchase_id';

/** `<workflowId>:<step>:<n>`; the step of a plan change is its presentation. */
export function attemptId(ofWorkflowId: string, step: string, n: number): string {
  return `${ofWorkflowId}:${step}:${n}`;
}

const ATTEMPT_ID =
  /^((?:purchase|trigger|plan-change)\/[\x21-\x7e]{1,200}):([A-Za-z0-9_-]{1,100}):(\d{1,4})$/;

/** The run an attempt belongs to, or undefined when the text is not one of our attempt ids. */
export function workflowOfAttempt(id: string): string | undefined {
  return ATTEMPT_ID.exec(id)?.[1];
}

/** The run that makes an attempt: its id without the step and the number. */
export function runOfAttempt(attemptId: string): string {
  return attemptId.slice(0, attemptId.lastIndexOf(':', attemptId.lastIndexOf(':') - 1));
}
