import { describe, expect, it } from 'vitest';
import { compareArms } from '../../src/reports/compare-arms.js';
import { sampleSize } from '../../src/reports/compare.js';
import type { ArmCount } from '../../src/reports/phases.js';

const ALPHA = 0.05;

/** Returns a source of numbers from 0 to 1 that is the same in every run (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const armOf = (variant: string): ArmCount => ({
  variant,
  weight: 1,
  exposed: 0,
  accepted: 0,
  paid: 0,
  declined: 0,
  refunded: 0,
  disputed: 0,
  firstRefunded: 0,
  net: {},
});

/** Runs an experiment of 60 days with a look at the end of each, and returns whether any look found a difference. */
function everDifferent(rates: [number, number], perDay: number, chance: () => number): boolean {
  const arms = [armOf('control'), armOf('other')] as const;
  for (let day = 0; day < 60; day += 1) {
    arms.forEach((arm, index) => {
      for (let customer = 0; customer < perDay; customer += 1) {
        arm.exposed += 1;
        if (chance() < (rates[index] ?? 0)) arm.paid += 1;
      }
    });
    const [control, other] = arms;
    const perArm = sampleSize(control.paid / control.exposed, 0.05, { alpha: ALPHA, power: 0.8 });
    const { verdict } = compareArms(control, other, { alpha: ALPHA, perArm, mismatch: false });
    if (verdict === 'better' || verdict === 'worse') return true;
  }
  return false;
}

describe('verdicts that are looked at daily for 60 days', () => {
  it('find a difference where there is none in at most 5 % of 2,000 runs', () => {
    const chance = chanceOf(7);
    let wrong = 0;
    for (let run = 0; run < 2_000; run += 1) if (everDifferent([0.2, 0.2], 50, chance)) wrong += 1;
    expect(wrong / 2_000).toBeLessThanOrEqual(0.05);
  });

  it('find a difference that is there', () => {
    const chance = chanceOf(8);
    let found = 0;
    for (let run = 0; run < 100; run += 1) if (everDifferent([0.2, 0.28], 50, chance)) found += 1;
    expect(found).toBeGreaterThan(90);
  });
});
