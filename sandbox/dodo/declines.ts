/** The error message that the merchant sees for an error code. */
const MESSAGES: Record<string, string> = {
  AUTHENTICATION_FAILURE: 'The customer did not pass authentication. Ask them to try again.',
  AUTHENTICATION_REQUIRED: 'The bank asks for authentication. The customer must complete it.',
  AUTHENTICATION_TIMEOUT: 'Authentication was not completed in time. Ask the customer to try again.',
  CARD_DECLINED: 'The card was declined. Ask the customer for another payment method.',
  CARD_VELOCITY_EXCEEDED: 'The card was used too often or for too much. Try again later.',
  CUSTOMER_CANCELLED: 'The customer cancelled the payment.',
  DO_NOT_HONOR: 'The bank declined the card without a reason. Ask for another payment method.',
  EXPIRED_CARD: 'The card has expired. Ask the customer for another card.',
  FRAUDULENT: 'The payment was declined as suspected fraud. Do not retry it.',
  GENERIC_DECLINE: 'The card was declined. The customer should contact their bank or use another card.',
  INSUFFICIENT_FUNDS: 'The card has insufficient funds. Ask the customer for another payment method.',
  INVALID_CARD_NUMBER: 'The card number is invalid. Ask the customer to check it.',
  INVALID_CVC: 'The security code is invalid. Ask the customer to check it.',
  INVALID_EXPIRY_YEAR: 'The expiry date is invalid. Ask the customer to check it.',
  LOST_CARD: 'The card was reported lost. Do not tell the customer, and do not retry.',
  MANDATE_REQUIRED: 'The payment method has no mandate for charges without the customer.',
  PICKUP_CARD: 'The bank wants the card withdrawn. Do not tell the customer, and do not retry.',
  STOLEN_CARD: 'The card was reported stolen. Do not tell the customer, and do not retry.',
};

export function merchantMessage(code: string): string {
  return MESSAGES[code] ?? `The payment failed: ${code.toLowerCase().replaceAll('_', ' ')}.`;
}

/** Codes whose reason the customer must not be told. */
const CONFIDENTIAL = new Set(['FRAUDULENT', 'LOST_CARD', 'PICKUP_CARD', 'STOLEN_CARD']);

const CUSTOMER_MESSAGES: Record<string, string> = {
  AUTHENTICATION_FAILURE: 'Your bank could not confirm it was you.',
  EXPIRED_CARD: 'Your card has expired.',
  INSUFFICIENT_FUNDS: 'Your card has insufficient funds.',
  INVALID_CARD_NUMBER: 'This card number is not valid. This is a test shop: choose one of the test cards.',
  INVALID_CVC: 'The security code is not valid.',
  INVALID_EXPIRY_YEAR: 'The expiry date is not valid. Enter it as MM/YY.',
};

/** Returns what the payment page tells the customer. */
export function customerMessage(code: string): string {
  if (CONFIDENTIAL.has(code)) return 'Your card was declined.';
  return CUSTOMER_MESSAGES[code] ?? 'Your card was declined.';
}
