/** Chooses the saved payment method for a one-click charge. */
import type { Dodo } from './client.js';
import type { PaymentMethodSummary } from '../domain/presentation.js';

export interface SavedMethod {
  payment_method_id: string;
  payment_method: string;
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

/**
 * Reads the customer's saved methods and chooses the best one: not expired, chargeable without the customer present,
 * most recently used. `preferredId` (the subscription's own) wins when it is usable. Dodo marks no default and names no
 * currency.
 */
export async function choosePaymentMethod(
  dodo: Dodo,
  customerId: string,
  now: Date,
  preferredId?: string | null,
): Promise<MethodChoice> {
  const { items } = await dodo.customers.retrievePaymentMethods(customerId);
  return rankPaymentMethods(items, now, preferredId);
}

/** Chooses the best of the saved methods, by the rules of {@link choosePaymentMethod}. */
export function rankPaymentMethods(
  items: readonly SavedMethod[],
  now: Date,
  preferredId?: string | null,
): MethodChoice {
  const chargeable = items.filter((item) => item.recurring_enabled !== false);
  const usable = chargeable.filter((item) => !hasExpired(item, now));
  const best = [...usable].sort(
    (a, b) =>
      Number(b.payment_method_id === preferredId) - Number(a.payment_method_id === preferredId) ||
      Number(b.recurring_enabled === true) - Number(a.recurring_enabled === true) ||
      (b.last_used_at ?? '').localeCompare(a.last_used_at ?? ''),
  )[0];
  if (best) return { kind: 'usable', method: summary(best) };
  return { kind: 'none', reason: chargeable.length > 0 ? 'method_expired' : 'no_payment_method' };
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
