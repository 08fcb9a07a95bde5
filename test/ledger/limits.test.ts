import { describe, expect, it } from 'vitest';
import { reachedBy, type Limits, type PastShowing } from '../../src/domain/limits.js';
import { at } from './examples.js';

const DAY_MINUTES = 24 * 60;
const DAY = DAY_MINUTES * 60 * 1000;
const NOW = 100 * DAY_MINUTES;
const day = (ago: number) => at(NOW - ago * DAY_MINUTES);

const shown = (ago: number, more: Partial<PastShowing> = {}): PastShowing => ({
  offerId: 'a',
  workflowId: `purchase/${ago}`,
  presentedAt: day(ago),
  decision: 'expired',
  decidedAt: day(ago),
  ...more,
});
const no = (ago: number) => shown(ago, { decision: 'declined' });
const of = (limits: Limits, ...earlier: PastShowing[]) =>
  reachedBy(earlier, { customerId: 'c', offerId: 'a', workflowId: 'purchase/now', at: day(0) }, limits);

describe('a showing to a customer', () => {
  const cases: [name: string, limits: Limits, earlier: PastShowing[], reason: string | undefined][] = [
    ['without limits', {}, [shown(1), no(1)], undefined],
    ['after a decline, permanently', { afterDecline: 'never' }, [no(900)], 'declined_before'],
    ['after a decline, within its period', { afterDecline: 30 * DAY }, [no(29)], 'cooldown'],
    ['when the period after a decline is over', { afterDecline: 30 * DAY }, [no(30)], undefined],
    ['after an expiry', { afterDecline: 'never' }, [shown(1)], undefined],
    ['within the cooldown of the offer', { cooldownMs: 7 * DAY }, [shown(6.9)], 'cooldown'],
    ['after it', { cooldownMs: 7 * DAY }, [shown(7)], undefined],
    ['within it, of another offer', { cooldownMs: 7 * DAY }, [shown(1, { offerId: 'b' })], undefined],
    ['at the cap', { cap: { times: 2, withinMs: 30 * DAY } }, [shown(1), shown(29)], 'capped'],
    [
      'when an earlier showing no longer counts',
      { cap: { times: 2, withinMs: 30 * DAY } },
      [shown(1), shown(30)],
      undefined,
    ],
    ['at a cap without a period', { cap: { times: 1 } }, [shown(5000)], 'capped'],
    ['at the cap of the policy', { policy: { cap: { times: 1 } } }, [shown(9, { offerId: 'b' })], 'capped'],
    [
      'within the cooldown of the policy',
      { policy: { cooldownMs: DAY } },
      [shown(0.5, { offerId: 'b' })],
      'cooldown',
    ],
    [
      'within the cooldown of the policy, by the same run',
      { policy: { cooldownMs: DAY } },
      [shown(0.5, { offerId: 'b', workflowId: 'purchase/now' })],
      undefined,
    ],
    [
      'at the cap of the policy, by the same run',
      { policy: { cap: { times: 1 } } },
      [shown(0, { offerId: 'b', workflowId: 'purchase/now' })],
      'capped',
    ],
    ['by a clock that lags behind', { cooldownMs: DAY }, [shown(-0.001)], 'cooldown'],
  ];
  it.each(cases)('%s', (_, limits, earlier, reason) => {
    expect(of(limits, ...earlier)?.reason).toBe(reason);
  });

  it('is refused with the time of the next possible one', () => {
    expect(of({ cap: { times: 2, withinMs: 30 * DAY } }, shown(1), shown(10), shown(29))?.detail).toBe(
      `this offer was shown 3 times since ${day(30)}, of 2; the next may be from ${day(-20)}`,
    );
    expect(of({ policy: { cooldownMs: 2 * DAY } }, shown(1))?.detail).toBe(
      `policy: an offer was shown at ${day(1)}; the next may be from ${day(-1)}`,
    );
  });
});
