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

it.each([
  ['the payment that counts', { paymentId: 'pay_1' }, false],
  ['another payment', { paymentId: 'pay_2' }, true],
  ['another one that Dodo calls new', { paymentId: 'pay_2', chargeType: 'new' }, true],
  ['a renewal', { paymentId: 'pay_2', chargeType: 'renewal' }, false],
  ['a change of the plan', { paymentId: 'pay_2', chargeType: 'plan_change' }, false],
  ['one for the subscription that was bought', { paymentId: 'pay_2', subscriptionId: 'sub_2' }, false],
  ['one for a subscription of its own', { paymentId: 'pay_2', subscriptionId: 'sub_9' }, true],
])('%s pays for a registered purchase again: %j, %s', (_, payment, expected) => {
  expect(paysAgain(payment, { paymentId: 'pay_1', subscriptionIds: ['sub_1', 'sub_2'] })).toBe(expected);
});
