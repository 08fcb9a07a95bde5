import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CatalogError, catalogWarnings, loadCatalog, parseCatalog } from '../../../src/catalog/file/load.js';
import { DAY } from '../../../src/domain/duration.js';
import { problemsIn, withFunnel, withOffer } from './marked.js';

const load = (text: string) => parseCatalog(text, 'offers.yaml');

describe('a loaded catalog', () => {
  test('has all defaults filled in', () => {
    const catalog = load(withOffer({}));
    expect(catalog.version).toBe(1);
    expect(catalog.hash).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(catalog.offers).toEqual({
      a: {
        id: 'a',
        type: 'upsell',
        action: { kind: 'charge', productId: 'prod_a', quantity: 1 },
        windowMs: 30 * 60_000,
        ifNoPaymentMethod: 'skip',
        ifOwned: 'skip',
        afterDecline: 'never',
        copy: { headline: 'Hello', accept: 'Yes', decline: 'No' },
      },
    });
    expect(catalog.funnels).toEqual([
      {
        id: 'f',
        trigger: 'purchase',
        priority: 0,
        when: {},
        steps: [{ id: 'one', offer: 'a', on: { accept: 'end', decline: 'end', expire: 'end' } }],
      },
    ]);
  });

  test('has the values of the file', () => {
    const offer = load(
      withOffer({
        action: `{ kind: change_plan, product_id: p, proration_billing_mode: do_not_bill, quantity: 3, addons: [{ addon_id: x, quantity: 2 }] }`,
        window: '1d12h',
        if_no_payment_method: 'checkout',
        if_owned: 'allow',
        after_decline: '30d',
        discount_code: 'TEAM20',
      }),
    ).offers.a;
    expect(offer).toMatchObject({
      action: {
        kind: 'change_plan',
        productId: 'p',
        prorationBillingMode: 'do_not_bill',
        effectiveAt: 'immediately',
        quantity: 3,
        addons: [{ addonId: 'x', quantity: 2 }],
      },
      windowMs: 1.5 * DAY,
      ifNoPaymentMethod: 'checkout',
      ifOwned: 'allow',
      afterDecline: 30 * DAY,
      discountCode: 'TEAM20',
    });
  });

  test('reads a bare value or a list as in, and operators as written', () => {
    const [funnel] = load(
      withFunnel({
        when: '{ product_id: a, country: { not: US }, amount: { gt: 1, lte: 9 }, facts.trial: [true, 1] }',
      }),
    ).funnels;
    expect(funnel?.when).toEqual({
      product_id: { in: ['a'] },
      country: { not: ['US'] },
      amount: { gt: 1, lte: 9 },
      'facts.trial': { in: [true, 1] },
    });
  });

  test.each([
    ['', 'difference_immediately', 'immediately'],
    [', effective_at: next_billing_date', 'full_immediately', 'next_billing_date'],
  ])('a plan change%s is billed with %s by default', (fields, mode, effectiveAt) => {
    const { a } = load(withOffer({ action: `{ kind: change_plan, product_id: p${fields} }` })).offers;
    expect(a?.action).toMatchObject({ prorationBillingMode: mode, effectiveAt });
  });

  test('keeps an empty list of add-ons, which removes the current ones', () => {
    const { a } = load(withOffer({ action: '{ kind: change_plan, product_id: p, addons: [] }' })).offers;
    expect(a?.action).toMatchObject({ addons: [] });
  });

  test.each(['10s', '365d', '1d12h', '364d23h59m60s', '10s500ms'])('accepts a window of %s', (window) => {
    expect(problemsIn(withOffer({ window }))).toEqual([]);
  });

  test.each(['XX', 'XK', 'NO', 'ZZ', 'AA', 'QM'])('accepts the country code %s', (country) => {
    expect(problemsIn(withFunnel({ when: `{ country: ${country} }` }))).toEqual([]);
  });

  test('accepts two funnels with the same trigger and priority', () => {
    const text = `${withFunnel({})}\n  g: { trigger: purchase, steps: [{ id: one, offer: a }] }`;
    expect(load(text).funnels.map(({ id }) => id)).toEqual(['f', 'g']);
  });

  test('may share copy by an alias', () => {
    const shared = '&words { headline: h, accept: y, decline: n }';
    const text = withOffer({ copy: shared }).replace(
      'funnels:',
      '  b: { type: upsell, action: { kind: charge, product_id: p }, copy: *words }\nfunnels:',
    );
    const { offers } = load(text);
    expect(offers.b?.copy).toEqual(offers.a?.copy);
  });

  test('may have no funnels, which plans requested by name do not need', () => {
    expect(load('version: 1\noffers: {}\nfunnels: {}').funnels).toEqual([]);
  });
});

