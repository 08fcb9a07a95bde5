import { describe, expect, it } from 'vitest';
import { describeViolations } from '../invariants/check.js';
import { postgresForTests } from '../../support/postgres.js';
import { runCampaign } from './campaign.js';
import { planCampaign } from './plan.js';

const SECOND = 1000;

describe('the schedule of a campaign', () => {
  it('is the same for the same seed, and differs for another seed', () => {
    const size = { seed: 7, purchases: 50, minutes: 1 };
    expect(planCampaign(size)).toEqual(planCampaign(size));
    expect(planCampaign({ ...size, seed: 8 })).not.toEqual(planCampaign(size));
  });

  it('has every kind of disturbance, even if it is short', () => {
    const { disturbances, durationMs } = planCampaign({ seed: 1, purchases: 1, minutes: 0.1 });
    expect(new Set(disturbances.map(({ kind }) => kind)).size).toBe(12);
    expect(disturbances.every(({ at }) => at < durationMs)).toBe(true);
  });
});

describe('the customers of a campaign', () => {
  it('meet every way in which money can be in doubt, in a long campaign', () => {
    const { purchases, disturbances } = planCampaign({ seed: 1, purchases: 300, minutes: 60 });
    const met = (of: (purchase: (typeof purchases)[number]) => string | undefined) =>
      new Set(purchases.map(of)).size;
    expect(met(({ card }) => card)).toBe(8);
    expect(met(({ takes }) => takes)).toBe(4);
    expect(met(({ stranger }) => stranger)).toBe(3);
    expect(met(({ refund }) => refund)).toBe(3);
    expect(met(({ secondPayment }) => JSON.stringify(secondPayment))).toBe(5);
    const refused = disturbances.flatMap((one) =>
      one.kind === 'refunds' || one.kind === 'cancellations refused' ? [one.fault?.status] : [],
    );
    expect(refused).toEqual(expect.arrayContaining([422, 409, 401]));
    const policies = disturbances.flatMap((one) => (one.kind === 'refunds' ? [one.policy.refunds] : []));
    expect(policies).toEqual(expect.arrayContaining(['fail', 'succeed']));
  });
});

describe('a short campaign', () => {
  it('breaks no invariant while everything is killed in turn', { timeout: 240 * SECOND }, async (test) => {
    const postgres = await postgresForTests();
    if (!postgres.available) return test.skip(postgres.reason);
    await postgres.stop();
    const seed = Number(process.env.CHAOS_SEED ?? '20');
    const { violations, ...figures } = await runCampaign({
      seed,
      purchases: 25,
      minutes: 0.2,
      hurry: true,
      say: process.env.CHAOS_SAY === undefined ? undefined : (line) => console.log(line),
    });
    expect(violations, `Seed ${seed}:\n${describeViolations(violations)}`).toEqual([]);
    expect(figures.purchases).toBe(25);
    expect(figures.charges).toBeGreaterThan(0);
    expect(figures.disturbances).toMatchObject({ 'kill worker': 1, 'kill api': 1, 'kill temporal': 1 });
  });
});
