import { describe, expect, it } from 'vitest';
import { DECLINE_CODES, declineClass, declineMessage } from '../../src/dodo/decline.js';

/** As Dodo documents them under "transaction failures": S soft, H hard, u the customer can fix it. */
const DOCUMENTED: Record<string, 'S' | 'Su' | 'H' | 'Hu'> = {
  AUTHENTICATION_FAILURE: 'Su',
  AUTHENTICATION_REQUIRED: 'Su',
  AUTHENTICATION_TIMEOUT: 'Su',
  CARD_DECLINED: 'H',
  CARD_NOT_ACTIVATED: 'Su',
  CARD_VELOCITY_EXCEEDED: 'Su',
  CUSTOMER_CANCELLED: 'Su',
  DO_NOT_HONOR: 'H',
  EXPIRED_CARD: 'Hu',
  FRAUDULENT: 'Hu',
  GENERIC_DECLINE: 'S',
  INCORRECT_CVC: 'Su',
  INCORRECT_NUMBER: 'Su',
  INSUFFICIENT_FUNDS: 'Su',
  INVALID_ACCOUNT: 'Hu',
  INVALID_AMOUNT: 'Su',
  INVALID_CARD_NUMBER: 'Su',
  INVALID_CARD_OWNER: 'Su',
  INVALID_CVC: 'Su',
  INVALID_EXPIRY_YEAR: 'Su',
  INVALID_PIN: 'Su',
  INVALID_REQUEST: 'Su',
  INVALID_UPI_ID: 'Su',
  LIMIT_EXCEEDED: 'Su',
  LIVE_MODE_TEST_CARD: 'Su',
  LOST_CARD: 'Hu',
  MANDATE_INVALID: 'Su',
  MANDATE_REQUIRED: 'Su',
  MANDATE_REQUIRED_SYSTEM: 'H',
  NETWORK_ERROR: 'S',
  NETWORK_TIMEOUT: 'S',
  ORDER_CREATION_FAILED: 'S',
  PAYMENT_METHOD_PROVIDER_DECLINED: 'Hu',
  PAYMENT_METHOD_UNSUPPORTED: 'Hu',
  PICKUP_CARD: 'Hu',
  PROCESSING_ERROR: 'S',
  PROVIDER_UNSUPPORTED: 'H',
  REENTER_TRANSACTION: 'Su',
  REVOCATION_OF_AUTHORIZATION: 'Hu',
  STOLEN_CARD: 'Hu',
  TRANSACTION_NOT_ALLOWED: 'Hu',
  TRANSACTION_NOT_APPROVED: 'Hu',
  TRY_AGAIN_LATER: 'S',
  UNKNOWN_ERROR: 'S',
};
const SECRET = ['STOLEN_CARD', 'LOST_CARD', 'PICKUP_CARD', 'FRAUDULENT'];

describe('the table', () => {
  it('holds every documented code and no other', () => {
    expect([...DECLINE_CODES].sort()).toEqual(Object.keys(DOCUMENTED).sort());
  });

  it.each(Object.entries(DOCUMENTED))('classifies %s as %s', (code, documented) => {
    expect(declineClass(code)).toEqual({
      hard: documented.startsWith('H'),
      customerCanFix: documented.endsWith('u'),
      secret: SECRET.includes(code),
    });
  });
});

describe('what the customer is told', () => {
  const generic = declineMessage('GENERIC_DECLINE');

  it.each(SECRET)('is for %s exactly what it is for a generic decline', (code) => {
    expect(declineMessage(code)).toBe(generic);
  });

  it('is the generic text for codes nobody has heard of, and for none', () => {
    for (const code of ['NEW_CODE', '', 'stolen_card', '__proto__', 'constructor', undefined, null]) {
      expect(declineMessage(code)).toBe(generic);
    }
  });

  it('never names theft, loss, fraud or the code itself', () => {
    for (const code of DECLINE_CODES) {
      expect(declineMessage(code)).not.toMatch(/stolen|\blost\b|fraud|pick.?up|theft|suspicious/i);
      expect(declineMessage(code)).not.toContain('_');
    }
  });

  it('says what to do next, in sentences', () => {
    for (const code of DECLINE_CODES) expect(declineMessage(code)).toMatch(/^[A-Z].*[.] .*[.]$/);
  });

  it('tells apart what the customer can act on', () => {
    const codes = [
      'GENERIC_DECLINE',
      'INSUFFICIENT_FUNDS',
      'EXPIRED_CARD',
      'INCORRECT_CVC',
      'AUTHENTICATION_REQUIRED',
    ];
    expect(new Set(codes.map(declineMessage)).size).toBe(codes.length);
  });
});

it('a code nobody has heard of is hard: the card is not charged again until somebody knows what it means', () => {
  expect(declineClass('NEW_CODE')).toEqual({ hard: true, customerCanFix: false, secret: false });
  expect(declineClass(undefined)).toEqual(declineClass('UNKNOWN_ERROR'));
  expect(declineClass(null)).toEqual(declineClass('UNKNOWN_ERROR'));
});
