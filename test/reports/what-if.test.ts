import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../src/catalog/file/load.js';
import { replay, whatIf, type Evaluated } from '../../src/reports/what-if.js';

const OFFER = `type: upsell, action: { kind: charge, product_id: prod_x }, copy: { headline: H, accept: A, decline: D }`;
const catalog = parseCatalog(
  `
version: 1
offers:
  small: { ${OFFER} }
  resting: { ${OFFER}, paused: true }
  seasonal: { ${OFFER}, schedule: { from: 2026-12-01T00:00:00Z } }
funnels:
  loyal: { trigger: purchase, priority: 30, when: { purchase_count: { gte: 3 } }, steps: [{ id: one, offer: small }] }
  winter: { trigger: purchase, priority: 20, when: { country: [NO] }, steps: [{ id: one, offer: seasonal }] }
  rest: { trigger: purchase, priority: 15, when: { country: [SE] }, steps: [{ id: one, offer: resting }] }
  large: { trigger: purchase, priority: 10, when: { amount: { gte: 5000 } }, steps: [{ id: one, offer: small }] }
`,
  'offers.yaml',
);

function bought(more: Partial<Evaluated>): Evaluated {
  const at = '2026-11-20T10:00:00.000Z';
  const facts = { amount: 9900, country: 'US', purchase_count: 1 };
  return { purchaseId: 'pay_1', trigger: 'purchase', at, facts, ...more };
}

const after = (more: Partial<Evaluated>) => replay(catalog, bought(more)).after;

describe('a recorded purchase replayed against another catalog', () => {
  it('matches the first funnel whose rules hold', () => {
    expect(replay(catalog, bought({ reason: 'no_matching_funnel' }))).toEqual({
      purchaseId: 'pay_1',
      before: { reason: 'no_matching_funnel' },
      after: { funnelId: 'large' },
      open: [],
      shadows: [],
    });
  });

  it('gets no offer if no rule holds', () => {
    expect(after({ facts: { amount: 100, country: 'US', purchase_count: 1 } })).toEqual({
      reason: 'no_matching_funnel',
    });
  });

  it('leaves open funnels that depend on facts that were not looked up', () => {
    const verdict = replay(catalog, bought({ facts: { amount: 9900, country: 'US' } }));
    expect(verdict.after).toEqual({ funnelId: 'large' });
    expect(verdict.open).toEqual([{ funnelId: 'loyal', unknown: ['purchase_count'] }]);
  });

  it('applies schedules at the time of the purchase, and skips what is paused', () => {
    const norwegian = { amount: 100, country: 'NO', purchase_count: 1 };
    expect(after({ facts: norwegian })).toEqual({ reason: 'outside_schedule' });
    expect(after({ facts: norwegian, at: '2026-12-02T00:00:00.000Z' })).toEqual({ funnelId: 'winter' });
    expect(after({ facts: { amount: 9900, country: 'SE', purchase_count: 1 } })).toEqual({
      funnelId: 'large',
    });
  });

  it('keeps reasons that lie with the customer, and not those that lie with the catalog', () => {
    const then = (reason: 'no_payment_method' | 'paused') => ({
      reason,
      considered: [{ funnelId: 'large', reason }],
    });
    expect(after(then('no_payment_method'))).toEqual({ reason: 'no_payment_method' });
    expect(after(then('paused'))).toEqual({ funnelId: 'large' });
  });

  it('still offers a plan requested by name', () => {
    const asked = { trigger: 'upgrade_requested' as const, facts: { product_id: 'prod_pro' } };
    expect(after({ ...asked, funnelId: 'upgrade-requested' })).toEqual({ funnelId: 'upgrade-requested' });
  });
});

describe('many recorded purchases', () => {
  it('are counted by change, with examples and unknown facts', () => {
    const many = Array.from({ length: 5 }, (_, n) => bought({ purchaseId: `pay_${n}`, funnelId: 'old' }));
    const same = bought({ purchaseId: 'pay_9', funnelId: 'large', facts: { amount: 9900, country: 'US' } });
    expect(whatIf(catalog, [...many, same])).toEqual({
      shadows: [],
      total: 6,
      changed: 5,
      rows: [
        {
          before: { funnelId: 'old' },
          after: { funnelId: 'large' },
          count: 5,
          examples: ['pay_0', 'pay_1', 'pay_2'],
        },
        { before: { funnelId: 'large' }, after: { funnelId: 'large' }, count: 1, examples: ['pay_9'] },
      ],
      unknown: [{ funnelId: 'loyal', facts: ['purchase_count'], count: 1 }],
    });
  });
});

describe('a funnel in shadow', () => {
  const shadowed = parseCatalog(
    `
version: 1
offers: { small: { ${OFFER} } }
funnels:
  tried: { trigger: purchase, mode: shadow, priority: 20, when: { amount: { gte: 5000 } }, steps: [{ id: one, offer: small }] }
  large: { trigger: purchase, when: { amount: { gte: 1000 } }, steps: [{ id: one, offer: small }] }
`,
    'offers.yaml',
  );

  it('shows nothing, and is counted beside what is shown', () => {
    const small = bought({ purchaseId: 'pay_2', facts: { amount: 1500 } });
    const { rows, shadows } = whatIf(shadowed, [bought({}), small]);
    expect(rows.map(({ after: seen, count }) => [seen, count])).toEqual([[{ funnelId: 'large' }, 2]]);
    expect(shadows).toEqual([{ funnelId: 'tried', count: 1 }]);
  });
});
