import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, position, type Arm } from '../../src/experiments/assign.js';

const CUSTOMERS = Array.from({ length: 20_000 }, (_, n) => `cus_${n}`);
const two = [
  { id: 'control', weight: 1 },
  { id: 'annual', weight: 1 },
];

/** Returns the share of each arm over many customers. */
function shares(experiment: string, arms: Arm[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const customer of CUSTOMERS) {
    const id = assign(experiment, arms, customer)?.id ?? 'none';
    counts[id] = (counts[id] ?? 0) + 1 / CUSTOMERS.length;
  }
  return counts;
}

const arms = fc
  .uniqueArray(
    fc.record({ id: fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/), weight: fc.integer({ min: 0, max: 100 }) }),
    { selector: ({ id }) => id, minLength: 2, maxLength: 10 },
  )
  .filter((all) => all.some(({ weight }) => weight > 0));

describe('an assignment', () => {
  // python3 -c "import hashlib; print(int(hashlib.sha256(b'[\"funnel.step\",\"control\",\"cus_1\"]').hexdigest()[:12], 16) / 2**48)"
  it('is based on a number that anyone can compute', () => {
    expect(position('funnel.step', 'control', 'cus_1')).toBeCloseTo(0.12787656196932318, 12);
  });

  it('is repeatable and independent of the order of the arms', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), arms, fc.integer(), (experiment, customer, all, seed) => {
        const shuffled = [...all].sort((one, other) =>
          position(String(seed), one.id, '') < position(String(seed), other.id, '') ? -1 : 1,
        );
        const chosen = assign(experiment, all, customer);
        expect(assign(experiment, shuffled, customer)?.id).toBe(chosen?.id);
        expect(chosen?.weight).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    { weights: [1, 1], expected: [0.5, 0.5] },
    { weights: [90, 10], expected: [0.9, 0.1] },
    { weights: [1, 2, 5], expected: [0.125, 0.25, 0.625] },
    { weights: [0, 3, 1], expected: [0, 0.75, 0.25] },
    { weights: [250, 9750], expected: [0.025, 0.975] },
  ])('gives arms with weights $weights their shares', ({ weights, expected }) => {
    const all = weights.map((weight, n) => ({ id: `arm${n}`, weight }));
    const counted = shares('proportions', all);
    for (const [n, share] of expected.entries()) {
      // Four standard errors: about one seed in ten thousand would fail, and this one is fixed.
      const error = 4 * Math.sqrt((share * (1 - share)) / CUSTOMERS.length);
      expect(Math.abs((counted[`arm${n}`] ?? 0) - share)).toBeLessThanOrEqual(error);
    }
  });

  it('is independent between experiments', () => {
    const both = CUSTOMERS.filter(
      (customer) =>
        assign('one', two, customer)?.id === 'control' && assign('other', two, customer)?.id === 'control',
    );
    expect(Math.abs(both.length / CUSTOMERS.length - 0.25)).toBeLessThan(0.0125);
  });

  it('moves no customers between the other arms when one weight is raised', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        arms,
        fc.nat(9),
        fc.integer({ min: 1, max: 1000 }),
        (...given) => {
          const [experiment, customer, all, index, more] = given;
          const raised = all[index % all.length];
          const after = all.map((arm) => (arm === raised ? { ...arm, weight: arm.weight + more } : arm));
          const [was, is] = [all, after].map((each) => assign(experiment, each, customer)?.id);
          if (is !== was) expect(is).toBe(raised?.id);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('moves only the customers of a removed arm', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), arms, fc.nat(9), (experiment, customer, all, index) => {
        const gone = all[index % all.length];
        const was = assign(experiment, all, customer)?.id;
        const is = assign(
          experiment,
          all.filter((arm) => arm !== gone),
          customer,
        )?.id;
        if (was !== gone?.id) expect(is).toBe(was);
      }),
      { numRuns: 1000 },
    );
  });

  it('is undefined if no arm takes customers', () => {
    expect(assign('over', [{ id: 'a', weight: 0 }], 'cus_1')).toBeUndefined();
  });
});
