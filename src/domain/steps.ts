/** What the steps of a funnel name. */
import type { FunnelStep } from './offers.js';

/** The ids of every offer a step may show. */
export function offerIdsOf({ offer, variants }: Pick<FunnelStep, 'offer' | 'variants'>): string[] {
  return variants?.map((variant) => variant.offer) ?? [offer];
}
