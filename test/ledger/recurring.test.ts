/** The bridge of recurring revenue, where what offers sold is replaced, taken back, or known in part only. */
import { expect, it } from 'vitest';
import type { Price } from '../../src/domain/presentation.js';
import type { Ledger, RecurringBridge } from '../../src/ledger/index.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, at, id } from './examples.js';

type Recurring = NonNullable<Price['recurring']>;

interface Sale {
  kind?: 'charge' | 'change_plan' | 'pause';
  recurring: Recurring;
  difference?: number;
  differencePer?: Price['differencePer'];
  effectiveAt?: string;
  /** The subscription that the offer was about, and the one that its payment is for. */
  about?: string;
  paidFor?: string;
  amount?: number;
}

/** Records an offer that is paid two minutes after noon. Each test has a currency of its own. */
async function sell(
  ledger: Ledger,
  currency: string,
  { kind, about, paidFor, amount = 3_000, ...price }: Sale,
): Promise<string> {
  const presentation = aPresentation({ price: { currency, dueNow: amount, ...price, hash: 'h' } });
  const paymentId = id('pay');
  await ledger.openPresentation({
    presentation,
    workflowId: 'w',
    at: at(0),
    ...(kind && { actionKind: kind }),
    ...(about !== undefined && { subscriptionId: about }),
  });
  if (paidFor !== undefined)
    await ledger.recordPayment({
      paymentId,
      status: 'succeeded',
      customerId: presentation.customerId,
      amount,
      currency,
      subscriptionIds: [paidFor],
      source: 'webhook',
      seenAt: at(2),
    });
  await ledger.updatePresentation(presentation.id, {
    status: 'paid',
    decision: 'accepted',
    decidedAt: at(1),
    paidAmount: amount,
    paidAt: at(2),
    ...(paidFor !== undefined && { paymentId }),
  });
  return presentation.id;
}

const monthly = (amount: number): Recurring => ({ amount, interval: 'Month', count: 1 });

