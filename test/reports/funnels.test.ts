import { describe, expect, test } from 'vitest';
import type { FunnelReportRow } from '../../src/ledger/index.js';
import { formatFunnelTable } from '../../src/reports/funnel-table.js';
import { funnelReport } from '../../src/reports/funnels.js';

const AT = new Date('2026-03-01T12:00:00Z');

const pro: FunnelReportRow = {
  funnelId: 'basic-to-pro',
  step: 'pro',
  offerId: 'pro-plan',
  presented: 263,
  viewed: 240,
  accepted: 81,
  declined: 100,
  expired: 70,
  paid: 79,
  recovered: 4,
  gross: { USD: 395_000, JPY: 120_000 },
  net: { USD: 390_000, JPY: 120_000 },
};

const lite: FunnelReportRow = {
  funnelId: 'basic-to-pro',
  step: 'lite',
  offerId: 'pro-lite',
  presented: 100,
  viewed: 90,
  accepted: 0,
  declined: 60,
  expired: 40,
  paid: 0,
  recovered: 0,
  gross: {},
  net: {},
};

describe('funnelReport', () => {
  test('adds the take rate and its interval to every row', () => {
    const { generatedAt, rows } = funnelReport([pro, lite], AT);
    expect(generatedAt).toBe('2026-03-01T12:00:00.000Z');
    expect(rows[0]).toMatchObject(pro);
    expect(rows[0]?.takeRate).toBeCloseTo(81 / 263, 12);
    expect(rows[0]?.takeRateInterval.low).toBeCloseTo(0.2553, 4);
    expect(rows[0]?.takeRateInterval.high).toBeCloseTo(0.3662, 4);
    expect(rows[0]?.takeRateInterval.confidence).toBe(0.95);
    expect(rows[1]).toMatchObject({ takeRate: 0, takeRateInterval: { low: 0 } });
  });

  test('sums counts, and money by currency', () => {
    const { totals } = funnelReport([pro, { ...lite, gross: { USD: 5, EUR: 7 }, net: { USD: -5 } }], AT);
    expect(totals).toMatchObject({
      presented: 363,
      viewed: 330,
      accepted: 81,
      declined: 160,
      expired: 110,
      paid: 79,
      recovered: 4,
      gross: { USD: 395_005, JPY: 120_000, EUR: 7 },
      net: { USD: 389_995, JPY: 120_000 },
    });
    expect(totals.takeRate).toBeCloseTo(81 / 363, 12);
  });

  test('has no take rate without presentations', () => {
    const { rows, totals } = funnelReport([], AT);
    expect(rows).toEqual([]);
    expect(totals).toMatchObject({
      presented: 0,
      gross: {},
      takeRate: null,
      takeRateInterval: { low: 0, high: 1, confidence: 0.95 },
    });
  });

  test('is unchanged by a round trip through JSON', () => {
    const report = funnelReport([pro, lite], AT);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('formatFunnelTable', () => {
  test('aligns its columns and formats money and rates', () => {
    const table = formatFunnelTable(funnelReport([pro, lite], AT));
    expect(table).toMatchInlineSnapshot(`
      "funnel        step  offer     presented  viewed  accepted  declined  expired  paid  recovered  take rate   95% interval                 gross                   net
      ------------  ----  --------  ---------  ------  --------  --------  -------  ----  ---------  ---------  -------------  --------------------  --------------------
      basic-to-pro  pro   pro-plan        263     240        81       100       70    79          4      30.8%  25.5% - 36.6%  ¥120,000 + $3,950.00  ¥120,000 + $3,900.00
      basic-to-pro  lite  pro-lite        100      90         0        60       40     0          0       0.0%    0.0% - 3.7%                     -                     -
      ------------  ----  --------  ---------  ------  --------  --------  -------  ----  ---------  ---------  -------------  --------------------  --------------------
      total                               363     330        81       160      110    79          4      22.3%  18.3% - 26.9%  ¥120,000 + $3,950.00  ¥120,000 + $3,900.00"
    `);
  });

  test('has no totals for a single row', () => {
    expect(formatFunnelTable(funnelReport([pro], AT))).not.toMatch(/^total/m);
  });

  test('says so if there is nothing to show', () => {
    expect(formatFunnelTable(funnelReport([], AT))).toBe('No offer has been presented yet.');
  });
});
