import { createHash } from 'node:crypto';
import type { Card, CardBehaviour, CountryCode } from '../model.js';

export interface TestCard {
  number: string;
  /** Described for the payment page. */
  note: string;
  network: string;
  country: CountryCode;
  behaviour: CardBehaviour;
}

const APPROVE: CardBehaviour = { kind: 'approve' };
const GENERIC_DECLINE: CardBehaviour = { kind: 'decline', error_code: 'GENERIC_DECLINE' };

export const TEST_CARDS: TestCard[] = [
  { number: '4242424242424242', note: 'pays', network: 'VISA', country: 'US', behaviour: APPROVE },
  { number: '5555555555554444', note: 'pays', network: 'MASTERCARD', country: 'US', behaviour: APPROVE },
  { number: '4576238912771450', note: 'pays (India)', network: 'VISA', country: 'IN', behaviour: APPROVE },
  {
    number: '5409162669381034',
    note: 'pays (India)',
    network: 'MASTERCARD',
    country: 'IN',
    behaviour: APPROVE,
  },
  {
    number: '4000000000000341',
    note: 'pays now, declines every later one-click charge',
    network: 'VISA',
    country: 'US',
    behaviour: { kind: 'decline_off_session', error_code: 'GENERIC_DECLINE' },
  },
  {
    number: '4000000000003220',
    note: 'pays now, asks for 3-D Secure at every later one-click charge',
    network: 'VISA',
    country: 'US',
    behaviour: { kind: 'authenticate_off_session' },
  },
  {
    number: '4000000000000002',
    note: 'is declined',
    network: 'VISA',
    country: 'US',
    behaviour: GENERIC_DECLINE,
  },
  {
    number: '4000000000009995',
    note: 'has insufficient funds',
    network: 'VISA',
    country: 'US',
    behaviour: { kind: 'decline', error_code: 'INSUFFICIENT_FUNDS' },
  },
  {
    number: '4706131211212123',
    note: 'is declined (India)',
    network: 'VISA',
    country: 'IN',
    behaviour: GENERIC_DECLINE,
  },
  {
    number: '5105105105105100',
    note: 'is declined (India)',
    network: 'MASTERCARD',
    country: 'IN',
    behaviour: GENERIC_DECLINE,
  },
];

export const DEFAULT_TEST_CARD = '4242424242424242';
export const DEFAULT_EXPIRY = { month: '06', year: '2032' };
export const DEFAULT_CVC = '123';

export interface CardEntry {
  number: string;
  /** `MM` and `YY` or `YYYY`. */
  expiry_month: string;
  expiry_year: string;
  cvc?: string | undefined;
  holder?: string | null | undefined;
}

export type CardReading = { ok: true; card: Card } | { ok: false; error_code: string };

/** Reads card details as typed. Numbers other than the test cards' are invalid. */
export function readCard(entry: CardEntry): CardReading {
  const number = entry.number.replace(/[\s-]/g, '');
  const test = TEST_CARDS.find((card) => card.number === number);
  if (!test) return { ok: false, error_code: 'INVALID_CARD_NUMBER' };
  const month = entry.expiry_month.padStart(2, '0');
  const year = entry.expiry_year.length === 2 ? `20${entry.expiry_year}` : entry.expiry_year;
  if (!/^(0[1-9]|1[0-2])$/.test(month) || !/^\d{4}$/.test(year))
    return { ok: false, error_code: 'INVALID_EXPIRY_YEAR' };
  if (entry.cvc !== undefined && !/^\d{3,4}$/.test(entry.cvc))
    return { ok: false, error_code: 'INVALID_CVC' };
  return {
    ok: true,
    card: {
      behaviour: test.behaviour,
      network: test.network,
      type: 'CREDIT',
      issuing_country: test.country,
      last4: number.slice(-4),
      expiry_month: month,
      expiry_year: year,
      holder: entry.holder ?? null,
      fingerprint: createHash('sha256').update(number).digest('hex').slice(0, 16),
    },
  };
}

/** Says whether the card's last month is over. */
export function isExpired(card: Card, now: Date): boolean {
  return now.getTime() >= Date.UTC(Number(card.expiry_year), Number(card.expiry_month), 1);
}
