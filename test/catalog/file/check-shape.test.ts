import { describe, expect, test } from 'vitest';
import { parseCatalog } from '../../../src/catalog/file/load.js';
import { expectProblems, problemsIn, unmark, withFunnel, withOffer } from './marked.js';
import type { Mistake } from './marked.js';

const yaml: Mistake[] = [
  ['an empty file', '▸', ['', 'the file is empty; expected version, offers and funnels']],
  [
    'nothing but a comment',
    '▸# nothing yet',
    ['', 'the file is empty; expected version, offers and funnels'],
  ],
  [
    'a list instead of a map',
    '▸- version',
    ['', 'must be a map with version, offers and funnels, not a list'],
  ],
  ['a syntax error', 'version: 1\noffers: {a: 1\n▸', ['', /^not valid YAML: .*end with a \}/]],
  [
    'a tab as indent',
    'version: 1\noffers:\n▸\ta: 1',
    ['', /^not valid YAML: this line is indented with a tab/],
  ],
  [
    'two documents',
    'version: 1\n▸---\noffers: {}',
    ['', /^not valid YAML: the file contains several documents/],
  ],
  ['a custom tag', 'version: ▸!one 1', ['', /^not valid YAML: Unresolved tag/]],
  [
    'an alias without an anchor',
    'version: 1\noffers: ▸*gone',
    ['offers', 'there is no anchor &gone above this alias'],
  ],
  ['a list as a key', 'version: 1\n? ▸[a]\n: 2', ['', 'a key must be text, not a list, map or alias']],
  ['an alias as a key', 'version: 1\n? ▸*a\n: 2', ['', 'a key must be text, not a list, map or alias']],
  [
    'a repeated key',
    withOffer({ window: '30m\n    ▸window: 1h' }),
    ['offers.a.window', 'is defined twice; the first definition is on line 7'],
  ],
  [
    'a repeated offer',
    withOffer({ window: '30m' }).replace(
      'funnels:',
      '  ▸a: { type: upsell, action: { kind: charge, product_id: p }, copy: { headline: h, accept: y, decline: n } }\nfunnels:',
    ),
    ['offers.a', 'is defined twice; the first definition is on line 3'],
  ],
];

describe.each(Object.entries({ YAML: yaml }))('mistakes in %s', (_, mistakes) => {
  test.each(mistakes)('%s is reported at its place', (...mistake) => {
    expectProblems(mistake);
  });
});

test('every mistake in a file is reported at once, in the order of the file', () => {
  const { text, places } = unmark(`version: ▸one
offers:
  pro-plan:
    type: ▸upsel
    action: { kind: charge, product_id: prod_pro, quantity: ▸-1 }
    ▸copy: { headline: ▸"{cost}", accept: Yes please }
  ▸Team: { type: upsell, action: { kind: charge, product_id: p }, copy: { headline: h, accept: y, decline: n } }
funnels:
  basic:
    trigger: ▸bought
    when: { ▸produkt_id: a, amount: ▸{ gt: 2, lt: 1 } }
    steps:
      - { id: pro, offer: ▸pro-plna, on: { decline: ▸lite } }
      - { id: ▸lost, offer: pro-plan }
▸extras: 1
`);
  const problems = problemsIn(text);
  expect(problems.map(({ line, column }) => ({ line, column }))).toEqual(places);
});

test('a problem is printed with file, line, column, path and message', () => {
  const text = withFunnel({ steps: '[{ id: one, offer: aa }]' });
  const problem = {
    file: 'offers.yaml',
    line: 10,
    column: 31,
    path: 'funnels.f.steps[0].offer',
    message: 'there is no offer "aa"; did you mean "a"?',
  };
  expect(problemsIn(text)).toEqual([problem]);
  expect(() => parseCatalog(text, 'offers.yaml')).toThrow(
    'offers.yaml:10:31  funnels.f.steps[0].offer: there is no offer "aa"; did you mean "a"?',
  );
});

test('a mistake in shared copy is reported where the copy is defined', () => {
  const { text, places } = unmark(`version: 1
offers:
  a: { type: upsell, action: { kind: charge, product_id: p }, copy: &words { headline: ▸"{oops}", accept: y, decline: n } }
  b: { type: upsell, action: { kind: charge, product_id: p }, copy: *words }
funnels: {}
`);
  const problems = problemsIn(text);
  expect(problems.map(({ path }) => path)).toEqual(['offers.a.copy.headline', 'offers.b.copy.headline']);
  for (const { line, column } of problems) expect({ line, column }).toEqual(places[0]);
});
