import { expect, it } from 'vitest';
import { recurringDifference, type RecurringPrice } from '../../src/domain/billing-period.js';
import type { BillingInterval } from '../../src/domain/words.js';

const price = (amount: number, interval: BillingInterval, count = 1, currency = 'USD'): RecurringPrice => ({
  amount,
  interval,
  count,
  currency,
});

it.each<[string, RecurringPrice, RecurringPrice, object | undefined]>([
  [
    'equal periods',
    price(2900, 'Month'),
    price(7900, 'Month'),
    { amount: 5000, interval: 'Month', count: 1 },
  ],
  [
    'a cheaper plan',
    price(2900, 'Month'),
    price(900, 'Month'),
    { amount: -2000, interval: 'Month', count: 1 },
  ],
  [
    'a month and a year',
    price(3000, 'Month'),
    price(30_000, 'Year'),
    { amount: -6000, interval: 'Year', count: 1 },
  ],
  [
    'a year and a month',
    price(30_000, 'Year'),
    price(3000, 'Month'),
    { amount: 6000, interval: 'Year', count: 1 },
  ],
  [
    'twelve months and a year',
    price(100, 'Month', 12),
    price(90, 'Year'),
    { amount: -10, interval: 'Year', count: 1 },
  ],
  [
    'a quarter and a year',
    price(100, 'Month', 3),
    price(500, 'Year'),
    { amount: 100, interval: 'Year', count: 1 },
  ],
  [
    'a week and a fortnight',
    price(100, 'Week'),
    price(150, 'Week', 2),
    { amount: -50, interval: 'Week', count: 2 },
  ],
  [
    'seven days and a week',
    price(100, 'Day', 7),
    price(150, 'Week'),
    { amount: 50, interval: 'Week', count: 1 },
  ],
  ['a day and a week', price(10, 'Day'), price(150, 'Week'), { amount: 80, interval: 'Week', count: 1 }],
  ['a week and a month', price(100, 'Week'), price(400, 'Month'), undefined],
  ['thirty days and a month', price(100, 'Day', 30), price(100, 'Month'), undefined],
  ['52 weeks and a year', price(100, 'Week', 52), price(100, 'Year'), undefined],
  ['two months and three', price(100, 'Month', 2), price(100, 'Month', 3), undefined],
  ['two currencies', price(100, 'Month'), price(100, 'Month', 1, 'EUR'), undefined],
])('%s', (_, current, next, expected) => {
  expect(recurringDifference(current, next)).toEqual(expected);
});
