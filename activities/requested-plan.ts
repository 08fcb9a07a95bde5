import type { Funnel, Offer } from '../src/catalog/model.js';
import type { TriggerType } from '../src/model.js';
import type { TriggerEvent } from '../workflows/messages.js';

const HOUR = 3_600_000;

/** The funnel of one step that offers a customer the plan they asked for by name, previewed for confirmation. */
export function requestedPlan(
  trigger: TriggerType,
  event: TriggerEvent | undefined,
): { funnel: Funnel; offers: Record<string, Offer> } | undefined {
  if (event?.productId === undefined) return undefined;
  if (trigger !== 'upgrade_requested' && trigger !== 'downgrade_requested') return undefined;
  const upgrade = trigger === 'upgrade_requested';
  const offer: Offer = {
    id: trigger.replace('_', '-'),
    type: upgrade ? 'upsell' : 'downsell',
    action: {
      kind: 'change_plan',
      productId: event.productId,
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
  const funnel: Funnel = {
    id: trigger.replace('_', '-'),
    trigger,
    priority: 0,
    when: {},
    steps: [{ id: 'plan', offer: offer.id, on: { accept: 'end', decline: 'end', expire: 'end' } }],
  };
  return { funnel, offers: { [offer.id]: offer } };
}
