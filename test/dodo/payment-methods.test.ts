import type DodoPayments from 'dodopayments';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDodo } from '../../src/dodo/client.js';
import { choosePaymentMethod, rankPaymentMethods, type SavedMethod } from '../../src/dodo/payment-methods.js';
import { json, refusal, startRawServer, type RawServer } from './raw-server.js';

type WireMethod = DodoPayments.CustomerRetrievePaymentMethodsResponse['items'][number];

const NOW = new Date('2026-11-23T12:00:00.000Z');

/** A method as Dodo sends it, nulls included. */
function card(id: string, changes: Partial<WireMethod> = {}, details: Partial<WireMethod['card']> = {}) {
  return {
    payment_method_id: id,
    payment_method: 'card',
    payment_method_type: 'credit',
    recurring_enabled: true,
    last_used_at: '2026-11-01T00:00:00Z',
    card: {
      card_holder_name: null,
      card_issuing_country: 'US',
      card_network: 'VISA',
      card_type: 'CREDIT',
      expiry_month: '06',
      expiry_year: '2032',
      last4_digits: '4242',
      ...details,
    },
    ...changes,
  } satisfies WireMethod;
}

const expiring = (id: string, expiry_month: string | null, expiry_year: string | null) =>
  card(id, {}, { expiry_month, expiry_year });

function chosen(items: readonly SavedMethod[], preferredId?: string | null, now = NOW): string {
  const choice = rankPaymentMethods(items, now, preferredId);
  return choice.kind === 'usable' ? choice.method.id : choice.reason;
}

describe('the best method', () => {
  const used = (id: string, last_used_at: string | null) => card(id, { last_used_at });
  const recurring = (id: string, recurring_enabled: boolean | null, last_used_at: string) =>
    card(id, { recurring_enabled, last_used_at });

  it.each<[string, WireMethod[], string | null | undefined, string]>([
    ['is none when there is none', [], undefined, 'no_payment_method'],
    ['is the only one', [card('a')], undefined, 'a'],
    [
      'is the one used most recently',
      [used('a', '2026-01-01T00:00:00Z'), used('b', '2026-03-01T00:00:00Z'), used('c', null)],
      undefined,
      'b',
    ],
    [
      'is one that Dodo marks as chargeable rather than one without a mark',
      [recurring('a', null, '2026-03-01T00:00:00Z'), recurring('b', true, '2026-01-01T00:00:00Z')],
      undefined,
      'b',
    ],
    ['may be one without a mark', [recurring('a', null, '2026-03-01T00:00:00Z')], undefined, 'a'],
    [
      'is the preferred one even if another was used later',
      [used('a', '2026-03-01T00:00:00Z'), used('b', null)],
      'b',
      'b',
    ],
    ['is another when the preferred one has expired', [card('a'), expiring('b', '10', '2026')], 'b', 'a'],
    [
      'is another when the preferred one is not enabled for recurring charges',
      [card('a'), card('b', { recurring_enabled: false })],
      'b',
      'a',
    ],
    ['is another when the preferred one is gone', [card('a')], 'pm_gone', 'a'],
    ['is unaffected by a null preference', [card('a')], null, 'a'],
    [
      'is none when all have expired',
      [expiring('a', '10', '2026'), expiring('b', '01', '20')],
      undefined,
      'method_expired',
    ],
    [
      'may be one that is not enabled for recurring charges, if there is no other',
      [card('a', { recurring_enabled: false })],
      undefined,
      'a',
    ],
    [
      'is one that is not enabled rather than one that has expired',
      [card('a', { recurring_enabled: false }), expiring('b', '10', '2026')],
      undefined,
      'a',
    ],
    [
      'is one without a mark rather than one that is not enabled and was used later',
      [recurring('a', null, '2026-01-01T00:00:00Z'), recurring('b', false, '2026-03-01T00:00:00Z')],
      undefined,
      'a',
    ],
  ])('%s', (_, items, preferred, expected) => {
    expect(chosen(items, preferred)).toBe(expected);
    expect(chosen([...items].reverse(), preferred)).toBe(expected);
  });
});

