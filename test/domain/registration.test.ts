import { expect, it } from 'vitest';
import { paysAgain } from '../../src/domain/registration.js';

const first = { paymentId: 'pay_1', subscriptionIds: ['sub_1'] };

it.each([undefined, 'new', 'checkout', 'one_time'])(
  'a second payment pays again, whatever Dodo calls first charges: %s',
  (chargeType) => {
    const again = { paymentId: 'pay_2', ...(chargeType !== undefined && { chargeType }) };
    expect(paysAgain(again, first)).toBe(true);
    expect(paysAgain({ ...again, subscriptionId: 'sub_2' }, first)).toBe(true);
    expect(paysAgain({ ...again, subscriptionId: 'sub_1' }, first)).toBe(false);
    expect(paysAgain({ ...again, paymentId: 'pay_1' }, first)).toBe(false);
  },
);

it.each(['renewal', 'plan_change', 'on_demand'])('a later charge does not: %s', (chargeType) => {
  expect(paysAgain({ paymentId: 'pay_2', chargeType }, first)).toBe(false);
});
