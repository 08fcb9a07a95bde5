/** The funnels that may apply to a purchase or trigger, and what a run keeps of the one it takes. */
import { offerIdsOf } from '../../src/domain/funnel.js';
import type { Catalog, Funnel, FunnelSnapshot, Offer } from '../../src/domain/offers.js';
import { allFunnelsInOrder } from '../../src/domain/rules/match.js';
import type { TriggerEvent } from '../../src/contract/messages.js';
import type { TriggerType } from '../../src/domain/words.js';
import { offersFor, requestedPlan } from './requested-plan.js';

export interface Candidate {
  funnel: Funnel;
  offers: Record<string, Offer>;
}

/**
 * Returns the funnels in the order they are tried, those in shadow among them. A plan the customer asked for by name needs
 * none and comes last.
 */
export function candidatesFor(
  catalog: Catalog,
  trigger: TriggerType,
  event: TriggerEvent | undefined,
): Candidate[] {
  const offers = offersFor(catalog, trigger, event);
  const candidates = allFunnelsInOrder(catalog, trigger).map((funnel) => ({ funnel, offers }));
  const requested = requestedPlan(trigger, event);
  return requested ? [...candidates, requested] : candidates;
}

/** Returns the funnel without its rule, and the offers its steps name without their words. */
export function snapshotOf({ hash, policy }: Catalog, { funnel, offers }: Candidate): FunnelSnapshot {
  const { when: _, ...kept } = funnel;
  const ids = [...new Set(funnel.steps.flatMap(offerIdsOf))];
  return {
    catalogHash: hash,
    policy,
    funnel: kept,
    offers: Object.fromEntries(ids.flatMap((id) => (offers[id] ? [[id, withoutWords(offers[id])]] : []))),
  };
}

function withoutWords({ copy: _, ...offer }: Offer): Omit<Offer, 'copy'> {
  return offer;
}
