/** What must not get worse while conversion gets better, per arm. */
import type { Proportion } from './compare.js';
import { GUARDRAILS, type Guardrail, type GuardrailResult } from './experiment-report.js';
import type { ArmCount } from './phases.js';
import { sequenceRadius } from './sequence.js';
import { wilsonInterval } from './wilson.js';

/**
 * Returns the guardrails of an arm, against the first one. Their intervals stay valid however often one looks, and over all
 * guardrails together.
 */
export function guardrailsOf(
  arm: ArmCount,
  control: ArmCount | undefined,
  { alpha, perArm }: { alpha: number; perArm: number },
): Record<Guardrail, GuardrailResult> {
  const each = alpha / GUARDRAILS.length;
  return Object.fromEntries(
    GUARDRAILS.map((name): [Guardrail, GuardrailResult] => {
      const { exposed } = arm;
      const own: GuardrailResult = {
        count: arm[name],
        share: exposed === 0 ? null : arm[name] / exposed,
        interval: wilsonInterval(arm[name], exposed, 1 - alpha),
        worse: false,
      };
      if (!control || control === arm || exposed === 0 || control.exposed === 0) return [name, own];
      const of = (one: ArmCount): Proportion => ({ successes: one[name], trials: one.exposed });
      const difference = arm[name] / exposed - control[name] / control.exposed;
      const radius = sequenceRadius(of(control), of(arm), { alpha: each, tunedFor: perArm });
      const bounds = { difference, low: difference - radius, high: difference + radius };
      return [name, { ...own, difference: bounds, worse: exposed >= LEAST && bounds.low > 0 }];
    }),
  ) as Record<Guardrail, GuardrailResult>;
}

/** The sequence is asymptotic: with fewer customers it is no evidence. */
const LEAST = 50;
