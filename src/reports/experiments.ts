/** What the experiments and holdouts have shown so far, and how sure that is. */
import { experimentsOf, isHoldout, POLICY_HOLDOUT, type Experiment } from '../experiments/names.js';
import type { Catalog } from '../domain/offers.js';
import type { ExposureCount } from '../ledger/index.js';
import { compareMeans, compareProportions, mean, meanInterval, sampleRatio, sampleSize } from './compare.js';
import { phasesOf, type ArmCount, type Phase } from './phases.js';
import { inWords } from './verdict-words.js';
import { wilsonInterval, type Interval } from './wilson.js';
import { type Verdict, type Lift } from './verdict.js';

/** Shared among the comparisons with the first arm when there are more than two arms (Bonferroni). */
export const ALPHA = 0.05;
export const POWER = 0.8;
/** In conversion: a smaller difference may well be missed at the minimum sample. */
export const MINIMUM_DETECTABLE_EFFECT = 0.05;
/** Below this, the shares of the arms are not the work of chance. */
const SAMPLE_RATIO_ALPHA = 0.001;

/** Against the first arm. */
export interface Comparison {
  verdict: Verdict;
  inWords: string;
  /** In conversion; null while one of the two has no customers. */
  conversion: Lift | null;
  /** In revenue per exposed customer, by currency, minor units. Only where it varies. */
  revenue: Record<string, Lift>;
}

export interface ArmResult {
  variant: string;
  weight: number;
  /** Customers. */
  exposed: number;
  accepted: number;
  paid: number;
  /** Paid by exposed; null without customers. */
  conversion: number | null;
  conversionInterval: Interval;
  /** Net of refunds, over all exposed customers, by currency; minor units. No interval where nothing varies. */
  revenuePerCustomer: Record<string, { mean: number; interval: Interval | null }>;
  /** Left out for the first arm, which the others are compared with. */
  comparison?: Comparison;
}

export interface ExperimentResult {
  name: string;
  kind: 'variants' | 'holdout';
  /** Whether the catalog has it now, with these arms and weights. */
  inForce: boolean;
  /** What counts, in words. */
  compares: string;
  firstExposedAt?: string;
  lastExposedAt?: string;
  sampleRatio: { pValue: number | null; mismatch: boolean };
  /** Customers each arm needs before there is a verdict. */
  minimumSample: { perArm: number; reached: boolean };
  /** Of the intervals of comparisons. */
  confidence: number;
  arms: ArmResult[];
}

export interface ExperimentReport {
  /** RFC 3339, UTC. */
  generatedAt: string;
  alpha: number;
  power: number;
  minimumDetectableEffect: number;
  experiments: ExperimentResult[];
}

/**
 * The body of `GET /api/reports/experiments`. Only customers who were assigned under the same weights are compared:
 * a change of weights begins a new result, and the earlier one stays below it.
 */
export function experimentReport(
  counts: readonly ExposureCount[],
  catalog: Pick<Catalog, 'policy' | 'funnels'>,
  generatedAt = new Date(),
): ExperimentReport {
  return {
    generatedAt: generatedAt.toISOString(),
    alpha: ALPHA,
    power: POWER,
    minimumDetectableEffect: MINIMUM_DETECTABLE_EFFECT,
    experiments: phasesOf(counts, experimentsOf(catalog)).map(resultOf),
  };
}

function resultOf({ experiment, arms, inForce, firstExposedAt, lastExposedAt }: Phase): ExperimentResult {
  const [control, ...others] = arms;
  const alpha = ALPHA / Math.max(1, others.length);
  const pValue = sampleRatio(arms.map(({ exposed, weight }) => ({ count: exposed, weight })));
  const mismatch = pValue !== null && pValue < SAMPLE_RATIO_ALPHA;
  const baseline = control && control.exposed > 0 ? control.paid / control.exposed : 0;
  const perArm = sampleSize(baseline, MINIMUM_DETECTABLE_EFFECT, { alpha, power: POWER });
  const compare = (arm: ArmCount): Comparison | undefined =>
    control && arm !== control ? compared(control, arm, { alpha, perArm, mismatch }) : undefined;
  return {
    name: experiment,
    kind: isHoldout(experiment) ? 'holdout' : 'variants',
    inForce,
    compares: whatCounts(experiment),
    ...(firstExposedAt !== undefined && { firstExposedAt, lastExposedAt }),
    sampleRatio: { pValue, mismatch },
    minimumSample: { perArm, reached: arms.every(({ exposed }) => exposed >= perArm) },
    confidence: 1 - alpha,
    arms: arms.map((arm) => ({ ...figures(arm), ...defined(compare(arm)) })),
  };
}

