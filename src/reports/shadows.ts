/** What funnels in shadow would have done, and how certain that is. */
import type { Catalog } from '../domain/offers.js';
import type { ShadowCounts } from '../ledger/index.js';
import { wilsonInterval } from './wilson.js';

const CONFIDENCE = 0.95;

export interface ShadowFunnel extends ShadowCounts {
  /** As in the catalog in force; null if it is not in there any more. */
  mode: 'live' | 'shadow' | null;
  /** Candidates without a result whose turn did not come within the budget of requests. */
  givenUp: number;
  /** Reached divided by evaluated, 0 to 1; null if nothing was evaluated. */
  reachRate: number | null;
  reachRateInterval: { low: number; high: number; confidence: number };
  /** The share of all candidates that this rate stands for; null if nothing was evaluated. */
  estimatedReach: number | null;
}

export interface ShadowReport {
  /** RFC 3339, UTC. */
  generatedAt: string;
  funnels: ShadowFunnel[];
}

/**
 * Builds the body of `GET /api/reports/shadow-funnels`: each funnel that is in shadow, and each that was in the period.
 *
 * A funnel whose rule does not hold, or that another one goes before, is known at once. Of the others, the candidates, as
 * many are evaluated as the budget of requests allows, and stand for the rest.
 */
export function shadowReport(
  counts: readonly ShadowCounts[],
  { funnels }: Pick<Catalog, 'funnels'>,
  generatedAt = new Date(),
): ShadowReport {
  const unseen = funnels.filter(
    ({ id, mode }) => mode === 'shadow' && !counts.some(({ funnelId }) => funnelId === id),
  );
  return {
    generatedAt: generatedAt.toISOString(),
    funnels: [...counts, ...unseen.map(({ id }) => nothingYet(id))].map((row) => {
      const inForce = funnels.find(({ id }) => id === row.funnelId);
      return { ...row, mode: inForce ? (inForce.mode ?? 'live') : null, ...rateOf(row) };
    }),
  };
}

function rateOf({ candidates, evaluated, waiting, reached }: ShadowCounts) {
  const reachRate = evaluated === 0 ? null : reached / evaluated;
  return {
    givenUp: candidates - evaluated - waiting,
    reachRate,
    reachRateInterval: { ...wilsonInterval(reached, evaluated, CONFIDENCE), confidence: CONFIDENCE },
    estimatedReach: reachRate === null ? null : Math.round(reachRate * candidates),
  };
}

function nothingYet(funnelId: string): ShadowCounts {
  return {
    funnelId,
    purchases: 0,
    candidates: 0,
    evaluated: 0,
    waiting: 0,
    reached: 0,
    blocked: [],
    insteadOf: [],
    prices: [],
  };
}
