/** Measures how long a run of a catalog may take. */
import type { Catalog, Funnel } from '../domain/offers.js';

/** Returns the longest time, in milliseconds, from a trigger to the end of the last window of a funnel. */
export function longestWaitMs(catalog: Catalog): number {
  return Math.max(0, ...catalog.funnels.map((funnel) => longestPath(catalog, funnel, funnel.steps[0]?.id)));
}

/** Follows every decision. The loader refuses cycles. */
function longestPath(catalog: Catalog, funnel: Funnel, stepId: string | undefined): number {
  const step = funnel.steps.find(({ id }) => id === stepId);
  if (!step) return 0;
  const offers = [step.offer, ...(step.variants ?? []).map(({ offer }) => offer)];
  const window = Math.max(...offers.map((id) => catalog.offers[id]?.windowMs ?? 0));
  const next = [step.on.accept, step.on.decline, step.on.expire];
  return (step.waitMs ?? 0) + window + Math.max(...next.map((id) => longestPath(catalog, funnel, id)));
}
