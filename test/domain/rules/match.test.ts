import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clauseResults, couldMatch, explain, funnelsInOrder } from '../../../src/domain/rules/match.js';
import type { Facts } from '../../../src/domain/rules/match.js';
import type { Catalog, Clause, FactValue, Funnel, When } from '../../../src/domain/offers.js';

describe('what every customer satisfies', () => {
  test.each([
    [{ tenure_days: { gte: 0 } }, true],
    [{ tenure_days: { gt: -1 }, purchase_count: { gte: 0 } }, true],
    [{ tenure_days: { gt: 0 } }, false],
    [{ tenure_days: { gte: 0, lt: 30 } }, false],
    [{ tenure_days: { not: [3] } }, false],
    [{ subscription_age_days: { gte: 0 } }, false],
    [{ 'facts.n': { gte: 0 } }, false],
  ] as [When, boolean][])('need not be known: %j', (when, holds) => {
    expect(explain(when, {}).holds).toBe(holds);
    expect(clauseResults(when, {}).every((clause) => clause.holds === true)).toBe(holds);
  });
});

describe('explain', () => {
  const cases: [rule: string, when: When, facts: Facts, failed: string | undefined][] = [
    ['no condition', {}, {}, undefined],
    ['a value in the list', { country: { in: ['US', 'CA'] } }, { country: 'CA' }, undefined],
    [
      'a value outside the list',
      { country: { in: ['US', 'CA'] } },
      { country: 'DE' },
      'country DE is not one of US, CA',
    ],
    ['another value', { currency: { in: ['USD'] } }, { currency: 'EUR' }, 'currency EUR is not USD'],
    [
      'a number where the rule has text',
      { 'facts.n': { in: ['5'] } },
      { 'facts.n': 5 },
      'facts.n 5 is not 5',
    ],
    [
      'an excluded value',
      { country: { not: ['XX'] } },
      { country: 'XX' },
      'country XX is excluded by not XX',
    ],
    ['a value not excluded', { country: { not: ['XX'] } }, { country: 'US' }, undefined],
    ['gte below', { amount: { gte: 1000 } }, { amount: 900 }, 'amount 900 is not gte 1000'],
    ['gte at the bound', { amount: { gte: 1000 } }, { amount: 1000 }, undefined],
    ['gt at the bound', { amount: { gt: 1000 } }, { amount: 1000 }, 'amount 1000 is not gt 1000'],
    ['lt at the bound', { amount: { lt: 1000 } }, { amount: 1000 }, 'amount 1000 is not lt 1000'],
    ['lte at the bound', { amount: { lte: 1000 } }, { amount: 1000 }, undefined],
    ['lte above', { amount: { gte: 1, lte: 9 } }, { amount: 10 }, 'amount 10 is not lte 9'],
    [
      'a comparison with text',
      { 'facts.usage': { gte: 5 } },
      { 'facts.usage': 'high' },
      'facts.usage high is not a number',
    ],
    [
      'a comparison with NaN',
      { 'facts.usage': { gte: 5 } },
      { 'facts.usage': NaN },
      'facts.usage NaN is not gte 5',
    ],
    [
      'false, which is a known value',
      { 'facts.trial': { in: [false] } },
      { 'facts.trial': false },
      undefined,
    ],
    ['a cart with one of the products', { product_id: { in: ['b'] } }, { product_id: ['a', 'b'] }, undefined],
    [
      'a cart without the product',
      { product_id: { in: ['c'] } },
      { product_id: ['a', 'b'] },
      'product_id [a, b] is not c',
    ],
    [
      'a cart with an excluded product',
      { product_id: { not: ['b'] } },
      { product_id: ['a', 'b'] },
      'product_id [a, b] is excluded by not b',
    ],
    [
      'a cart without the excluded product',
      { product_id: { not: ['c'] } },
      { product_id: ['a', 'b'] },
      undefined,
    ],
    ['an empty cart', { product_id: { in: ['a'] } }, { product_id: [] }, 'product_id [] is not a'],
    [
      'numbers on both sides of the range, but none inside',
      { 'facts.n': { gt: 4, lt: 6 } },
      { 'facts.n': [1, 9] },
      'facts.n [1, 9] is not gt 4',
    ],
    ['a number inside the range', { 'facts.n': { gt: 4, lt: 6 } }, { 'facts.n': [1, 5] }, undefined],
  ];

  test.each(cases)('%s', (_, when, facts, failed) => {
    expect(explain(when, facts)).toEqual(
      failed === undefined ? { holds: true, unknown: [] } : { holds: false, unknown: [], failed },
    );
    expect(couldMatch(when, facts)).toBe(failed === undefined);
  });

  test('a missing fact is unknown: it satisfies no clause but may still match', () => {
    const when: When = { country: { not: ['XX'] }, amount: { gte: 5 } };
    expect(explain(when, { amount: 5 })).toEqual({ holds: false, unknown: ['country'] });
    expect(couldMatch(when, { amount: 5, country: undefined })).toBe(true);
  });

  test('the first failing clause is reported even if other facts are unknown', () => {
    const when: When = { plan: { in: ['p'] }, amount: { gte: 5 }, quantity: { gt: 1 } };
    expect(explain(when, { amount: 4, quantity: 1 })).toEqual({
      holds: false,
      unknown: ['plan'],
      failed: 'amount 4 is not gte 5',
    });
  });

  const groupCases: [rule: string, when: When, facts: Facts, expected: ReturnType<typeof explain>][] = [
    [
      'one alternative that holds is enough, even if the other is unknown',
      { any: [{ country: { in: ['US'] } }, { amount: { gte: 5 } }] },
      { amount: 5 },
      { holds: true, unknown: [] },
    ],
    [
      'an alternative that may still hold leaves the rule open',
      { any: [{ country: { not: ['US'] } }, { amount: { gte: 5 } }] },
      { amount: 4 },
      { holds: false, unknown: ['country'] },
    ],
    [
      'no alternative that holds',
      { any: [{ country: { in: ['US'] }, amount: { gte: 1 } }, { amount: { gte: 5 } }] },
      { amount: 4, country: 'DE' },
      {
        holds: false,
        unknown: [],
        failed: 'no alternative holds: country DE is not US; amount 4 is not gte 5',
      },
    ],
    [
      'conditions beside a group must hold as well',
      { amount: { gte: 5 }, any: [{ country: { in: ['US'] } }] },
      { amount: 4, country: 'US' },
      { holds: false, unknown: [], failed: 'amount 4 is not gte 5' },
    ],
    [
      'every entry of all',
      { all: [{ product_id: { in: ['a'] } }, { product_id: { in: ['b'] } }] },
      { product_id: ['a', 'c'] },
      { holds: false, unknown: [], failed: 'product_id [a, c] is not b' },
    ],
    [
      'nested groups',
      { any: [{ all: [{ any: [{ amount: { gt: 1 } }] }, { country: { in: ['US'] } }] }] },
      { amount: 2, country: 'US' },
      { holds: true, unknown: [] },
    ],
  ];
  test.each(groupCases)('%s', (_, when, facts, expected) => {
    expect(explain(when, facts)).toEqual(expected);
  });

  test('every clause is reported with its value and its path', () => {
    const when: When = {
      amount: { gte: 1000, lt: 5000 },
      any: [{ country: { in: ['US', 'CA'] } }, { all: [{ plan: { not: ['p'] } }] }],
    };
    expect(clauseResults(when, { amount: 900, country: 'CA' })).toEqual([
      { clause: 'amount gte 1000 and lt 5000', fact: 'amount', value: 900, holds: false },
      { clause: 'country in US, CA', fact: 'country', value: 'CA', holds: true, path: 'any[0]' },
      { clause: 'plan not p', fact: 'plan', holds: 'unknown', path: 'any[1].all[0]' },
    ]);
  });
});

