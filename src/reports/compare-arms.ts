/** Compares two arms of an experiment and reaches a verdict. */
import { compareMeans, compareProportions, type Difference, type Sample } from './compare.js';
import type { Comparison, Lift, Verdict } from './experiment-report.js';
import type { ArmCount } from './phases.js';
import { sequenceRadius } from './sequence.js';
import { inWords } from './verdict-words.js';

export interface Criteria {
  /** Significance level of this comparison. */
  alpha: number;
  /** The customers each arm needs before there is a verdict. */
  perArm: number;
  /** True if the arms do not have the shares their weights call for. */
  mismatch: boolean;
}

/** Compares an arm with the control in conversion and in revenue per customer. */
export function compareArms(control: ArmCount, arm: ArmCount, criteria: Criteria): Comparison {
  const { alpha, perArm } = criteria;
  const conversion = conversionLift(control, arm, 1 - alpha);
  const revenue = revenueLifts(control, arm, 1 - alpha);
  const verdict = verdictOn(conversion, {
    ...criteria,
    enough: control.exposed >= perArm && arm.exposed >= perArm,
    certain: isCertain(control, arm, criteria),
  });
  return {
    verdict,
    inWords: inWords({ verdict, control, arm, perArm, conversion, revenue, alpha }),
    conversion,
    revenue,
  };
}

/** Returns the arm's revenue in one currency. Customers who paid nothing in it count as 0. */
export function revenueSample({ exposed, net }: ArmCount, currency: string): Sample {
  const { sum = 0, squares = 0 } = net[currency] ?? {};
  return { count: exposed, sum, squares };
}

function conversionLift(control: ArmCount, arm: ArmCount, confidence: number): Lift | null {
  if (control.exposed === 0 || arm.exposed === 0) return null;
  const paid = (of: ArmCount) => ({ successes: of.paid, trials: of.exposed });
  return toLift(compareProportions(paid(control), paid(arm), confidence));
}

function revenueLifts(control: ArmCount, arm: ArmCount, confidence: number): Record<string, Lift> {
  const currencies = [...new Set([...Object.keys(control.net), ...Object.keys(arm.net)])].sort();
  return Object.fromEntries(
    currencies.flatMap((currency) => {
      const samples = [revenueSample(control, currency), revenueSample(arm, currency)] as const;
      const found = samples.every(({ count }) => count > 1) && compareMeans(...samples, confidence);
      return found ? [[currency, toLift(found)]] : [];
    }),
  );
}

/** Checks whether chance is an unlikely explanation, however often somebody has looked before. */
function isCertain(control: ArmCount, arm: ArmCount, { alpha, perArm }: Criteria): boolean {
  if (control.exposed === 0 || arm.exposed === 0) return false;
  const paid = (of: ArmCount) => ({ successes: of.paid, trials: of.exposed });
  const difference = arm.paid / arm.exposed - control.paid / control.exposed;
  return Math.abs(difference) > sequenceRadius(paid(control), paid(arm), { alpha, tunedFor: perArm });
}

function verdictOn(
  lift: Lift | null,
  { mismatch, enough, certain }: Pick<Criteria, 'mismatch'> & { enough: boolean; certain: boolean },
): Verdict {
  if (mismatch) return 'sample_ratio_mismatch';
  if (!lift || !enough) return 'collecting';
  if (!certain) return 'no_difference';
  return lift.difference > 0 ? 'better' : 'worse';
}

function toLift({ difference, interval, pValue }: Difference): Lift {
  return { difference, ...interval, pValue };
}