describe('a method of a type', () => {
  const wallet = (id: string, type: string): WireMethod => ({
    payment_method_id: id,
    payment_method: 'wallet',
    payment_method_type: type as NonNullable<WireMethod['payment_method_type']>,
  });
  const upi = { ...wallet('upi', 'upi_collect'), payment_method: 'upi' as const };
  const chosenFor = (items: SavedMethod[], currency: string, recurring = false) => {
    const choice = rankPaymentMethods(items, NOW, undefined, { currency, recurring });
    return choice.kind === 'usable' ? choice.method.id : choice.reason;
  };

  it('that cannot pay in the currency is left out', () => {
    expect(chosenFor([upi], 'USD')).toBe('no_payment_method');
    expect(chosenFor([upi], 'INR')).toBe('upi');
    expect(chosenFor([upi, card('a')], 'USD')).toBe('a');
    expect(chosenFor([wallet('cash', 'cashapp')], 'EUR')).toBe('no_payment_method');
    expect(chosenFor([wallet('apple', 'apple_pay')], 'JPY')).toBe('apple');
  });

  it('that cannot pay subscriptions is left out of those', () => {
    expect(chosenFor([wallet('amazon', 'amazon_pay')], 'USD', true)).toBe('no_payment_method');
    expect(chosenFor([wallet('amazon', 'amazon_pay')], 'USD')).toBe('amazon');
    expect(chosenFor([upi], 'INR', true)).toBe('upi');
  });

  it('that no source limits is left to Dodo', () => {
    expect(chosenFor([wallet('new', 'a_type_of_tomorrow')], 'USD', true)).toBe('new');
  });
});

describe('expiry', () => {
  const usableAt = (item: SavedMethod, now: string) =>
    chosen([item], undefined, new Date(now)) !== 'method_expired';

  it.each(['26', '2026'])('keeps a card of 11/%s valid through the last moment of November', (year) => {
    expect(usableAt(expiring('a', '11', year), '2026-11-30T23:59:59.999Z')).toBe(true);
    expect(usableAt(expiring('a', '11', year), '2026-12-01T00:00:00.000Z')).toBe(false);
  });

  it.each(['26', '2026'])('keeps a card of 12/%s valid through the end of the year', (year) => {
    expect(usableAt(expiring('a', '12', year), '2026-12-31T23:59:59.999Z')).toBe(true);
    expect(usableAt(expiring('a', '12', year), '2027-01-01T00:00:00.000Z')).toBe(false);
  });

  it('accounts for leap years', () => {
    expect(usableAt(expiring('a', '2', '28'), '2028-02-29T12:00:00Z')).toBe(true);
    expect(usableAt(expiring('a', '2', '28'), '2028-03-01T00:00:00Z')).toBe(false);
  });

  it.each<[string, string | null, string | null]>([
    ['no month', null, '2020'],
    ['no year', '01', null],
    ['neither', null, null],
    ['an empty month', '', '2020'],
    ['an empty year', '01', ''],
    ['month 0', '0', '2020'],
    ['month 13', '13', '2020'],
    ['a month in words', 'January', '2020'],
    ['a year of three digits', '01', '020'],
    ['a year in words', '01', 'soon'],
  ])('is left to the bank with %s', (_, month, year) => {
    expect(usableAt(expiring('a', month, year), '2026-11-23T12:00:00Z')).toBe(true);
  });

  it('does not affect a method without a card', () => {
    const wallet: WireMethod = {
      payment_method_id: 'pm_wallet',
      payment_method: 'wallet',
      payment_method_type: 'apple_pay',
      card: null,
      last_used_at: null,
      recurring_enabled: null,
    };
    expect(rankPaymentMethods([wallet], NOW)).toEqual({
      kind: 'usable',
      method: { id: 'pm_wallet', type: 'wallet' },
    });
  });
});

describe('the summary for the customer', () => {
  it('has the type, network, last four digits and MM/YY', () => {
    expect(rankPaymentMethods([expiring('pm_1', '6', '2032')], NOW)).toEqual({
      kind: 'usable',
      method: { id: 'pm_1', type: 'card', network: 'VISA', last4: '4242', expiry: '06/32' },
    });
  });

  it('omits what Dodo omits', () => {
    const bare = card(
      'pm_1',
      {},
      {
        card_network: null,
        last4_digits: null,
        expiry_month: null,
        expiry_year: null,
      },
    );
    expect(rankPaymentMethods([bare], NOW)).toEqual({
      kind: 'usable',
      method: { id: 'pm_1', type: 'card' },
    });
  });

  it('has no invalid expiry', () => {
    const choice = rankPaymentMethods([expiring('pm_1', 'June', '2032')], NOW);
    expect(choice).toMatchObject({ kind: 'usable' });
    expect(choice).not.toHaveProperty('method.expiry');
  });
});

