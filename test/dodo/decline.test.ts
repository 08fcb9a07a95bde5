import { describe, expect, it } from 'vitest';
import { DECLINE_CODES, declineMessage } from '../../src/dodo/decline.js';

/** The codes Dodo documents under "transaction failures". */
const DOCUMENTED = [
  'AUTHENTICATION_FAILURE',
  'AUTHENTICATION_REQUIRED',
  'AUTHENTICATION_TIMEOUT',
  'CARD_DECLINED',
  'CARD_NOT_ACTIVATED',
  'CARD_VELOCITY_EXCEEDED',
  'CUSTOMER_CANCELLED',
  'DO_NOT_HONOR',
  'EXPIRED_CARD',
  'FRAUDULENT',
  'GENERIC_DECLINE',
  'INCORRECT_CVC',
  'INCORRECT_NUMBER',
  'INSUFFICIENT_FUNDS',
  'INVALID_ACCOUNT',
  'INVALID_AMOUNT',
  'INVALID_CARD_NUMBER',
  'INVALID_CARD_OWNER',
  'INVALID_CVC',
  'INVALID_EXPIRY_YEAR',
  'INVALID_PIN',
  'INVALID_REQUEST',
  'INVALID_UPI_ID',
  'LIMIT_EXCEEDED',
  'LIVE_MODE_TEST_CARD',
  'LOST_CARD',
  'MANDATE_INVALID',
  'MANDATE_REQUIRED',
  'MANDATE_REQUIRED_SYSTEM',
  'NETWORK_ERROR',
  'NETWORK_TIMEOUT',
  'ORDER_CREATION_FAILED',
  'PAYMENT_METHOD_PROVIDER_DECLINED',
  'PAYMENT_METHOD_UNSUPPORTED',
  'PICKUP_CARD',
  'PROCESSING_ERROR',
  'PROVIDER_UNSUPPORTED',
  'REENTER_TRANSACTION',
  'REVOCATION_OF_AUTHORIZATION',
  'STOLEN_CARD',
  'TRANSACTION_NOT_ALLOWED',
  'TRANSACTION_NOT_APPROVED',
  'TRY_AGAIN_LATER',
  'UNKNOWN_ERROR',
];
const SECRET = ['STOLEN_CARD', 'LOST_CARD', 'PICKUP_CARD', 'FRAUDULENT'];

it('there is a message for every documented code and no other', () => {
  expect([...DECLINE_CODES].sort()).toEqual([...DOCUMENTED].sort());
});

describe('the message to the customer', () => {
  const generic = declineMessage('GENERIC_DECLINE');

  it.each(SECRET)('is the same for %s as for a generic decline', (code) => {
    expect(declineMessage(code)).toBe(generic);
  });

  it('is generic for unknown codes and for a missing code', () => {
    for (const code of ['NEW_CODE', '', 'stolen_card', '__proto__', 'constructor', undefined, null]) {
      expect(declineMessage(code)).toBe(generic);
    }
  });

  it('never mentions theft, loss, fraud or the code itself', () => {
    for (const code of DECLINE_CODES) {
      expect(declineMessage(code)).not.toMatch(/stolen|\blost\b|fraud|pick.?up|theft|suspicious/i);
      expect(declineMessage(code)).not.toContain('_');
    }
  });

  it('says in full sentences what happened and what to do', () => {
    for (const code of DECLINE_CODES) expect(declineMessage(code)).toMatch(/^[A-Z].*[.] .*[.]$/);
  });

  it('differs for each class of failures that the customer can act on', () => {
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
