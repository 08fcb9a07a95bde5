/** Says what the requests of each activity to Dodo are for, which decides whose turn it is. */
import { withPurpose, type Purpose } from '../src/dodo/budget.js';

const PURPOSES: Readonly<Partial<Record<string, Purpose>>> = {
  charge: 'money',
  changePlan: 'money',
  openFallback: 'proof',
  lookUpPayment: 'proof',
  lookUpPlanChange: 'proof',
  lookUpLostPlanChange: 'proof',
  evaluate: 'offer',
  present: 'offer',
};

/** Runs each activity for its purpose. What is not named here looks after what is over. */
export function withPurposes<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: T,
): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (...args: never[]) => withPurpose(PURPOSES[name] ?? 'upkeep', () => activity(...args)),
  ]);
  return Object.fromEntries(wrapped) as T;
}
