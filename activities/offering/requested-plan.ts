/** The plan a customer asked for by name, offered on its own or as a step of a funnel. */
import type { Catalog, Funnel, Offer, OfferCopy } from '../../src/domain/offers.js';
import { PLAN_TRIGGERS, REQUESTED_PLAN } from '../../src/domain/requested-plan.js';
import type { OfferType, TriggerType } from '../../src/domain/words.js';
import type { TriggerEvent } from '../../src/contract/messages.js';

const HOUR = 3_600_000;
/** Stands for a missing product id: Dodo has no product with an empty id. */
export const NO_PLAN_NAMED = '';

/** Returns what the funnels for a trigger may offer: the catalog's offers, and the plan the customer asked for. */
export function offersFor(
  catalog: Catalog,
  trigger: TriggerType,
  event: TriggerEvent | undefined,
): Record<string, Offer> {
  if (!asksForPlan(trigger)) return catalog.offers;
  const offer = { ...requestedOffer(trigger, event?.productId), id: REQUESTED_PLAN };
  return { ...catalog.offers, [REQUESTED_PLAN]: offer };
}

/**
 * Returns a funnel of one step that offers the plan a customer asked for by name, previewed for confirmation. Undefined
 * when the trigger names no plan.
 */
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

/** Returns the words of a requested plan, which no catalog has: for an upgrade (`upsell`) or a downgrade. */
export function requestedPlanWords(type: OfferType): OfferCopy {
  return type === 'upsell'
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
      };
}

function asksForPlan(trigger: TriggerType): boolean {
  return PLAN_TRIGGERS.includes(trigger);
}

/** @param productId left out when the trigger names no plan; such an offer is not eligible */
function requestedOffer(trigger: TriggerType, productId = NO_PLAN_NAMED): Offer {
  const type = trigger === 'upgrade_requested' ? 'upsell' : 'downsell';
  return {
    id: trigger.replace('_', '-'),
    type,
    action: {
      kind: 'change_plan',
      productId,
      prorationBillingMode: 'difference_immediately',
      effectiveAt: 'immediately',
    },
    windowMs: HOUR,
    ifNoPaymentMethod: 'skip',
    ifOwned: 'skip',
    // The customer may ask again at any time.
    afterDecline: 0,
    copy: requestedPlanWords(type),
  };
}
