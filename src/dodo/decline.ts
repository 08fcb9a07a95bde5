/** Dodo's reasons for a failed payment: what may be done about each, and what the customer is told. */

export interface DeclineClass {
  /** The same card must not be charged again for this. */
  hard: boolean;
  /** The customer can do something about it on a checkout page or with their bank. */
  customerCanFix: boolean;
  /** Telling the customer the reason would warn a thief. Nothing derived from it may be shown. */
  secret: boolean;
}

const GENERIC = 'The payment was declined. Please try another payment method or contact your bank.';

/** One text per class of failures: enough to act on, and nothing that only the bank should say. */
const MESSAGES = {
  generic: GENERIC,
  funds: 'There are not enough funds for this payment. Please try another payment method.',
  expired: 'This card has expired. Please use another card.',
  details: 'Some of the payment details are not right. Please check them and try again.',
  authentication:
    'Your bank asks you to confirm this payment. Please try again and complete the confirmation.',
  cancelled: 'The payment was cancelled and you have not been charged. You can still complete it.',
  limit:
    'This payment is over a limit of your card or account. Please try later or use another payment method.',
  card: 'This card cannot be used for this payment. Please use another card or contact your bank.',
  method: 'This payment method cannot be used here. Please choose another one.',
  mandate:
    'The permission to charge this payment method is missing or no longer valid. Please approve it again.',
  technical: 'The payment could not be processed because of a technical problem. Please try again.',
} as const;

type Message = keyof typeof MESSAGES;

interface Entry extends DeclineClass {
  message: Message;
}

const softDecline = (message: Message): Entry => ({
  hard: false,
  customerCanFix: false,
  secret: false,
  message,
});
const softFixable = (message: Message): Entry => ({
  hard: false,
  customerCanFix: true,
  secret: false,
  message,
});
const hardDecline = (message: Message): Entry => ({
  hard: true,
  customerCanFix: false,
  secret: false,
  message,
});
const hardFixable = (message: Message): Entry => ({
  hard: true,
  customerCanFix: true,
  secret: false,
  message,
});
const secretDecline: Entry = { hard: true, customerCanFix: true, secret: true, message: 'generic' };

const DECLINES = new Map<string, Entry>([
  ['AUTHENTICATION_FAILURE', softFixable('authentication')],
  ['AUTHENTICATION_REQUIRED', softFixable('authentication')],
  ['AUTHENTICATION_TIMEOUT', softFixable('authentication')],
  ['CARD_DECLINED', hardDecline('generic')],
  ['CARD_NOT_ACTIVATED', softFixable('card')],
  ['CARD_VELOCITY_EXCEEDED', softFixable('limit')],
  ['CUSTOMER_CANCELLED', softFixable('cancelled')],
  ['DO_NOT_HONOR', hardDecline('generic')],
  ['EXPIRED_CARD', hardFixable('expired')],
  ['FRAUDULENT', secretDecline],
  ['GENERIC_DECLINE', softDecline('generic')],
  ['INCORRECT_CVC', softFixable('details')],
  ['INCORRECT_NUMBER', softFixable('details')],
  ['INSUFFICIENT_FUNDS', softFixable('funds')],
  ['INVALID_ACCOUNT', hardFixable('card')],
  ['INVALID_AMOUNT', softFixable('limit')],
  ['INVALID_CARD_NUMBER', softFixable('details')],
  ['INVALID_CARD_OWNER', softFixable('details')],
  ['INVALID_CVC', softFixable('details')],
  ['INVALID_EXPIRY_YEAR', softFixable('details')],
  ['INVALID_PIN', softFixable('details')],
  ['INVALID_REQUEST', softFixable('details')],
  ['INVALID_UPI_ID', softFixable('details')],
  ['LIMIT_EXCEEDED', softFixable('limit')],
  ['LIVE_MODE_TEST_CARD', softFixable('card')],
  ['LOST_CARD', secretDecline],
  ['MANDATE_INVALID', softFixable('mandate')],
  ['MANDATE_REQUIRED', softFixable('mandate')],
  ['MANDATE_REQUIRED_SYSTEM', hardDecline('mandate')],
  ['NETWORK_ERROR', softDecline('technical')],
  ['NETWORK_TIMEOUT', softDecline('technical')],
  ['ORDER_CREATION_FAILED', softDecline('technical')],
  ['PAYMENT_METHOD_PROVIDER_DECLINED', hardFixable('method')],
  ['PAYMENT_METHOD_UNSUPPORTED', hardFixable('method')],
  ['PICKUP_CARD', secretDecline],
  ['PROCESSING_ERROR', softDecline('technical')],
  ['PROVIDER_UNSUPPORTED', hardDecline('method')],
  ['REENTER_TRANSACTION', softFixable('technical')],
  ['REVOCATION_OF_AUTHORIZATION', hardFixable('mandate')],
  ['STOLEN_CARD', secretDecline],
  ['TRANSACTION_NOT_ALLOWED', hardFixable('card')],
  ['TRANSACTION_NOT_APPROVED', hardFixable('card')],
  ['TRY_AGAIN_LATER', softDecline('technical')],
  ['UNKNOWN_ERROR', softDecline('generic')],
]);

/** A code we have never heard of: nobody knows that the card may be charged again, so it is not. */
const UNHEARD_OF: Entry = hardDecline('generic');

/** Every code Dodo documents, for tests and for the sandbox. */
export const DECLINE_CODES: readonly string[] = [...DECLINES.keys()];

/** What may be done after a payment failed with this `error_code`. For our decisions, never for the customer's eyes. */
export function declineClass(code: string | null | undefined): DeclineClass {
  const { hard, customerCanFix, secret } = entryOf(code);
  return { hard, customerCanFix, secret };
}

/** What the customer is told: one sentence on what happened, one on what to do. The same for a secret reason as for none. */
export function declineMessage(code: string | null | undefined): string {
  return MESSAGES[entryOf(code).message];
}

function entryOf(code: string | null | undefined): Entry {
  return DECLINES.get(code ?? 'UNKNOWN_ERROR') ?? UNHEARD_OF;
}
