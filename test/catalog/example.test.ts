import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { catalogWarnings, loadCatalog } from '../../src/catalog/file/load.js';
import { explain, funnelsInOrder } from '../../src/domain/rules/match.js';
import type { Catalog, Offer } from '../../src/domain/offers.js';
import { catalogJsonSchema } from '../../src/catalog/file/schema.js';

/** Returns undefined for an offer that sells nothing. */
const productOf = (offer: Offer | undefined) =>
  offer && 'productId' in offer.action ? offer.action.productId : undefined;

const fileOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

describe('the example catalog', () => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await loadCatalog(fileOf('offers.yaml'));
  });

  test('loads without a warning', () => {
    expect(catalogWarnings(catalog)).toEqual([]);
  });

  test.each([
    ['prod_basic_plan', 'basic-to-pro', ['prod_pro_plan', 'prod_pro_lite']],
    ['prod_starter_course', 'starter-to-bundle', ['prod_complete_bundle', 'prod_course_workbook']],
    ['prod_single_license', 'single-to-team', ['prod_team_license', 'prod_two_seat_pack']],
    ['prod_team_license', 'setup-help', ['prod_setup_session']],
    ['prod_complete_bundle', 'setup-help', ['prod_setup_session']],
  ])('answers a purchase of %s with %s', (productId, funnelId, products) => {
    const facts = {
      product_id: [productId],
      amount: 2900,
      currency: 'USD',
      country: 'US',
      quantity: 1,
      tenure_days: 0,
      purchase_count: 1,
    };
    const matching = funnelsInOrder(catalog, 'purchase').filter(({ when }) => explain(when, facts).holds);
    expect(matching.map(({ id }) => id)).toEqual([funnelId]);
    const shown = matching[0]?.steps.map(({ offer }) => productOf(catalog.offers[offer]));
    expect(shown).toEqual(products);
  });

  test('follows only a declined upsell with its downsell', () => {
    const funnel = catalog.funnels.find(({ id }) => id === 'basic-to-pro');
    expect(funnel?.steps.map(({ id, on }) => ({ id, on }))).toEqual([
      { id: 'pro', on: { accept: 'end', decline: 'lite', expire: 'end' } },
      { id: 'lite', on: { accept: 'end', decline: 'end', expire: 'end' } },
    ]);
  });
});

describe('the JSON Schema for editors', () => {
  const validate = new Ajv2020({ strict: false }).compile(catalogJsonSchema());

  test('is up to date in docs (npm run schema)', async () => {
    const written: unknown = JSON.parse(await readFile(fileOf('docs/offers.schema.json'), 'utf8'));
    expect(written).toEqual(catalogJsonSchema());
  });

  test('accepts the example', async () => {
    validate(parse(await readFile(fileOf('offers.yaml'), 'utf8')));
    expect(validate.errors).toBeNull();
  });

  test.each([
    ['an unknown key', (text: string) => text.replace('window: 30m', 'windw: 30m')],
    ['an invalid duration', (text: string) => text.replace('window: 30m', 'window: soon')],
    ['an unknown fact', (text: string) => text.replace('amount: { gte', 'amonut: { gte')],
    ['an unknown action', (text: string) => text.replace('kind: payment', 'kind: refund')],
    ['an id in upper case', (text: string) => text.replace('  pro-plan:', '  Pro-Plan:')],
    ['copy without a decline', (text: string) => text.replace('decline: No thanks, keep my plan', '')],
  ])('rejects %s', async (_, spoil) => {
    const text = await readFile(fileOf('offers.yaml'), 'utf8');
    expect(spoil(text)).not.toBe(text);
    expect(validate(parse(spoil(text)))).toBe(false);
  });

  test("accepts a merchant's own fact", async () => {
    const text = await readFile(fileOf('offers.yaml'), 'utf8');
    expect(validate(parse(text.replace('amount: { gte', 'facts.usage_percent: { gte')))).toBe(true);
  });
});
