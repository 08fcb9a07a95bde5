import { describe, expect, it } from 'vitest';
import { simulate } from '../../sandbox/simulation/simulate.js';
import { parseCatalog } from '../../src/catalog/file/load.js';
import { DAY, MINUTE } from '../../src/domain/duration.js';

/** A JVM, a bundle and a ledger have to start, possibly on a busy machine. */
const TIMEOUT = 4 * MINUTE;
const COPY = 'copy: { headline: "{product}", accept: "Yes", decline: "No" }';
const catalog = parseCatalog(
  `
version: 1
offers:
  pro: { type: upsell, action: { kind: change_plan, product_id: prod_pro_plan }, window: 7d, ${COPY} }
  extra: { type: cross_sell, action: { kind: charge, product_id: prod_extra }, window: 30d, ${COPY} }
funnels:
  limit:
    trigger: limit_approaching
    when: { facts.usage: { gte: 0.8 }, plan: [prod_basic_plan] }
    steps:
      - { id: pro, offer: pro, on: { decline: extra, expire: extra } }
      - { id: extra, offer: extra }
`,
  'offers.yaml',
);

describe('a simulation', () => {
  it(
    'runs months of offers through the real workflow code and accounts for every customer',
    async () => {
      const simulated = await simulate({
        catalog,
        funnelId: 'limit',
        customers: 8,
        days: 90,
        seed: 7,
        behaviour: { accept: 0.5, decline: 0.3, fail: 0, recover: 0, thinkMs: DAY },
        prices: { prod_extra: 2500 },
      });
      expect(Object.values(simulated.outcomes).reduce((sum, n) => sum + n, 0)).toBe(8);
      expect(simulated.prices).toContainEqual({
        productId: 'prod_extra',
        price: 2500,
        currency: 'USD',
        from: 'given',
      });
      expect(simulated.prices).toContainEqual({
        productId: 'prod_pro_plan',
        price: 7900,
        currency: 'USD',
        from: 'sandbox',
      });
      const [extra, pro] = simulated.rows;
      if (!extra || !pro) throw new Error('Both steps should have been shown.');
      expect(pro).toMatchObject({ step: 'pro', presented: 8, gross: { USD: pro.paid * 5000 } });
      expect(extra).toMatchObject({
        step: 'extra',
        presented: 8 - pro.accepted,
        gross: { USD: extra.paid * 2500 },
      });
      expect(pro.accepted + pro.declined + pro.expired).toBe(8);
      expect(pro.accepted).toBeGreaterThan(0);
      expect(extra.presented).toBeGreaterThan(0);
      expect(pro.paid + extra.paid).toBe(simulated.outcomes.converted);
      expect(simulated.elapsed).toBeGreaterThan(30 * DAY);
      expect(simulated.durations[0]).toBeGreaterThan(0);
      expect(simulated.durations.at(-1)).toBeLessThan(38 * DAY);
    },
    TIMEOUT,
  );
});
