/** Reports, made of sums, against the same figures counted row by row: for any period, in any time zone, at any time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import type { Ledger } from '../../src/ledger/index.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, aPurchase, id } from './examples.js';

const HOUR = 3_600_000;
/** Clocks go forward in Berlin, and a month ends. */
const START = Date.parse('2026-03-27T00:00:00.000Z');
const SPAN = 6 * 24 * HOUR;
const ALL = 10_000;

const moment = fc
  .oneof(
    fc.integer({ min: 0, max: SPAN }),
    fc.integer({ min: 0, max: SPAN / HOUR }).map((hours) => hours * HOUR),
    fc.integer({ min: 0, max: SPAN / HOUR }).map((hours) => hours * HOUR - 1),
  )
  .map((ms) => new Date(START + ms).toISOString());

const shown = fc.record({
  at: moment,
  offerId: fc.constantFrom('one', 'two'),
  currency: fc.constantFrom('USD', 'EUR'),
  ends: fc.constantFrom(
    'open',
    'declined',
    'expired',
    'paid',
    'paid elsewhere',
    'refunded',
    'withdrawn',
    'gone',
  ),
  amount: fc.integer({ min: 1, max: 10_000 }),
  isViewed: fc.boolean(),
});

const asked = fc.record({
  from: fc.option(moment, { nil: undefined }),
  to: fc.option(moment, { nil: undefined }),
  tz: fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Pacific/Auckland',
  ),
});

type Shown = typeof shown extends fc.Arbitrary<infer T> ? T : never;

async function write(
  ledger: Ledger,
  { at, offerId, currency, ends, amount, isViewed }: Shown,
): Promise<void> {
  const customerId = id('cus');
  const purchase = aPurchase({ customerId });
  await ledger.recordPurchase(purchase, 'evaluating');
  const presentation = aPresentation({
    offerId,
    customerId,
    purchaseId: purchase.purchaseId,
    price: { currency, dueNow: amount, hash: 'hash' },
  });
  await ledger.openPresentation({ presentation, workflowId: purchase.workflowId, at });
  if (isViewed) await ledger.markViewed(presentation.id, at);
  const accepted = {
    decision: 'accepted',
    decidedAt: at,
    status: 'paid',
    paidAmount: amount,
    paidAt: at,
  } as const;
  const change = {
    open: {},
    gone: { status: 'declined', decision: 'declined', decidedAt: at },
    declined: { status: 'declined', decision: 'declined', decidedAt: at },
    expired: { status: 'expired', decision: 'expired', decidedAt: at },
    withdrawn: { status: 'withdrawn', decision: 'withdrawn', decidedAt: at },
    paid: { ...accepted, recovered: isViewed },
    'paid elsewhere': { ...accepted, paidCurrency: 'GBP' },
    refunded: { ...accepted, refundedAmount: Math.ceil(amount / 2) },
  } as const;
  await ledger.updatePresentation(presentation.id, change[ends]);
  if (ends !== 'gone') return;
  await ledger.settle({ purchaseId: purchase.purchaseId, outcome: 'declined', at, timeline: [] });
  await ledger.eraseCustomer(customerId);
}

/** Counts what a report sums, of the rows themselves. */
function figuresOf(rows: PresentationRecord[]) {
  const paid = rows.filter(({ status }) => status === 'paid');
  const decided = (as: string) => rows.filter(({ decision }) => decision === as).length;
  return {
    presented: rows.length,
    viewed: rows.filter(({ viewedAt }) => viewedAt != null).length,
    accepted: decided('accepted'),
    declined: decided('declined'),
    expired: decided('expired'),
    paid: paid.length,
    recovered: paid.filter(({ recovered }) => recovered).length,
    gross: paid.reduce((sum, { paidAmount }) => sum + (paidAmount ?? 0), 0),
    refunded: paid.reduce((sum, { refundedAmount }) => sum + refundedAmount, 0),
  };
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}

await onBothDatabases((ledger) => {
  it('are the figures of the rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shown, { minLength: 1, maxLength: 8 }),
        fc.array(asked, { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        async (rows, questions, merges) => {
          for (const row of rows) await write(ledger(), row);
          if (merges) while ((await ledger().mergeSums()) > 0);
          for (const { from, to, tz } of questions) {
            const period = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
            const found = await ledger().presentations({ ...period, limit: ALL });
            const dayIn = new Intl.DateTimeFormat('en-CA', { timeZone: tz });
            const paidIn = ({ paidCurrency, price }: PresentationRecord) => paidCurrency ?? price.currency;
            const days = grouped(found, (row) =>
              [dayIn.format(new Date(row.presentedAt)), row.offerId, paidIn(row)].join(' '),
            );
            const reported = await ledger().offerDays({ ...period, tz });
            expect(
              reported.map(({ day, offerId, currency, ...figures }) => [
                [day, offerId, currency].join(' '),
                figures,
              ]),
            ).toEqual([...days].map(([key, its]) => [key, figuresOf(its)]));

            const steps = grouped(found, ({ funnelId, step, offerId }) =>
              [funnelId, step, offerId].join(' '),
            );
            const funnels = await ledger().funnelReport(period);
            expect(
              funnels.map(({ funnelId, step, offerId, gross: _, net: __, ...figures }) => [
                [funnelId, step, offerId].join(' '),
                figures,
              ]),
            ).toEqual(
              [...steps].map(([key, its]) => {
                const { gross: _, refunded: __, ...figures } = figuresOf(its);
                return [key, figures];
              }),
            );
            for (const [key, its] of steps) {
              const row = funnels.find((one) => [one.funnelId, one.step, one.offerId].join(' ') === key);
              const byCurrency = [
                ...grouped(
                  its.filter(({ status }) => status === 'paid'),
                  paidIn,
                ),
              ];
              expect(row?.net).toEqual(
                Object.fromEntries(
                  byCurrency.map(([currency, paid]) => {
                    const { gross, refunded } = figuresOf(paid);
                    return [currency, gross - refunded];
                  }),
                ),
              );
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);
});
