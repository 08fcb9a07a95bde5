/** Reports what the experiments and holdouts have shown so far, and how certain that is. */
import { experimentsOf, isHoldout, POLICY_HOLDOUT } from '../experiments/names.js';
import type { Catalog } from '../domain/offers.js';
import type { ExposureCount } from '../ledger/index.js';
import { compareArms, revenueSample } from './compare-arms.js';
import { mean, meanInterval, sampleRatio, sampleSize } from './compare.js';
import type { ArmResult, ExperimentReport, ExperimentResult } from './experiment-report.js';
import { guardrailsOf } from './guardrails.js';
import { phasesOf, type ArmCount, type Phase } from './phases.js';
import { wilsonInterval } from './wilson.js';

/** Divided among the comparisons with the first arm when there are more than two arms (Bonferroni). */
const ALPHA = 0.05;
const POWER = 0.8;
/** In conversion: a smaller difference may well be missed at the minimum sample. */
const MINIMUM_DETECTABLE_EFFECT = 0.05;
/** Below this p-value, chance does not explain the arms' shares. */
const SAMPLE_RATIO_ALPHA = 0.001;

/**
 * Builds the body of `GET /api/reports/experiments`. Only customers assigned under the same weights are compared: a
 * change of weights starts a new result, and the earlier one is kept below it.
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
  return {
    name: experiment,
    kind: isHoldout(experiment) ? 'holdout' : 'variants',
    inForce,
    compares: describeCounting(experiment),
    ...(firstExposedAt !== undefined && { firstExposedAt, lastExposedAt }),
    sampleRatio: { pValue, mismatch },
    minimumSample: { perArm, reached: arms.every(({ exposed }) => exposed >= perArm) },
    confidence: 1 - alpha,
    arms: arms.map((arm) => ({
      ...figuresOf(arm),
      guardrails: guardrailsOf(arm, control, { alpha, perArm }),
      ...(control &&
        arm !== control && { comparison: compareArms(control, arm, { alpha, perArm, mismatch }) }),
    })),
  };
}

function figuresOf(arm: ArmCount): Omit<ArmResult, 'guardrails'> {
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
        const sample = revenueSample(arm, currency);
        return [currency, { mean: mean(sample), interval: meanInterval(sample, 1 - ALPHA) ?? null }];
      }),
    ),
  };
}

function describeCounting(experiment: string): string {
  if (experiment === POLICY_HOLDOUT) {
    return 'Customers who paid for an offer, out of all who could have been shown one. Held-out customers are shown none, so this measures what offers sell, not what they add: purchases that held-out customers make on their own are not compared.';
  }
  if (isHoldout(experiment)) {
    return 'Customers who paid for an offer from any funnel since they were first offered this one or held out of it. Purchases made without an offer are not compared.';
  }
  return "Customers who paid for their arm's offer, or for one that followed it in the same run, out of all who were shown it.";
}
