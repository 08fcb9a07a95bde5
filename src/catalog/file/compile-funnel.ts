/** Compiles one funnel of `offers.yaml`, with its conditions. */
import type { Clause, FactValue, Funnel, FunnelStep, When } from '../../domain/offers.js';
import { compileOptionalDuration, compileShare, defined } from './compile-values.js';
import type { FunnelFile } from './schema.js';
import type { ClauseFile, WhenFile } from './schema-when.js';

export function compileFunnel(id: string, file: FunnelFile): Funnel {
  return {
    id,
    trigger: file.trigger,
    priority: file.priority,
    ...defined({
      mode: file.mode === 'shadow' ? ('shadow' as const) : undefined,
      paused: file.paused || undefined,
      schedule: file.schedule,
      holdout: compileShare(file.holdout),
      freePurchases: file.free_purchases || undefined,
    }),
    when: compileWhen(file.when),
    steps: file.steps.map((step) => compileStep(id, step)),
  };
}

function compileStep(funnelId: string, file: FunnelFile['steps'][number]): FunnelStep {
  const { id, variants, experiment, on } = file;
  const offer = variants?.[0]?.offer ?? file.offer;
  if (offer === undefined) {
    throw new Error(`The checks let step ${id} of funnel ${funnelId} pass without an offer.`);
  }
  return { id, offer, ...defined({ variants, experiment, waitMs: compileOptionalDuration(file.wait) }), on };
}

function compileWhen({ any, all, ...clauses }: WhenFile): When {
  return {
    ...Object.fromEntries(
      // Only clauses are left without the groups, which the index signature cannot express.
      Object.entries(clauses as Record<string, ClauseFile | undefined>).flatMap(([fact, clause]) =>
        clause === undefined ? [] : [[fact, compileClause(clause)]],
      ),
    ),
    ...defined({ any: any?.map(compileWhen), all: all?.map(compileWhen) }),
  };
}

/** A bare value or list is short for `in`. */
function compileClause(file: ClauseFile): Clause {
  if (typeof file !== 'object' || Array.isArray(file)) return { in: asValues(file) };
  const { in: values, not, ...comparisons } = file;
  return {
    ...defined({ in: values === undefined ? undefined : asValues(values) }),
    ...defined({ not: not === undefined ? undefined : asValues(not) }),
    ...comparisons,
  };
}

function asValues(values: FactValue | FactValue[]): FactValue[] {
  return Array.isArray(values) ? values : [values];
}