describe('a hostile or broken file', () => {
  test('with nested aliases is rejected before they are expanded', () => {
    const level = (name: string, inner: string) =>
      `  ${name}: &${name} [${Array(9).fill(`*${inner}`).join(', ')}]`;
    const names = 'bcdefghij'.split('');
    const bomb = ['version: 1', 'offers:', '  a: &a [x]'];
    names.forEach((name, index) => bomb.push(level(name, index === 0 ? 'a' : (names[index - 1] ?? ''))));
    const [problem, ...others] = problemsIn(bomb.join('\n'));
    expect(problem?.message).toMatch(/^aliases are used more than 200 times/);
    expect(others).toEqual([]);
  });

  test('with too deeply nested lists is rejected', () => {
    const problems = problemsIn('- '.repeat(20_000));
    expect(problems.map(({ message }) => message)).toEqual([
      'not valid YAML: lists or maps are nested too deeply',
    ]);
  });

  test('that contains itself is rejected like any other invalid value', () => {
    expect(problemsIn('version: 1\noffers: &o { a: *o }\nfunnels: {}').length).toBeGreaterThan(0);
  });

  test('with a key named __proto__ changes no prototype', () => {
    const problems = problemsIn('version: 1\noffers: { __proto__: { type: upsell } }\nfunnels: {}');
    expect(problems.map(({ path }) => path)).toContain('offers.__proto__');
    expect(({} as { type?: string }).type).toBeUndefined();
  });

  test('larger than 1 MiB is rejected', () => {
    const [problem] = problemsIn(`# ${'x'.repeat(1024 * 1024)}`);
    expect(problem).toMatchObject({
      line: 1,
      column: 1,
      message: expect.stringMatching(/larger than 1 MiB/) as string,
    });
  });
});

describe('reading from disk', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'catalog-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  const failure = async (path: string): Promise<string> => {
    const error: unknown = await loadCatalog(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CatalogError);
    return (error as CatalogError).message;
  };

  test('a valid file becomes a catalog', async () => {
    const path = join(folder, 'good.yaml');
    await writeFile(path, withOffer({}));
    expect(await loadCatalog(path)).toEqual(load(withOffer({})));
  });

  test('an invalid file is reported with a line per mistake, starting with its path', async () => {
    const path = join(folder, 'bad.yaml');
    await writeFile(path, withOffer({ type: 'upsel', window: '1s' }));
    const lines = (await failure(path)).split('\n');
    expect(lines[0]).toBe(`${path}:4:11  offers.a.type: must be upsell, downsell or cross_sell, not "upsel"`);
    expect(lines).toHaveLength(2);
  });

  test('a missing file is reported', async () => {
    const path = join(folder, 'none.yaml');
    expect(await failure(path)).toBe(`${path}:1:1  cannot be read: the file does not exist`);
  });

  test('a folder is rejected', async () => {
    expect(await failure(folder)).toMatch(/cannot be read: it is a folder$/);
  });

  test('a file larger than 1 MiB is rejected', async () => {
    const path = join(folder, 'large.yaml');
    await writeFile(path, `#${'é'.repeat(1024 * 1024)}`);
    expect(await failure(path)).toMatch(/larger than 1 MiB/);
  });

  test('a file that is not UTF-8 is rejected', async () => {
    const path = join(folder, 'latin1.yaml');
    await writeFile(path, Buffer.from('version: 1 # caf\xe9', 'latin1'));
    expect(await failure(path)).toMatch(/is not UTF-8 text$/);
  });
});

describe('warnings', () => {
  test('name an offer that no funnel uses', () => {
    const text = withOffer({}).replace(
      'funnels:',
      '  b: { type: upsell, action: { kind: charge, product_id: p }, copy: { headline: h, accept: y, decline: n } }\nfunnels:',
    );
    expect(catalogWarnings(load(text))).toEqual([
      'offers.b: no funnel uses this offer, so it is never shown.',
    ]);
  });

  test('name amounts that are always zero', () => {
    const copy = '{ headline: "{credit}", body: "{recurring}", accept: "{dueNow}", decline: n }';
    expect(catalogWarnings(load(withOffer({ copy })))).toEqual([
      'offers.a.copy.headline: {credit} is always zero for an action of kind charge.',
    ]);
    const payment = '{ kind: payment, product_id: p }';
    expect(catalogWarnings(load(withOffer({ copy, action: payment })))).toHaveLength(2);
    const plan = '{ kind: change_plan, product_id: p }';
    expect(catalogWarnings(load(withOffer({ copy, action: plan })))).toEqual([]);
  });

  const copyWith = (accept: string, locale: string) =>
    `{ headline: h, accept: ${JSON.stringify(accept)}, decline: n, locale: ${locale} }`;

  test.each([
    ['Ja, gerne', 'de'],
    ['Upgrade me', 'en-IE'],
    ['Ajouter', 'fr-BE'],
    ['Añadir', 'es'],
  ])('name a button in the European Union that does not say that one pays: %s (%s)', (accept, locale) => {
    const [warning, ...others] = catalogWarnings(load(withOffer({ copy: copyWith(accept, locale) })));
    expect(warning).toContain(`offers.a.copy.accept: ${JSON.stringify(accept)} does not say that one pays`);
    expect(others).toEqual([]);
  });

  test.each([
    ['Zahlungspflichtig bestellen', 'de'],
    ['Für {dueNow} upgraden', 'de-AT'],
    ['Acheter', 'fr'],
    ['Yes please', 'en'],
    ['Yes please', 'en-US'],
    ['Ja, gerne', 'de-CH'],
    ['Añadir', 'es-MX'],
    ['はい', 'ja'],
  ])('name no button that says so, or is for readers elsewhere: %s (%s)', (accept, locale) => {
    expect(catalogWarnings(load(withOffer({ copy: copyWith(accept, locale) })))).toEqual([]);
  });

  test('name the button of a translation, and none of an offer that costs nothing', () => {
    const copy =
      '{ headline: h, accept: y, decline: n, locales: { de: { headline: h, accept: Ja, decline: n } } }';
    expect(catalogWarnings(load(withOffer({ copy })))).toEqual([
      expect.stringContaining('offers.a.copy.locales.de.accept: "Ja" does not say that one pays'),
    ]);
    expect(catalogWarnings(load(withOffer({ copy, action: '{ kind: pause }' })))).toEqual([]);
  });
});