describe('properties of matching', () => {
  const names = ['product_id', 'amount', 'country', 'facts.x'];
  const value: fc.Arbitrary<FactValue> = fc.oneof(
    fc.integer({ min: 0, max: 5 }),
    fc.constantFrom('a', 'b'),
    fc.boolean(),
  );
  const fact = fc.oneof(value, fc.array(value, { maxLength: 3 }));
  const bound = fc.integer({ min: 0, max: 5 });
  const values = fc.array(value, { minLength: 1, maxLength: 3 });
  const clause: fc.Arbitrary<Clause> = fc.record(
    { in: values, not: values, gt: bound, gte: bound, lt: bound, lte: bound },
    { requiredKeys: [] },
  );
  const { when } = fc.letrec<{ when: When }>((tie) => {
    const group = fc.array(tie('when'), { minLength: 1, maxLength: 3 });
    const clauses = fc.dictionary(fc.constantFrom(...names), clause);
    return {
      when: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        clauses,
        fc
          .tuple(clauses, fc.record({ any: group, all: group }, { requiredKeys: [] }))
          .map(([own, groups]): When => ({ ...own, ...groups })),
      ),
    };
  });
  const allFacts = fc.record(Object.fromEntries(names.map((name) => [name, fact])));

  test('a rule that holds for some completion of the unknown facts could match before', () => {
    fc.assert(
      fc.property(when, allFacts, fc.subarray(names), (rule, facts, known) => {
        const partial = Object.fromEntries(Object.entries(facts).filter(([name]) => known.includes(name)));
        if (explain(rule, facts).holds) expect(couldMatch(rule, partial)).toBe(true);
        if (!couldMatch(rule, partial)) expect(explain(rule, facts).holds).toBe(false);
      }),
    );
  });

  test('with every fact known, a rule either holds or reports why it does not', () => {
    fc.assert(
      fc.property(when, allFacts, (rule, facts) => {
        const { holds, unknown, failed } = explain(rule, facts);
        expect(unknown).toEqual([]);
        expect(holds).toBe(failed === undefined);
        expect(couldMatch(rule, facts)).toBe(holds);
      }),
    );
  });

  test('a single value means the same as a list of one', () => {
    fc.assert(
      fc.property(clause, value, (rule, single) => {
        const alone = explain({ 'facts.x': rule }, { 'facts.x': single });
        expect(explain({ 'facts.x': rule }, { 'facts.x': [single] }).holds).toBe(alone.holds);
      }),
    );
  });
});

test('funnels of a trigger are tried by priority, then in the order of the file', () => {
  const funnel = (id: string, priority: number, trigger: Funnel['trigger'] = 'purchase'): Funnel => ({
    id,
    trigger,
    priority,
    when: {},
    steps: [],
  });
  const funnels = [
    funnel('low', -1),
    funnel('first', 5),
    funnel('other', 9, 'cancel_requested'),
    funnel('second', 5),
    funnel('top', 7),
  ];
  const catalog: Catalog = { version: 1, policy: {}, hash: '', offers: {}, funnels };
  expect(funnelsInOrder(catalog, 'purchase').map(({ id }) => id)).toEqual(['top', 'first', 'second', 'low']);
  expect(funnelsInOrder(catalog, 'usage_milestone')).toEqual([]);
  expect(funnels[0]?.id).toBe('low');
});
