/** The messages customers see when Dodo reports a failed payment. */

/** One text per class of failure: enough to act on, and nothing that only the bank should say. */
const MESSAGES = {
  generic: 'The payment was declined. Please try another payment method or contact your bank.',
  funds: 'There are not enough funds for this payment. Please try another payment method.',
  expired: 'This card has expired. Please use another card.',
  details: 'Some of the payment details are incorrect. Please check them and try again.',
  authentication:
    'Your bank needs you to confirm this payment. Please try again and complete the confirmation.',
  cancelled: 'The payment was cancelled and you have not been charged. You can still complete it.',
  limit:
    'This payment exceeds a limit on your card or account. Please try later or use another payment method.',
  card: 'This card cannot be used for this payment. Please use another card or contact your bank.',
  method: 'This payment method cannot be used here. Please choose another one.',
  mandate:
    'The permission to charge this payment method is missing or no longer valid. Please approve it again.',
  technical: 'The payment could not be processed because of a technical problem. Please try again.',
} as const;

type MessageClass = keyof typeof MESSAGES;

const MESSAGE_CLASSES = new Map<string, MessageClass>([
  ['AUTHENTICATION_FAILURE', 'authentication'],
  ['AUTHENTICATION_REQUIRED', 'authentication'],
  ['AUTHENTICATION_TIMEOUT', 'authentication'],
  ['CARD_DECLINED', 'generic'],
  ['CARD_NOT_ACTIVATED', 'card'],
  ['CARD_VELOCITY_EXCEEDED', 'limit'],
  ['CUSTOMER_CANCELLED', 'cancelled'],
  ['DO_NOT_HONOR', 'generic'],
  ['EXPIRED_CARD', 'expired'],
  // Fraudulent, lost, pick-up and stolen: the true reason would warn a thief.
  ['FRAUDULENT', 'generic'],
  ['GENERIC_DECLINE', 'generic'],
  ['INCORRECT_CVC', 'details'],
  ['INCORRECT_NUMBER', 'details'],
  ['INSUFFICIENT_FUNDS', 'funds'],
  ['INVALID_ACCOUNT', 'card'],
  ['INVALID_AMOUNT', 'limit'],
  ['INVALID_CARD_NUMBER', 'details'],
  ['INVALID_CARD_OWNER', 'details'],
  ['INVALID_CVC', 'details'],
  ['INVALID_EXPIRY_YEAR', 'details'],
  ['INVALID_PIN', 'details'],
  ['INVALID_REQUEST', 'details'],
  ['INVALID_UPI_ID', 'details'],
  ['LIMIT_EXCEEDED', 'limit'],
  ['LIVE_MODE_TEST_CARD', 'card'],
  ['LOST_CARD', 'generic'],
  ['MANDATE_INVALID', 'mandate'],
  ['MANDATE_REQUIRED', 'mandate'],
  ['MANDATE_REQUIRED_SYSTEM', 'mandate'],
  ['NETWORK_ERROR', 'technical'],
  ['NETWORK_TIMEOUT', 'technical'],
  ['ORDER_CREATION_FAILED', 'technical'],
  ['PAYMENT_METHOD_PROVIDER_DECLINED', 'method'],
  ['PAYMENT_METHOD_UNSUPPORTED', 'method'],
  ['PICKUP_CARD', 'generic'],
  ['PROCESSING_ERROR', 'technical'],
  ['PROVIDER_UNSUPPORTED', 'method'],
  ['REENTER_TRANSACTION', 'technical'],
  ['REVOCATION_OF_AUTHORIZATION', 'mandate'],
  ['STOLEN_CARD', 'generic'],
  ['TRANSACTION_NOT_ALLOWED', 'card'],
  ['TRANSACTION_NOT_APPROVED', 'card'],
  ['TRY_AGAIN_LATER', 'technical'],
  ['UNKNOWN_ERROR', 'generic'],
]);

/** Every failure code that Dodo documents. */
export const DECLINE_CODES: readonly string[] = [...MESSAGE_CLASSES.keys()];

/**
 * Returns the message for a payment's `error_code`: one sentence on what happened, one on what to do. Unknown codes,
 * a missing code and reasons that must stay secret all get the generic message.
 */
export function declineMessage(code: string | null | undefined): string {
  return MESSAGES[MESSAGE_CLASSES.get(code ?? 'UNKNOWN_ERROR') ?? 'generic'];
}
