/** Chooses the saved payment method for a one-click charge. */
import type { Dodo } from './client.js';
import type { PaymentMethodSummary } from '../domain/presentation.js';

export interface SavedMethod {
  payment_method_id: string;
  payment_method: string;
  payment_method_type?: string | null;
  recurring_enabled?: boolean | null;
  last_used_at?: string | null;
  card?: {
    expiry_month?: string | null;
    expiry_year?: string | null;
    last4_digits?: string | null;
    card_network?: string | null;
  } | null;
}

export type MethodChoice =
  | { kind: 'usable'; method: PaymentMethodSummary }
  | { kind: 'none'; reason: 'no_payment_method' | 'method_expired' };

/** What a method is to be charged for. */
export interface Charge {
  /** ISO 4217. */
  currency: string;
  /** The charge starts or changes a subscription. */
  recurring: boolean;
}

/** What methods of one type can pay. */
interface TypeLimits {
  currencies: readonly string[];
  recurring: boolean;
}

const ONCE_IN = (...currencies: string[]): TypeLimits => ({ currencies, recurring: false });
const IN_RUPEES: TypeLimits = { currencies: ['INR'], recurring: true };

/**
 * What Dodo's list of payment methods says some types cannot do. Every other type is left to Dodo, and so are the limits
 * of mandates, which a business may set as it likes.
 */
const LIMITS: Readonly<Partial<Record<string, TypeLimits>>> = {
  amazon_pay: ONCE_IN('USD'),
  cashapp: ONCE_IN('USD'),
  afterpay_clearpay: ONCE_IN('USD', 'GBP'),
  klarna: ONCE_IN('USD', 'EUR', 'GBP', 'DKK', 'NOK', 'SEK', 'CZK', 'RON', 'PLN', 'CHF'),
  paypal: ONCE_IN('EUR', 'GBP'),
  bancontact_card: ONCE_IN('EUR'),
  eps: ONCE_IN('EUR'),
  ideal: ONCE_IN('EUR'),
  multibanco: ONCE_IN('EUR'),
  upi: IN_RUPEES,
  upi_collect: IN_RUPEES,
  upi_intent: IN_RUPEES,
};

/**
 * Reads the customer's saved methods and chooses the best one: see {@link rankPaymentMethods}. Dodo marks no default and
 * names no currency.
 */
export async function choosePaymentMethod(
  dodo: Dodo,
  customerId: string,
  now: Date,
  preferredId?: string | null,
  charge?: Charge,
): Promise<MethodChoice> {
  return rankPaymentMethods(await savedMethods(dodo, customerId), now, preferredId, charge);
}

/** Reads the customer's saved methods. */
export async function savedMethods(dodo: Dodo, customerId: string): Promise<SavedMethod[]> {
  return (await dodo.customers.retrievePaymentMethods(customerId)).items;
}

/**
 * Chooses the best of the saved methods. Left out is what has expired, and what is of a type that cannot pay the charge.
 * A method that Dodo marks as not enabled for recurring charges comes last: no source says that it cannot be charged.
 * Before the others come `preferredId` (the subscription's own), what is marked as enabled, and what was used last.
 */
export function rankPaymentMethods(
  items: readonly SavedMethod[],
  now: Date,
  preferredId?: string | null,
  charge?: Charge,
): MethodChoice {
  const fitting = items.filter((item) => canPay(item, charge));
  const usable = fitting.filter((item) => !hasExpired(item, now));
  const best = [...usable].sort(
    (a, b) =>
      Number(a.recurring_enabled === false) - Number(b.recurring_enabled === false) ||
      Number(b.payment_method_id === preferredId) - Number(a.payment_method_id === preferredId) ||
      Number(b.recurring_enabled === true) - Number(a.recurring_enabled === true) ||
      (b.last_used_at ?? '').localeCompare(a.last_used_at ?? ''),
  )[0];
  if (best) return { kind: 'usable', method: summary(best) };
  return { kind: 'none', reason: fitting.length > 0 ? 'method_expired' : 'no_payment_method' };
}

function canPay({ payment_method, payment_method_type }: SavedMethod, charge: Charge | undefined): boolean {
  const limits = LIMITS[payment_method_type ?? ''] ?? LIMITS[payment_method];
  if (!charge || !limits) return true;
  return limits.currencies.includes(charge.currency) && (limits.recurring || !charge.recurring);
}

/** A card is valid through the last day of its month. One without a date is left to the bank. */
function hasExpired({ card }: SavedMethod, now: Date): boolean {
  const expiry = expiryOf(card);
  return expiry !== undefined && Date.UTC(expiry.year, expiry.month, 1) <= now.getTime();
}

/** Parses the expiry date. Dodo sends text, with a year of two or four digits. Returns undefined when it is invalid. */
function expiryOf(card: SavedMethod['card']): { month: number; year: number } | undefined {
  const month = Number(card?.expiry_month);
  const year = card?.expiry_year;
  if (!(Number.isInteger(month) && month >= 1 && month <= 12)) return undefined;
  if (!year || !/^\d{2}(\d{2})?$/.test(year)) return undefined;
  return { month, year: year.length === 2 ? 2000 + Number(year) : Number(year) };
}

function summary({ payment_method_id, payment_method, card }: SavedMethod): PaymentMethodSummary {
  const expiry = expiryOf(card);
  return {
    id: payment_method_id,
    type: payment_method,
    ...(card?.card_network && { network: card.card_network }),
    ...(card?.last4_digits && { last4: card.last4_digits }),
    ...(expiry && { expiry: `${twoDigits(expiry.month)}/${twoDigits(expiry.year % 100)}` }),
  };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
