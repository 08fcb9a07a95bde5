/** Offers of the plan a customer has asked for. */

/** The reserved offer id that stands, in a step, for the plan the customer has asked for. */
export const REQUESTED_PLAN = 'requested_plan';

/** The triggers that may name a plan. */
export const PLAN_TRIGGERS: readonly unknown[] = ['upgrade_requested', 'downgrade_requested'];