await onBothDatabases((ledger) => {
  async function bridgesIn(currency: string, period = {}): Promise<Partial<RecurringBridge>[]> {
    const { bridges } = await ledger().recurringReport(period);
    return bridges.flatMap(({ currency: one, ...bridge }) =>
      one === currency ? [Object.fromEntries(Object.entries(bridge).filter(([, value]) => value !== 0))] : [],
    );
  }

  it('follows a subscription to the one that replaced it, whose start is no gain and whose predecessor’s end no loss', async () => {
    const [old, middle, latest] = [id('sub'), id('sub'), id('sub')];
    await sell(ledger(), 'AUD', { kind: 'charge', recurring: monthly(1_000), paidFor: old });
    const change = { kind: 'change_plan' as const, recurring: monthly(3_000), difference: 1_000 };
    await sell(ledger(), 'AUD', { ...change, about: old, paidFor: middle });
    await sell(ledger(), 'AUD', { ...change, about: middle, paidFor: latest });
    for (const ended of [old, middle]) await ledger().recordSubscriptionEnd(ended, at(5));
    const standing = { interval: 'Month', count: 1, won: 1_000, expansion: 2_000 };
    expect(await bridgesIn('AUD')).toEqual([{ ...standing, closing: 3_000 }]);
    await ledger().recordSubscriptionEnd(latest, at(6));
    await ledger().recordSubscriptionEnd(latest, at(60));
    expect(await bridgesIn('AUD')).toEqual([{ ...standing, churned: 3_000 }]);
    expect(await bridgesIn('AUD', { from: at(6) })).toEqual([
      { interval: 'Month', count: 1, opening: 3_000, churned: 3_000 },
    ]);
    expect(await bridgesIn('AUD', { to: at(6) })).toEqual([{ ...standing, closing: 3_000 }]);
  });

  it('is per month where that is exact, and else per the period that is billed', async () => {
    const prices: Recurring[] = [
      { amount: 1_200, interval: 'Year', count: 1 },
      { amount: 1_000, interval: 'Year', count: 1 },
      { amount: 900, interval: 'Month', count: 3 },
      { amount: 700, interval: 'Week', count: 2 },
    ];
    for (const recurring of prices) await sell(ledger(), 'BRL', { kind: 'charge', recurring });
    await sell(ledger(), 'BRL', {
      kind: 'change_plan',
      recurring: monthly(500),
      difference: -2_400,
      differencePer: { interval: 'Year', count: 1 },
    });
    expect(await bridgesIn('BRL')).toEqual([
      { interval: 'Month', count: 1, won: 100 + 300, contraction: 200, closing: 200 },
      { interval: 'Week', count: 2, won: 700, closing: 700 },
      { interval: 'Year', count: 1, won: 1_000, closing: 1_000 },
    ]);
  });

  it('takes back what went back in full, and nothing for a part; pauses sell nothing', async () => {
    const [whole, part] = [
      await sell(ledger(), 'CAD', { kind: 'charge', recurring: monthly(1_000) }),
      await sell(ledger(), 'CAD', { kind: 'charge', recurring: monthly(1_000) }),
    ];
    await sell(ledger(), 'CAD', { kind: 'pause', recurring: monthly(9_000) });
    const taken = (presentationId: string, amount: number) =>
      ledger().updatePresentation(presentationId, { refundedAmount: amount }, [
        { at: at(9), type: 'dispute_lost', detail: { presentationId, id: id('dp'), amount } },
      ]);
    await taken(whole, 3_000);
    await taken(part, 2_999);
    const before = { interval: 'Month', count: 1, won: 2_000, closing: 2_000 };
    expect(await bridgesIn('CAD', { to: at(9) })).toEqual([before]);
    expect(await bridgesIn('CAD')).toEqual([{ ...before, reversed: 1_000, closing: 1_000 }]);
  });

  it('knows the changes of plan of earlier releases, and counts those that cannot be compared', async () => {
    await sell(ledger(), 'DKK', { recurring: monthly(5_000), difference: 2_000, effectiveAt: at(2) });
    await sell(ledger(), 'DKK', { recurring: monthly(5_000) });
    expect(await bridgesIn('DKK')).toEqual([
      { interval: 'Month', count: 1, won: 5_000, expansion: 2_000, closing: 7_000 },
    ]);
    const { uncompared } = await ledger().recurringReport({});
    await sell(ledger(), 'DKK', { kind: 'change_plan', recurring: monthly(5_000) });
    expect((await ledger().recurringReport({})).uncompared).toBe(uncompared + 1);
    expect(await bridgesIn('DKK')).toMatchObject([{ closing: 7_000 }]);
  });

  it('is billed in the currency of the plan, whatever the first payment was in', async () => {
    await sell(ledger(), 'EUR', { kind: 'charge', recurring: { ...monthly(4_000), currency: 'NOK' } });
    expect(await bridgesIn('EUR')).toEqual([]);
    expect(await bridgesIn('NOK')).toMatchObject([{ closing: 4_000 }]);
  });

  it('lists its movements page by page', async () => {
    for (let n = 0; n < 5; n += 1) {
      const subscription = id('sub');
      await sell(ledger(), 'PLN', { kind: 'charge', recurring: monthly(100 + n), paidFor: subscription });
      // It ends at once: both of its movements have the same time.
      if (n % 2 === 0) await ledger().recordSubscriptionEnd(subscription, at(2));
    }
    const filter = {
      figure: 'closing' as const,
      bridge: { currency: 'PLN', interval: 'Month' as const, count: 1 },
    };
    const all = await ledger().recurringMovements({ ...filter, limit: 100 });
    expect(all).toHaveLength(8);
    expect(all.reduce((sum, { amount }) => sum + amount, 0)).toBe(101 + 103);
    const paged: typeof all = [];
    for (;;) {
      const page = await ledger().recurringMovements({ ...filter, limit: 3, before: paged.at(-1) });
      paged.push(...page);
      if (page.length < 3) break;
    }
    expect(paged).toEqual(all);
  });
});
