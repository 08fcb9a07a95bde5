import { expect, test } from 'vitest';
import { parseCatalog } from '../../src/catalog/file/load.js';
import { longestWaitMs } from '../../src/catalog/longest-wait.js';
import { checkNamespace, shortRetention } from '../../src/temporal/namespace.js';
import { testClient } from '../support/temporal.js';

const copy = 'copy: { headline: Take it, accept: Take it, decline: No thanks }';
const catalogWith = (wait: string) =>
  parseCatalog(
    `version: 1
offers:
  one: { type: upsell, action: { kind: charge, product_id: prod_a }, window: 1d, ${copy} }
  two: { type: upsell, action: { kind: charge, product_id: prod_b }, window: 2d, ${copy} }
funnels:
  only:
    trigger: purchase
    when: { product_id: [prod_c] }
    steps:
      - { id: first, offer: one, on: { decline: second } }
      - { id: second, offer: two, wait: ${wait} }
`,
    'offers.yaml',
  );
const DAY = 24 * 60 * 60 * 1_000;

test('a funnel takes as long as its waits and windows together', () => {
  expect(longestWaitMs(catalogWith('40d'))).toBe(43 * DAY);
});

test('a retention is too short under 30 days, and under the longest funnel', () => {
  const short = catalogWith('1h');
  expect(shortRetention(30, 'default', short)).toBeUndefined();
  expect(shortRetention(1, 'default', short)).toMatch(
    /keeps finished runs for a day, and needs 30 days.*--retention 30d/,
  );
  expect(shortRetention(30, 'default', catalogWith('40d'))).toMatch(
    /needs 43 days: the longest funnel.*--retention 43d/,
  );
});

test('a namespace that does not exist is named in one line', async () => {
  const { connection } = await testClient();
  const log = { warn: () => undefined };
  await expect(checkNamespace(connection, 'nope', { catalog: catalogWith('1h'), log })).rejects.toThrow(
    /^The Temporal namespace "nope" does not exist\. Create it, or correct TEMPORAL_NAMESPACE: \S[^\n]*$/,
  );
});
