import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { controlRoutes } from '../../sandbox/control/routes.js';
import { TEST_CARDS } from '../../sandbox/dodo/cards.js';
import { FAULT_KINDS } from '../../sandbox/faults.js';
import { businessPolicySchema } from '../../sandbox/policy.js';

const text = readFileSync('docs/sandbox.md', 'utf8');

test('the reference lists every control route, fault and setting, and no other', () => {
  const routes = controlRoutes(...([{}, {}, {}] as unknown as Parameters<typeof controlRoutes>));
  const rows = [...text.matchAll(/^\| `((?:GET|POST|PATCH|DELETE) \/sandbox[^`]*)`/gm)].map(
    ([, route]) => route,
  );
  expect(rows.sort()).toEqual(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort());
  for (const kind of FAULT_KINDS) expect(text).toMatch(new RegExp(`^\\| \`${kind}\``, 'm'));
  for (const name of Object.keys(businessPolicySchema.shape)) expect(text).toContain(`\`${name}\``);
});

test('the cards it names are test cards', () => {
  const known = TEST_CARDS.map(({ number }) => number);
  const named = [...text.matchAll(/^\| `([0-9 ]{19})`/gm)].map(([, number = '']) =>
    number.replaceAll(' ', ''),
  );
  expect(named.length).toBeGreaterThan(3);
  for (const number of named) expect(known).toContain(number);
});
