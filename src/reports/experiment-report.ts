/** The body of `GET /api/reports/experiments`. */
import type { Interval } from './wilson.js';

export interface ExperimentReport {
  /** RFC 3339, UTC. */
  generatedAt: string;
  alpha: number;
  power: number;
  minimumDetectableEffect: number;
  experiments: ExperimentResult[];
}

export interface ExperimentResult {
  name: string;
  kind: 'variants' | 'holdout';
  /** True while the catalog contains it with these arms and weights. */
  inForce: boolean;
  /** A sentence that says what is counted. */
  compares: string;
  firstExposedAt?: string;
  lastExposedAt?: string;
  sampleRatio: { pValue: number | null; mismatch: boolean };
  /** The customers each arm needs before there is a verdict. */
  minimumSample: { perArm: number; reached: boolean };
  /** Confidence level of the intervals of comparisons. */
  confidence: number;
  arms: ArmResult[];
}

/** What must not get worse while conversion gets better. Each counts customers. */
export const GUARDRAILS = ['declined', 'refunded', 'disputed', 'firstRefunded'] as const;
export type Guardrail = (typeof GUARDRAILS)[number];

/** A guardrail of one arm: its share of the exposed customers, and how it differs from the first arm's. */
export interface GuardrailResult {
  count: number;
  /** Null without customers. */
  share: number | null;
  interval: Interval;
  /** The difference from the first arm, with an interval that stays valid however often it is looked at. */
  difference?: { difference: number; low: number; high: number };
  /** Chance is an unlikely explanation for its being higher than in the first arm. */
  worse: boolean;
}

export interface ArmResult {
  variant: string;
  weight: number;
  /** Number of customers. */
  exposed: number;
  accepted: number;
  paid: number;
  /** Paid divided by exposed; null without customers. */
  conversion: number | null;
  conversionInterval: Interval;
  /**
   * Minor units by currency, net of refunds, averaged over all exposed customers. The interval is null if every
   * customer brought the same amount.
   */
  revenuePerCustomer: Record<string, { mean: number; interval: Interval | null }>;
  guardrails: Record<Guardrail, GuardrailResult>;
  /** Omitted for the first arm, to which the others are compared. */
  comparison?: Comparison;
}

/** An arm compared with the first one. */
export interface Comparison {
  verdict: Verdict;
  /** The verdict as a sentence. */
  inWords: string;
  /** Difference in conversion; null while either arm has no customers. */
  conversion: Lift | null;
  /** Difference in revenue per exposed customer, in minor units by currency. Omits currencies in which nothing varies. */
  revenue: Record<string, Lift>;
}

/**
 * - `collecting`: an arm has not reached the minimum sample yet
 * - `sample_ratio_mismatch`: the arms do not have the shares their weights call for; the result cannot be trusted
 * - `no_difference`: none was found, and one of the minimum detectable effect probably would have been
 * - `better`, `worse`: converts more or less than the first arm, and chance is an unlikely explanation
 */
export const VERDICTS = ['collecting', 'sample_ratio_mismatch', 'no_difference', 'better', 'worse'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A difference from the first arm, with its confidence interval. */
export interface Lift {
  difference: number;
  low: number;
  high: number;
  pValue: number | null;
}
