import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../src/catalog/file/load.js';
import { isEmpty, planChanges } from '../../src/reports/catalog-plan.js';

const example = await readFile(new URL('../../offers.yaml', import.meta.url), 'utf8');

function planOf(...edits: [string | RegExp, string][]) {
  const after = edits.reduce((text, [from, to]) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`The example has no ${String(from)}.`);
    return changed;
  }, example);
  return planChanges(parseCatalog(example, 'before.yaml'), parseCatalog(after, 'after.yaml'));
}

describe('a plan', () => {
  it('is empty if only comments differ', () => {
    expect(isEmpty(planOf(['# The example catalog', '# A catalog']))).toBe(true);
  });

  it('lists changes by field, as the file writes them, with old and new values', () => {
    const { changes } = planOf(
      ['window: 2h', 'window: 1h30m'],
      ['after_decline: 90d', 'after_decline: never'],
      ['headline: Shall we set it up together?', 'headline: Need a hand?'],
    );
    expect(changes).toEqual([
      {
        kind: 'changed',
        what: 'offer',
        id: 'setup-session',
        fields: [
          { field: 'window', before: '2h', after: '1h30m' },
          { field: 'after_decline', before: '90d', after: '"never"' },
          { field: 'copy.headline', before: '"Shall we set it up together?"', after: '"Need a hand?"' },
        ],
      },
    ]);
  });

  it('names steps by their ids and conditions by their facts', () => {
    const { changes } = planOf(
      ['amount: { gte: 1000 }', 'amount: { gte: 2000 }'],
      ['on: { decline: seats }', 'on: { expire: seats }'],
    );
    expect(changes).toEqual([
      expect.objectContaining({
        id: 'basic-to-pro',
        fields: [{ field: 'when.amount.gte', before: '1000', after: '2000' }],
      }),
      expect.objectContaining({
        id: 'single-to-team',
        fields: [
          { field: 'steps.team.on.decline', before: '"seats"', after: '"end"' },
          { field: 'steps.team.on.expire', before: '"end"', after: '"seats"' },
        ],
      }),
    ]);
  });

  it('distinguishes additions and removals from changes', () => {
    const { changes } = planOf(
      ['  setup-help:', '  help:'],
      ['version: 1', 'version: 1\npolicy: { cooldown: 7d, holdout: 2.5% }'],
    );
    expect(changes.map(({ kind, what, id }) => `${kind} ${what} ${id}`)).toEqual([
      'changed policy ',
      'removed funnel setup-help',
      'added funnel help',
    ]);
    expect(changes[0]?.fields).toEqual([
      { field: 'cooldown', after: '7d' },
      { field: 'holdout', after: '2.5%' },
    ]);
  });

  it('shows a changed order of funnels, but not one that merely gains a funnel', () => {
    expect(
      planOf([
        '  setup-help:\n    trigger: purchase',
        '  setup-help:\n    trigger: purchase\n    priority: 30',
      ]).order,
    ).toEqual([
      {
        trigger: 'purchase',
        before: ['basic-to-pro', 'starter-to-bundle', 'single-to-team', 'setup-help'],
        after: ['setup-help', 'basic-to-pro', 'starter-to-bundle', 'single-to-team'],
      },
    ]);
    const added =
      '  between:\n    trigger: purchase\n    priority: 5\n    steps: [{ id: one, offer: setup-session }]\n  setup-help:';
    expect(planOf(['  setup-help:', added]).order).toEqual([]);
  });

  it('names the funnels whose new runs are affected, and why', () => {
    const { affected } = planOf(
      ['window: 2h', 'window: 3h'],
      ['amount: { gte: 1000 }', 'amount: { gte: 2000 }'],
    );
    expect(affected).toEqual([
      { funnelId: 'basic-to-pro', trigger: 'purchase', because: ['it changes'] },
      { funnelId: 'setup-help', trigger: 'purchase', because: ['offer setup-session changes'] },
    ]);
  });
});

it('shows the promotion of a funnel in shadow as one word, and its new place', () => {
  const inShadow = parseCatalog(
    example.replace('    priority: 10', '    mode: shadow\n    priority: 10'),
    'before.yaml',
  );
  const { changes, affected } = planChanges(inShadow, parseCatalog(example, 'after.yaml'));
  const id = inShadow.funnels.find(({ mode }) => mode === 'shadow')?.id ?? '';
  expect(changes).toEqual([
    { kind: 'changed', what: 'funnel', id, fields: [{ field: 'mode', before: '"shadow"', after: '"live"' }] },
  ]);
  expect(affected.map(({ funnelId }) => funnelId)).toContain(id);
});
