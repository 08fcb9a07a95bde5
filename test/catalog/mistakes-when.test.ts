import { describe, test } from 'vitest';
import { expectProblems, withFunnel } from './marked.js';
import type { Mistake } from './marked.js';

const when = (clauses: string): string => withFunnel({ when: `{ ${clauses} }` });

const conditions: Mistake[] = [
  [
    'a misspelled fact',
    when('▸amonut: 5'),
    ['funnels.f.when.amonut', 'there is no fact "amonut"; did you mean "amount"?'],
  ],
  [
    'a fact nobody knows',
    when('▸weather: sunny'),
    ['funnels.f.when.weather', /^there is no fact "weather"; expected product_id, .* or facts\.<name>$/],
  ],
  ['a nameless fact', when('▸facts.: 1'), ['funnels.f.when."facts."', /^there is no fact "facts\."/]],
  [
    'an unknown operator',
    when('amount: { ▸min: 5 }'),
    ['funnels.f.when.amount.min', 'there is no such key here; expected not, gt, gte, lt, lte'],
  ],
  [
    'an operator misspelled',
    when('amount: { ▸gtr: 5 }'),
    ['funnels.f.when.amount.gtr', 'there is no such key here; did you mean "gt"?'],
  ],
  [
    'no operator',
    when('amount: ▸{}'),
    ['funnels.f.when.amount', 'must have an operator: not, gt, gte, lt or lte'],
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
    'a comparison of text',
    when('country: { ▸gte: 5 }'),
    ['funnels.f.when.country.gte', 'compares numbers, and country is text; use a list of values, or not'],
  ],
  [
    'a comparison with text',
    when('facts.usage: { gte: ▸high }'),
    ['funnels.f.when.facts.usage.gte', 'must be a number, not "high"'],
  ],
  [
    'an amount in words',
    when('amount: ▸ten'),
    ['funnels.f.when.amount', 'must be a whole number of minor units, not "ten"'],
  ],
  [
    'an amount with decimals',
    when('amount: [1000, ▸9.99]'),
    ['funnels.f.when.amount[1]', 'must be a whole number of minor units, not 9.99'],
  ],
  [
    'no quantity',
    when('quantity: ▸0'),
    ['funnels.f.when.quantity', 'must be a whole number of at least 1, not 0'],
  ],
  [
    'a currency in small letters',
    when('currency: ▸usd'),
    ['funnels.f.when.currency', /not "usd"; did you mean "USD"\?$/],
  ],
  [
    'a currency of the past',
    when('currency: [EUR, ▸DEM]'),
    ['funnels.f.when.currency[1]', /^must be an ISO 4217 currency code .*, not "DEM"$/],
  ],
  [
    'a country that is none',
    when('country: { not: [US, ▸UK] }'),
    ['funnels.f.when.country.not[1]', 'must be an ISO 3166 country code such as US, not "UK"'],
  ],
  ['a country with three letters', when('country: ▸USA'), ['funnels.f.when.country', /not "USA"$/]],
  [
    'a status that is none',
    when('subscription_status: ▸actve'),
    ['funnels.f.when.subscription_status', /not "actve"; did you mean "active"\?$/],
  ],
  [
    'a product id that is none',
    when('plan: ▸7'),
    ['funnels.f.when.plan', "must be the product id of the subscription's plan, not 7"],
  ],
  [
    'a range without inside',
    when('amount: ▸{ gt: 10, lt: 10 }'),
    ['funnels.f.when.amount', 'can never hold: nothing is both gt 10 and lt 10'],
  ],
  [
    'a range the wrong way round',
    when('facts.usage: ▸{ gte: 90, lte: 80 }'),
    ['funnels.f.when.facts.usage', 'can never hold: nothing is both gte 90 and lte 80'],
  ],
  [
    'a range between two whole numbers',
    when('quantity: ▸{ gt: 1, lt: 2 }'),
    ['funnels.f.when.quantity', 'can never hold: nothing is both gt 1 and lt 2'],
  ],
  [
    'a negative amount',
    when('amount: ▸{ lt: 0 }'),
    ['funnels.f.when.amount', 'can never hold: amount is never below 0, and so never lt 0'],
  ],
];

describe.each(Object.entries({ conditions }))('mistakes of %s', (_, mistakes) => {
  test.each(mistakes)('%s is reported where it stands', (...mistake) => {
    expectProblems(mistake);
  });
});
