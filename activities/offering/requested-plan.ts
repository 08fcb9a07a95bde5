/** The plan a customer asked for by name: offered by itself, or as a step of a funnel. */
import type { Catalog, Funnel, Offer } from '../../src/domain/offers.js';
import { REQUESTED_PLAN } from '../../src/domain/requested-plan.js';
import type { TriggerType } from '../../src/domain/words.js';
import type { TriggerEvent } from '../../src/contract/messages.js';

const HOUR = 3_600_000;
/** No id of a product. */
export const NO_PLAN_NAMED = '';

/** Whether a customer has asked for another plan, which a step may put before them by the reserved id of an offer. */
export function asksForPlan(trigger: TriggerType): boolean {
  return trigger === 'upgrade_requested' || trigger === 'downgrade_requested';
}

/** What a catalog's funnels for this trigger may offer: its own offers, and the plan the customer asked for. */
export function offersFor(
  catalog: Catalog,
  trigger: TriggerType,
  event: TriggerEvent | undefined,
): Record<string, Offer> {
  if (!asksForPlan(trigger)) return catalog.offers;
  const offer = { ...requestedOffer(trigger, event?.productId), id: REQUESTED_PLAN };
  return { ...catalog.offers, [REQUESTED_PLAN]: offer };
}

/** The funnel of one step that offers a customer the plan they asked for by name, previewed for confirmation. */
export function requestedPlan(
  trigger: TriggerType,
  event: TriggerEvent | undefined,
): { funnel: Funnel; offers: Record<string, Offer> } | undefined {
  if (event?.productId === undefined || !asksForPlan(trigger)) return undefined;
  const offer = requestedOffer(trigger, event.productId);
  const funnel: Funnel = {
    id: offer.id,
    trigger,
    priority: 0,
    when: {},
    steps: [{ id: 'plan', offer: offer.id, on: { accept: 'end', decline: 'end', expire: 'end' } }],
  };
  return { funnel, offers: { [offer.id]: offer } };
}

/** @param productId left out where the trigger named no plan: such an offer is not eligible */
function requestedOffer(trigger: TriggerType, productId = NO_PLAN_NAMED): Offer {
  const upgrade = trigger === 'upgrade_requested';
  return {
    id: trigger.replace('_', '-'),
    type: upgrade ? 'upsell' : 'downsell',
    action: {
      kind: 'change_plan',
      productId,
      prorationBillingMode: 'difference_immediately',
      effectiveAt: 'immediately',
    },
    windowMs: HOUR,
    ifNoPaymentMethod: 'skip',
    ifOwned: 'skip',
    // They ask again whenever they like.
    afterDecline: 0,
    copy: upgrade
      ? {
          headline: 'Change to {product}',
          body: 'You pay {dueNow} now, then {recurring}.',
          accept: 'Pay {dueNow} and upgrade',
          decline: 'Keep my plan',
        }
      : {
          headline: 'Change to {product}',
          body: 'You pay {recurring} from now on and receive {credit} in credit for the time already paid.',
          accept: 'Change my plan',
          decline: 'Keep my plan',
        },
  };
}