describe('for any saved methods', () => {
  const month = fc.option(fc.constantFrom('1', '06', '11', '12', '00', '13', ''));
  const year = fc.option(fc.constantFrom('20', '25', '26', '27', '2020', '2026', '2032', 'x', ''));
  const time = fc.option(
    fc.constantFrom('2026-01-01T00:00:00Z', '2026-05-01T00:00:00Z', '2026-11-01T00:00:00Z'),
  );
  const saved = fc
    .record({
      payment_method_id: fc.string({ minLength: 1, maxLength: 4 }),
      recurring_enabled: fc.option(fc.boolean()),
      last_used_at: time,
      card: fc.option(fc.record({ expiry_month: month, expiry_year: year })),
    })
    .map((one): SavedMethod => ({ payment_method: 'card', ...one }));
  const wallet = fc.uniqueArray(saved, { selector: (one) => one.payment_method_id, maxLength: 6 });

  /** An independent check: a card expires with the first day of the next month. */
  function isOver({ card }: SavedMethod): boolean {
    const month = Number(card?.expiry_month ?? '');
    const text = card?.expiry_year ?? '';
    if (!/^\d+$/.test(text) || month < 1 || month > 12) return false;
    const year = text.length === 2 ? 2000 + Number(text) : Number(text);
    return year < 2026 || (year === 2026 && month < 11);
  }
  const isUsable = (one: SavedMethod) => !isOver(one);

  it('an expired method is never chosen, and a usable one always is', () => {
    fc.assert(
      fc.property(wallet, fc.option(fc.string({ minLength: 1, maxLength: 4 })), (items, preferred) => {
        const choice = rankPaymentMethods(items, NOW, preferred);
        const usable = items.filter(isUsable).map((one) => one.payment_method_id);
        if (choice.kind === 'usable') expect(usable).toContain(choice.method.id);
        else expect(usable).toEqual([]);
      }),
    );
  });

  it('their order makes no difference, except between equals', () => {
    const rankOf = (one?: SavedMethod) => [one?.recurring_enabled ?? null, one?.last_used_at ?? ''];
    const shuffled = wallet.chain((items) =>
      fc.tuple(
        fc.constant(items),
        fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([items, other]) => {
        const one = rankPaymentMethods(items, NOW);
        const two = rankPaymentMethods(other, NOW);
        if (one.kind === 'none' || two.kind === 'none') expect(two).toEqual(one);
        else {
          const find = (id: string) => items.find((item) => item.payment_method_id === id);
          expect(rankOf(find(two.method.id))).toEqual(rankOf(find(one.method.id)));
        }
      }),
    );
  });

  it('a usable preferred method wins', () => {
    fc.assert(
      fc.property(wallet, fc.nat(), (items, at) => {
        const preferred = items.filter((one) => isUsable(one) && one.recurring_enabled !== false).at(at % 6);
        fc.pre(preferred !== undefined);
        expect(chosen(items, preferred?.payment_method_id)).toBe(preferred?.payment_method_id);
      }),
    );
  });
});

describe('choosePaymentMethod', () => {
  let server: RawServer;
  beforeAll(async () => {
    server = await startRawServer();
  });
  afterAll(() => server.close());
  const choose = () =>
    choosePaymentMethod(createDodo('dodo_test_key', { baseURL: server.url }), 'cus_1', NOW, 'b');

  it("ranks the customer's methods at Dodo", async () => {
    server.answer = json(200, {
      items: [card('a'), card('b')],
    } satisfies DodoPayments.CustomerRetrievePaymentMethodsResponse);
    expect(await choose()).toMatchObject({ kind: 'usable', method: { id: 'b' } });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /customers/cus_1/payment-methods',
    ]);
  });

  it('fails when Dodo does not answer, which is not the same as no method', async () => {
    server.answer = refusal(502, 'INTERNAL_SERVER_ERROR');
    await expect(choose()).rejects.toMatchObject({ status: 502 });
  });
});