function defined(comparison: Comparison | undefined): { comparison?: Comparison } {
  return comparison ? { comparison } : {};
}

function figures(arm: ArmCount): Omit<ArmResult, 'comparison'> {
  const { variant, weight, exposed, accepted, paid } = arm;
  return {
    variant,
    weight,
    exposed,
    accepted,
    paid,
    conversion: exposed === 0 ? null : paid / exposed,
    conversionInterval: wilsonInterval(paid, exposed, 1 - ALPHA),
    revenuePerCustomer: Object.fromEntries(
      Object.keys(arm.net).map((currency) => {
        const sample = sampleOf(arm, currency);
        return [currency, { mean: mean(sample), interval: meanInterval(sample, 1 - ALPHA) ?? null }];
      }),
    ),
  };
}

function compared(
  control: ArmCount,
  arm: ArmCount,
  { alpha, perArm, mismatch }: { alpha: number; perArm: number; mismatch: boolean },
): Comparison {
  const someInBoth = control.exposed > 0 && arm.exposed > 0;
  const conversion = someInBoth
    ? flat(
        compareProportions(
          { successes: control.paid, trials: control.exposed },
          { successes: arm.paid, trials: arm.exposed },
          1 - alpha,
        ),
      )
    : null;
  const currencies = [...new Set([...Object.keys(control.net), ...Object.keys(arm.net)])].sort();
  const revenue = Object.fromEntries(
    currencies.flatMap((currency) => {
      const samples = [sampleOf(control, currency), sampleOf(arm, currency)] as const;
      const found = samples.every(({ count }) => count > 1) && compareMeans(...samples, 1 - alpha);
      return found ? [[currency, flat(found)]] : [];
    }),
  );
  const verdict = verdictOn(conversion, {
    alpha,
    mismatch,
    enough: control.exposed >= perArm && arm.exposed >= perArm,
  });
  return {
    verdict,
    inWords: inWords({ verdict, control, arm, perArm, conversion, revenue, alpha }),
    conversion,
    revenue,
  };
}

function verdictOn(
  lift: Lift | null,
  { alpha, mismatch, enough }: { alpha: number; mismatch: boolean; enough: boolean },
): Verdict {
  if (mismatch) return 'sample_ratio_mismatch';
  if (!lift || !enough) return 'collecting';
  if (lift.pValue === null || lift.pValue >= alpha) return 'no_difference';
  return lift.difference > 0 ? 'better' : 'worse';
}

function flat({ difference, interval, pValue }: ReturnType<typeof compareProportions>): Lift {
  return { difference, ...interval, pValue };
}

/** Who brought nothing in this currency brought 0 of it. */
function sampleOf({ exposed, net }: ArmCount, currency: string) {
  const { sum = 0, squares = 0 } = net[currency] ?? {};
  return { count: exposed, sum, squares };
}

function whatCounts(experiment: Experiment['name']): string {
  if (experiment === POLICY_HOLDOUT) {
    return 'Customers who paid for an offer, by all who could have been shown one. The held-out ones are shown none, so this is what offers sell, not what they add: whether held-out customers buy the same by themselves is not compared.';
  }
  if (isHoldout(experiment)) {
    return 'Customers who paid for an offer of any funnel since they were first offered this one or held out of it. What they bought without an offer is not compared.';
  }
  return 'Customers who paid for the offer of their arm or for one that followed it in the same run, by all who were shown it.';
}
