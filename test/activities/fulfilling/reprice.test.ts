/** A price that moved between the view and the click: whether the customer has agreed to what they would pay now. */
import { describe, expect, it } from 'vitest';
import { isWorse } from '../../../activities/fulfilling/reprice.js';
import type { ActivityContext } from '../../../activities/context.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import type { Price } from '../../../src/domain/presentation.js';

const MONTHLY = { amount: 2900, currency: 'USD', interval: 'Month', count: 1 } as const;
const NOW: Price = { currency: 'USD', dueNow: 4900, hash: 'now', recurring: MONTHLY };
const SHOWN: Price = { ...NOW, hash: 'shown' };

function worse(
  now: Price,
  { choice, agreed, shown = SHOWN }: { choice?: AttemptInput['choice']; agreed?: Price; shown?: Price } = {},
) {
  const context = { ledger: { presentation: async () => ({ price: shown }) } } as unknown as ActivityContext;
  const accepted = { currency: 'USD', dueNow: 4900, hash: 'shown' };
  const input = { presentationId: 'prs_1', price: accepted, choice } as AttemptInput;
  return isWorse(context, input, now, {
    agreed: { ...(agreed && { price: agreed }), patch: {} },
    subscription: undefined,
  });
}

describe('a choice whose price was never shown', () => {
  const choice = { quantity: 3 };
  it('is refused when it has a price per period, which nobody accepted, though no more is due now', async () => {
    expect(await worse(NOW, { choice })).toBe(true);
    expect(await worse({ ...NOW, dueNow: 100 }, { choice })).toBe(true);
  });

  it('is sold when it is paid once, for what was accepted or less', async () => {
    const once = { currency: 'USD', dueNow: 4900, hash: 'now' };
    expect(await worse(once, { choice })).toBe(false);
    expect(await worse({ ...once, dueNow: 4901 }, { choice })).toBe(true);
  });

  it('is sold at the price per period that was quoted', async () => {
    expect(await worse(NOW, { choice, agreed: SHOWN })).toBe(false);
  });
});

describe('a price per period', () => {
  it.each<[string, Price['recurring'], boolean]>([
    ['the same', MONTHLY, false],
    ['less', { ...MONTHLY, amount: 2899 }, false],
    ['more', { ...MONTHLY, amount: 2901 }, true],
    ['per year', { ...MONTHLY, interval: 'Year' }, true],
    ['of two months', { ...MONTHLY, count: 2 }, true],
    ['in another currency', { ...MONTHLY, currency: 'EUR' }, true],
  ])('that is %s', async (_, recurring, expected) => {
    expect(await worse({ ...NOW, recurring })).toBe(expected);
  });

  it('that was none before is worse, and one that is gone is not', async () => {
    expect(await worse(NOW, { shown: { currency: 'USD', dueNow: 4900, hash: 'shown' } })).toBe(true);
    expect(await worse({ currency: 'USD', dueNow: 4900, hash: 'now' })).toBe(false);
  });

  it('of another price than the accepted one says nothing', async () => {
    expect(
      await worse({ ...NOW, recurring: { ...MONTHLY, amount: 9900 } }, { shown: { ...SHOWN, hash: 'x' } }),
    ).toBe(false);
  });
});

it('another currency is worse, however small', async () => {
  expect(await worse({ ...NOW, currency: 'EUR', dueNow: 1 })).toBe(true);
});
