import { expect, it } from 'vitest';
import { paysAgain, subscriptionsOf } from '../../src/domain/registration.js';

it('a payment is for the subscriptions that it lists, or else for the one that it names', () => {
  expect(subscriptionsOf({ subscriptionId: 'sub_1', subscriptionIds: ['sub_1', 'sub_2'] })).toEqual([
    'sub_1',
    'sub_2',
  ]);
  expect(subscriptionsOf({ subscriptionId: 'sub_1', subscriptionIds: [] })).toEqual(['sub_1']);
  expect(subscriptionsOf({ subscriptionId: 'sub_1' })).toEqual(['sub_1']);
  expect(subscriptionsOf({})).toEqual([]);
});

const FIRST = { paymentId: 'pay_1', subscriptionIds: ['sub_1'] };

it.each([
  ['the same payment', { paymentId: 'pay_1' }, false],
  ['another one', { paymentId: 'pay_2' }, true],
  ['one of a checkout, in either word for it', { paymentId: 'pay_2', chargeType: 'new' }, true],
  ['one of a checkout, in either word for it', { paymentId: 'pay_2', chargeType: 'checkout' }, true],
  [
    'one that bought a subscription of its own',
    { paymentId: 'pay_2', chargeType: 'checkout', subscriptionId: 'sub_2' },
    true,
  ],
  ['a renewal', { paymentId: 'pay_2', chargeType: 'renewal', subscriptionId: 'sub_2' }, false],
  ['a plan change', { paymentId: 'pay_2', chargeType: 'plan_change', subscriptionId: 'sub_2' }, false],
  [
    'a charge on demand of what was bought',
    { paymentId: 'pay_2', chargeType: 'on_demand', subscriptionId: 'sub_1' },
    false,
  ],
  ['any charge of what was bought', { paymentId: 'pay_2', subscriptionIds: ['sub_3', 'sub_1'] }, false],
])('a registration is paid again, or not, by %s', (_, payment, expected) => {
  expect(paysAgain(payment, FIRST)).toBe(expected);
});
