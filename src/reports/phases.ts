/** Groups the customers of an experiment by the weights under which they were assigned; only equal weights compare. */
import type { Experiment } from '../experiments/names.js';
import type { Guardrail } from './experiment-report.js';
import type { ExposureCount } from '../ledger/index.js';

export interface ArmCount extends Record<Guardrail, number> {
  variant: string;
  weight: number;
  exposed: number;
  accepted: number;
  paid: number;
  net: ExposureCount['net'];
}

/** One experiment, for as long as its weights stayed the same. */
export interface Phase {
  experiment: string;
  inForce: boolean;
  /** The first one is the control. */
  arms: ArmCount[];
  firstExposedAt?: string;
  lastExposedAt?: string;
}

/**
 * Returns the phases in force first, in the catalog's order and even without exposed customers, then the former ones,
 * newest first.
 */
export function phasesOf(counts: readonly ExposureCount[], inForce: readonly Experiment[]): Phase[] {
  const groups = new Map<string, ExposureCount[]>();
  for (const count of counts) {
    const key = keyOf({ name: count.experiment, arms: count.arms });
    groups.set(key, [...(groups.get(key) ?? []), count]);
  }
  const current = inForce.map((experiment) => {
    const key = keyOf(experiment);
    const rows = groups.get(key) ?? [];
    groups.delete(key);
    return phaseOf(experiment, rows, true);
  });
  const former = [...groups.values()].map((rows) => {
    const [latest] = rows.toSorted((one, other) => (one.lastExposedAt < other.lastExposedAt ? 1 : -1));
    return phaseOf({ name: latest?.experiment ?? '', arms: latest?.arms ?? [] }, rows, false);
  });
  former.sort((one, other) => ((one.lastExposedAt ?? '') < (other.lastExposedAt ?? '') ? 1 : -1));
  return [...current, ...former];
}

/** Returns a key that ignores the order of the arms, which does not affect assignments. */
function keyOf({ name, arms }: Experiment): string {
  const weights = arms.map(({ id, weight }) => [id, weight] as const);
  return JSON.stringify([name, weights.sort(([one], [other]) => (one < other ? -1 : 1))]);
}

function phaseOf({ name, arms }: Experiment, rows: ExposureCount[], inForce: boolean): Phase {
  const times = (field: 'firstExposedAt' | 'lastExposedAt') => rows.map((row) => row[field]).sort();
  const first = times('firstExposedAt')[0];
  const last = times('lastExposedAt').at(-1);
  return {
    experiment: name,
    inForce,
    arms: arms.map(({ id, weight }) => ({
      variant: id,
      weight,
      ...total(rows.filter(({ variant }) => variant === id)),
    })),
    ...(first !== undefined && { firstExposedAt: first, lastExposedAt: last }),
  };
}

function total(rows: ExposureCount[]): Omit<ArmCount, 'variant' | 'weight'> {
  const sum = (field: 'exposed' | 'accepted' | 'paid' | Guardrail) =>
    rows.reduce((all, row) => all + row[field], 0);
  const net: ExposureCount['net'] = {};
  for (const [currency, amounts] of rows.flatMap((row) => Object.entries(row.net))) {
    const before = net[currency] ?? { sum: 0, squares: 0 };
    net[currency] = { sum: before.sum + amounts.sum, squares: before.squares + amounts.squares };
  }
  return {
    exposed: sum('exposed'),
    accepted: sum('accepted'),
    paid: sum('paid'),
    declined: sum('declined'),
    refunded: sum('refunded'),
    disputed: sum('disputed'),
    firstRefunded: sum('firstRefunded'),
    net,
  };
}
