import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseCatalog } from '../../../src/catalog/file/load.js';

type Data = Record<string, unknown>;

const offer = (productId: string): Data => ({
  type: 'upsell',
  action: {
    kind: 'change_plan',
    product_id: productId,
    quantity: 2,
    addons: [{ addon_id: 'x', quantity: 1 }],
  },
  window: '45m',
  copy: { headline: 'h', body: 'b', accept: 'y', decline: 'n' },
});

const content: Data = {
  version: 1,
  offers: { one: offer('p1'), two: offer('p2'), three: offer('p3') },
  funnels: {
    f: {
      trigger: 'purchase',
      priority: 2,
      when: { amount: { gte: 1, lte: 9 }, country: ['US', 'CA'], 'facts.z': true },
      steps: [
        { id: 's', offer: 'one', on: { accept: 'end', decline: 't' } },
        { id: 't', offer: 'two' },
      ],
    },
    g: { trigger: 'purchase', priority: 1, steps: [{ id: 's', offer: 'three' }] },
  },
};

const hashOf = (data: unknown): string => parseCatalog(stringify(data), 'offers.yaml').hash;

/** Returns the same data with the keys of every map in random order. */
function shuffled(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => ({ order: random(), entry: [key, shuffled(inner, random)] as const }))
      .sort((one, other) => one.order - other.order)
      .map(({ entry }) => entry),
  );
}

test('the hash does not depend on the order of keys', () => {
  const expected = hashOf(content);
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ noNaN: true, min: 0, max: 1 })), (stream) => {
      const random = (): number => stream.next().value as number;
      expect(hashOf(shuffled(content, random))).toBe(expected);
    }),
  );
});

test('comments, quotes and explicit defaults do not change the hash', () => {
  const written = stringify(content).replace(
    'window: 45m',
    'window: "45m" # three quarters\n    if_owned: skip',
  );
  expect(parseCatalog(written, 'other.yaml').hash).toBe(hashOf(content));
});

test.each([
  ['a word of copy', 'headline: h', 'headline: H'],
  ['the window', 'window: 45m', 'window: 46m'],
  ['a product', 'product_id: p1', 'product_id: p9'],
  ['the priority', 'priority: 2', 'priority: 3'],
  ['a bound', 'gte: 1', 'gte: 2'],
  ['a step', 'offer: two', 'offer: three'],
])('a different value for %s gives a different hash', (_, before, after) => {
  const text = stringify(content);
  expect(text).toContain(before);
  expect(parseCatalog(text.replace(before, after), 'offers.yaml').hash).not.toBe(hashOf(content));
});

test('the order of funnels changes the hash where it breaks a tie', () => {
  const tied = (...ids: string[]): Data => ({
    ...content,
    funnels: Object.fromEntries(
      ids.map((id) => [id, { trigger: 'purchase', steps: [{ id: 's', offer: 'one' }] }]),
    ),
  });
  expect(hashOf(tied('f', 'g'))).not.toBe(hashOf(tied('g', 'f')));
});

test('a list and an explicit in are the same catalog', () => {
  const written = stringify(content).replace(/country:\n\s+- US\n\s+- CA/, 'country: { in: [US, CA] }');
  expect(written).toContain('in: [US, CA]');
  expect(parseCatalog(written, 'offers.yaml').hash).toBe(hashOf(content));
});

test('a catalog without groups keeps the hash it had before groups existed', () => {
  expect(hashOf(content)).toBe('sha256:8048ed4fc562d326');
});
