import { describe, expect, test } from 'vitest';
import { expectProblems, problemsIn, withFunnel } from './marked.js';
import type { Mistake } from './marked.js';

const when = (clauses: string): string => withFunnel({ when: `{ ${clauses} }` });

const conditions: Mistake[] = [
  [
    'a misspelled fact',
    when('▸amonut: 5'),
    ['funnels.f.when.amonut', 'there is no fact "amonut"; did you mean "amount"?'],
  ],
  [
    'an unknown fact',
    when('▸weather: sunny'),
    ['funnels.f.when.weather', /^there is no fact "weather"; expected product_id, .* or facts\.<name>$/],
  ],
  ['a nameless fact', when('▸facts.: 1'), ['funnels.f.when."facts."', /^there is no fact "facts\."/]],
  [
    'an unknown operator',
    when('amount: { ▸between: 5 }'),
    ['funnels.f.when.amount.between', 'unknown key; expected in, not, gt, gte, lt, lte'],
  ],
  [
    'a misspelled operator',
    when('amount: { ▸gtr: 5 }'),
    ['funnels.f.when.amount.gtr', 'unknown key; did you mean "gt"?'],
  ],
  [
    'no operator',
    when('amount: ▸{}'),
    ['funnels.f.when.amount', 'must have an operator: in, not, gt, gte, lt or lte'],
  ],
  [
    'an empty list',
    when('product_id: ▸[]'),
    ['funnels.f.when.product_id', /^must be a list with at least one value/],
  ],
  [
    'an empty not',
    when('product_id: { not: ▸[] }'),
    ['funnels.f.when.product_id.not', /^must be a list with at least one value/],
  ],
  [
    'a map in a list',
    when('product_id: [a, ▸{}]'),
    ['funnels.f.when.product_id[1]', 'must be text, a number, true or false, not a map'],
  ],
  [
    'an empty clause',
    withFunnel({ when: '\n      ▸amount:' }),
    ['funnels.f.when.amount', /^must be a value, a list of values, or operators .*, not empty$/],
  ],
  [
    'a comparison of a text fact',
    when('country: { ▸gte: 5 }'),
    ['funnels.f.when.country.gte', 'compares numbers, but country is text; use a list of values, or "not"'],
  ],
  [
    'a comparison with text',
    when('facts.usage: { gte: ▸high }'),
    ['funnels.f.when.facts.usage.gte', 'must be a number, not "high"'],
  ],
  [
    'an amount that is not a number',
    when('amount: ▸ten'),
    ['funnels.f.when.amount', 'must be a whole number of minor units, not "ten"'],
  ],
  [
    'an amount with decimals',
    when('amount: [1000, ▸9.99]'),
    ['funnels.f.when.amount[1]', 'must be a whole number of minor units, not 9.99'],
  ],
  [
    'a quantity of zero',
    when('quantity: ▸0'),
    ['funnels.f.when.quantity', 'must be a whole number of at least 1, not 0'],
  ],
  [
    'a currency in lower case',
    when('currency: ▸usd'),
    ['funnels.f.when.currency', /not "usd"; did you mean "USD"\?$/],
  ],
  [
    'a currency that is no longer in use',
    when('currency: [EUR, ▸DEM]'),
    ['funnels.f.when.currency[1]', /^must be an ISO 4217 currency code .*, not "DEM"$/],
  ],
  [
    'an unknown country',
    when('country: { not: [US, ▸UK] }'),
    ['funnels.f.when.country.not[1]', 'must be an ISO 3166 country code such as US, not "UK"'],
  ],
  ['a three-letter country code', when('country: ▸USA'), ['funnels.f.when.country', /not "USA"$/]],
  [
    'a misspelled status',
    when('subscription_status: ▸actve'),
    ['funnels.f.when.subscription_status', /not "actve"; did you mean "active"\?$/],
  ],
  [
    'a number for a product id',
    when('plan: ▸7'),
    ['funnels.f.when.plan', "must be the product id of the subscription's plan, not 7"],
  ],
  [
    'an empty range',
    when('amount: ▸{ gt: 10, lt: 10 }'),
    ['funnels.f.when.amount', 'can never hold: no number is both gt 10 and lt 10'],
  ],
  [
    'a range with its bounds reversed',
    when('facts.usage: ▸{ gte: 90, lte: 80 }'),
    ['funnels.f.when.facts.usage', 'can never hold: no number is both gte 90 and lte 80'],
  ],
  [
    'a range between two consecutive whole numbers',
    when('quantity: ▸{ gt: 1, lt: 2 }'),
    ['funnels.f.when.quantity', 'can never hold: no number is both gt 1 and lt 2'],
  ],
  [
    'a negative amount',
    when('amount: ▸{ lt: 0 }'),
    ['funnels.f.when.amount', 'can never hold: amount is never below 0, so it is never lt 0'],
  ],
];

