/** Converts rows to the records the rest of the system uses: null columns are left out. */
import type { PurchaseRecord } from '../domain/purchase.js';
import type { PresentationRecord } from '../domain/presentation.js';
import type { AttemptRecord } from '../domain/attempt.js';
import type { TimelineEntry } from '../domain/timeline.js';
import type { AttemptRow, PresentationRow } from './patch.js';
import type { purchases, timeline } from './schema.js';

type PurchaseRow = typeof purchases.$inferSelect;
type TimelineRow = typeof timeline.$inferSelect;

type WithoutNulls<T> = { [K in keyof T]: null extends T[K] ? NonNullable<T[K]> | undefined : T[K] };

function withoutNulls<T extends object, Left extends keyof T & string = never>(
  row: T,
  ...leftOut: Left[]
): Omit<WithoutNulls<T>, Left> {
  const dropped: readonly string[] = leftOut;
  const kept = Object.entries(row).filter(([name, value]) => value !== null && !dropped.includes(name));
  return Object.fromEntries(kept) as Omit<WithoutNulls<T>, Left>;
}

/** Leaves out the billing address, which only charging needs and a view must not show. */
export function purchaseRecord(row: PurchaseRow): PurchaseRecord {
  const { purchaseId, workflowId, trigger, productIds } = row;
  const {
    customerId,
    paymentId,
    checkoutSessionId,
    subscriptionId,
    amount,
    currency,
    purchasedAt,
    metadata,
  } = row;
  const optional = {
    customerId,
    paymentId,
    checkoutSessionId,
    subscriptionId,
    amount,
    currency,
    purchasedAt,
    metadata,
  };
  return { purchaseId, workflowId, trigger, productIds, ...withoutNulls(optional) };
}

/** Leaves out the product id and the currency, which have columns for look-ups but are in the documents as well. */
export function presentationRecord(row: PresentationRow): PresentationRecord {
  const { quantity, ...shown } = withoutNulls(row, 'productId', 'currency');
  return quantity === undefined
    ? { ...shown, quantity: 1, quantityUnrecorded: true }
    : { ...shown, quantity };
}

/** Leaves out what confirms its payment, which only the customer's page may see. */
export function attemptRecord(row: AttemptRow): AttemptRecord {
  const { proof, clientSecret: _, publishableKey: __, ...rest } = row;
  return { ...withoutNulls(rest), ...(proof && { proof }) };
}

export function timelineEntry({ at, type, detail }: TimelineRow): TimelineEntry {
  return { at, type, ...withoutNulls({ detail }) };
}
