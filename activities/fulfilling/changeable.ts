/** Checks that a subscription may still be changed as its customer accepted. */
import type DodoPayments from 'dodopayments';
import type { Dodo } from '../../src/dodo/client.js';
import { ifFound } from '../../src/dodo/errors.js';
import { SUBSCRIPTION_GONE, reasonAgainstChange } from '../../src/dodo/plan-change.js';
import type { ChangePlanAction } from '../../src/dodo/pricing.js';

/** Reads a subscription from Dodo. `refused` is the code of why the accepted change must not be made now. */
export async function readChangeable(
  dodo: Dodo,
  {
    subscriptionId,
    action,
    quantity,
  }: { subscriptionId: string; action: ChangePlanAction; quantity: number },
): Promise<{ subscription?: DodoPayments.Subscription; refused?: string }> {
  const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
  if (!subscription) return { refused: SUBSCRIPTION_GONE };
  const refused = reasonAgainstChange(subscription, {
    productId: action.productId,
    quantity,
    addons: action.addons,
    carried: action.quantity === undefined,
  });
  return { subscription, ...(refused !== undefined && { refused }) };
}