const groups: Mistake[] = [
  [
    'a group that is not a list',
    when('any: ▸{ amount: 5 }'),
    ['funnels.f.when.any', /^must be a list of groups of conditions, such as .*, not a map$/],
  ],
  [
    'an empty group',
    when('any: ▸[]'),
    ['funnels.f.when.any', 'must be a list with at least one group of conditions, not an empty list'],
  ],
  [
    'an alternative without a condition',
    when('any: [{ amount: 5 }, ▸{}]'),
    ['funnels.f.when.any[1]', 'must have a condition; otherwise it always holds'],
  ],
  [
    'a misspelled fact in a nested group',
    when('any: [{ all: [{ ▸contry: US }] }]'),
    ['funnels.f.when.any[0].all[0].contry', 'there is no fact "contry"; did you mean "country"?'],
  ],
  [
    'a misspelled group',
    when('▸anny: [▸{ amount: 5 }]'),
    ['funnels.f.when.anny', 'there is no fact "anny"; did you mean "any"?'],
    ['funnels.f.when.anny[0]', 'must be text, a number, true or false, not a map'],
  ],
  [
    'a misspelled operator in a group',
    when('all: [{ amount: { ▸gtr: 5 } }]'),
    ['funnels.f.when.all[0].amount.gtr', 'unknown key; did you mean "gt"?'],
  ],
  [
    'a value of the wrong kind in a group',
    when('any: [{ country: ▸uk }, { country: { in: [US, ▸Usa] } }]'),
    ['funnels.f.when.any[0].country', 'must be an ISO 3166 country code such as US, not "uk"'],
    ['funnels.f.when.any[1].country.in[1]', 'must be an ISO 3166 country code such as US, not "Usa"'],
  ],
  [
    'groups nested too deeply',
    when('any: [{ all: [{ any: [{ ▸all: [{ amount: 5 }] }] }] }]'),
    [
      'funnels.f.when.any[0].all[0].any[0].all',
      'groups can be nested at most 3 deep; use several funnels instead',
    ],
  ],
];

const contradictions: Mistake[] = [
  [
    'a value both in and not',
    when('country: ▸{ in: [US, CA], not: [CA, US] }'),
    ['funnels.f.when.country', 'can never hold: every value of in is excluded by not'],
  ],
  [
    'a value of in outside the bounds',
    when('amount: ▸{ in: [5, 9], gt: 10 }'),
    ['funnels.f.when.amount', 'can never hold: no value of in is gt 10'],
  ],
  [
    'an alternative that contradicts a condition beside the group',
    when('amount: { gte: 1000 }, any: [{ amount: ▸{ lt: 500 } }, { country: US }]'),
    ['funnels.f.when.any[0].amount', 'can never hold: funnels.f.when.amount requires gte 1000'],
  ],
  [
    'two contradicting entries of all',
    when('all: [{ country: US }, { any: [{ country: ▸CA }] }]'),
    ['funnels.f.when.all[1].any[0].country', 'can never hold: funnels.f.when.all[0].country requires in US'],
  ],
  [
    'a product both required and excluded',
    when('product_id: [a], all: [{ product_id: ▸{ not: a } }]'),
    ['funnels.f.when.all[0].product_id', 'can never hold: funnels.f.when.product_id requires in a'],
  ],
];

describe.each(Object.entries({ conditions, groups, contradictions }))('mistakes in %s', (_, mistakes) => {
  test.each(mistakes)('%s is reported at its place', (...mistake) => {
    expectProblems(mistake);
  });
});

test.each([
  ['a group of one', 'any: [{ amount: 5 }]'],
  ['alternatives that exclude each other', 'any: [{ country: US }, { country: CA }]'],
  ['a cart with both products', 'all: [{ product_id: a }, { product_id: b }]'],
  ['groups three deep', 'any: [{ all: [{ any: [{ amount: 5 }] }] }]'],
  ["a merchant's fact named like a group", 'facts.any: 1'],
  [
    'the payment method and the age of the subscription',
    'payment_method_type: apple_pay, subscription_age_days: { gte: 30 }',
  ],
])('%s is accepted', (_, clauses) => {
  expect(problemsIn(when(clauses))).toEqual([]);
});

test('a group that contains itself is rejected', () => {
  const problems = problemsIn(withFunnel({ when: '&again { any: [*again] }' }));
  expect(problems).not.toEqual([]);
});
