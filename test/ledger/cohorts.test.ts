/** Net after 7, 30 and 90 days, against the same sums made row by row. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cohort } from '../../src/ledger/index.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, id } from './examples.js';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const NOW = START + 150 * DAY;

/** One presentation: shown, paid and taken back after days. */
interface Row {
  shown: number;
  paid?: number;
  amount: number;
  taken: { after: number; amount: number; kind: 'refund_succeeded' | 'dispute_lost' }[];
  /** What went back without an entry that says when. */
  untold: number;
}

const row: fc.Arbitrary<Row> = fc.record(
  {
    shown: fc.integer({ min: 0, max: 140 }),
    paid: fc.integer({ min: 0, max: 100 }),
    amount: fc.integer({ min: 100, max: 10_000 }),
    taken: fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 100 }),
        amount: fc.integer({ min: 1, max: 50 }),
        kind: fc.constantFrom('refund_succeeded' as const, 'dispute_lost' as const),
      }),
      { maxLength: 2 },
    ),
    untold: fc.constantFrom(0, 0, 70),
  },
  { requiredKeys: ['shown', 'amount', 'taken', 'untold'] },
);

/** Sums a list of rows in the plain way. */
function plainly(rows: Row[], days: number): { amount: number; immature: number } {
  let amount = 0;
  let immature = 0;
  for (const { shown, paid, amount: price, taken, untold } of rows) {
    if (START + (shown + days) * DAY > NOW) immature += 1;
    if (paid === undefined || paid >= days) continue;
    const told = taken.filter(({ after }) => after < days).reduce((sum, one) => sum + one.amount, 0);
    amount += price - (taken.length > 0 ? told : untold);
  }
  return { amount, immature };
}

await onBothDatabases((ledger) => {
  async function write(offerId: string, { shown, paid, amount, taken, untold }: Row): Promise<void> {
    const time = (days: number) => new Date(START + days * DAY).toISOString();
    const presentation = aPresentation({ offerId });
    await ledger().openPresentation({ presentation, workflowId: 'w', at: time(shown) });
    const refundedAmount = taken.length > 0 ? taken.reduce((sum, one) => sum + one.amount, 0) : untold;
    await ledger().updatePresentation(
      presentation.id,
      paid === undefined
        ? { status: 'declined', decision: 'declined', decidedAt: time(shown) }
        : {
            status: 'paid',
            decision: 'accepted',
            decidedAt: time(shown),
            paidAmount: amount,
            paidAt: time(shown + paid),
            ...(refundedAmount > 0 && { refundedAmount }),
          },
      (paid === undefined ? [] : taken).map(({ after, amount: back, kind }) => ({
        at: time(shown + after),
        type: kind,
        detail: { presentationId: presentation.id, id: id('ref'), amount: back, currency: 'USD' },
      })),
    );
  }

  it('are the sums of the rows, by month', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
        const offerId = id('offer').replace('_', '-');
        for (const one of rows) await write(offerId, one);
        const all = await ledger().cohorts({ tz: 'UTC', at: new Date(NOW).toISOString() });
        const found = all.filter((cohort) => cohort.offerId === offerId);
        const monthOf = ({ shown }: Row) => new Date(START + shown * DAY).toISOString().slice(0, 7);
        const months = [...new Set(rows.map(monthOf))].sort().reverse();
        expect(found.map(({ month }) => month)).toEqual(months);
        for (const { month, presented, paid, net } of found) {
          const its = rows.filter((one) => monthOf(one) === month);
          expect({ presented, paid }).toEqual({
            presented: its.length,
            paid: its.filter((one) => one.paid !== undefined).length,
          });
          expect(net).toEqual(
            ([7, 30, 90] as const).map((days): Cohort['net'][number] => ({ days, ...plainly(its, days) })),
          );
        }
      }),
      { numRuns: 15 },
    );
  });
});
