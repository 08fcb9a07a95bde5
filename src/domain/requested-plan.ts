/** The reserved id of an offer: in a step, it stands for the plan that the customer has asked for. */
export const REQUESTED_PLAN = 'requested_plan';

/** The triggers that may name a plan. */
export const PLAN_TRIGGERS: readonly unknown[] = ['upgrade_requested', 'downgrade_requested'];
