/**
 * What the API's reads get wrong on purpose, while webhooks and the books tell the truth:
 * - lag: an object is shown as it was before its last change, for a time or a number of reads.
 * - hide: an object is 404 and missing from lists, as if it belonged to another key.
 * - row override: rows of a list have other fields, or another shape.
 */
import { z } from 'zod';
import { notFound, parse } from './errors.js';
import type { PaymentRow, RefundRow, SubscriptionRow } from './model.js';
import type { Store } from './state/store.js';

interface Rows {
  payment: PaymentRow;
  subscription: SubscriptionRow;
  refund: RefundRow;
}
export type ReadKind = keyof Rows;

const READ_KINDS = ['payment', 'subscription', 'refund'] as const;
const NAMES = { payment: 'Payment', subscription: 'Subscription', refund: 'Refund' };
const IDS = { payment: 'payment_id', subscription: 'subscription_id', refund: 'refund_id' } as const;
const TABLES = { payment: 'payments', subscription: 'subscriptions', refund: 'refunds' } as const;

/** Counts from each object's last change, or from when the lag was set, whichever is later. */
export const lagSchema = z
  .strictObject({
    kind: z.enum(READ_KINDS),
    /** Every object of the kind when left out. */
    id: z.string().optional(),
    /** Number of reads of each object that lag, counted again after each change. */
    reads: z.int().min(1).optional(),
    /** Milliseconds for which reads of each object lag, by the machine's clock. */
    ms: z.int().min(1).optional(),
  })
  .refine(({ reads, ms }) => reads !== undefined || ms !== undefined, 'give reads, ms or both');
export type Lag = z.input<typeof lagSchema>;

export const rowOverrideSchema = z.strictObject({
  kind: z.enum(READ_KINDS),
  /** Every row of the kind when left out. */
  id: z.string().optional(),
  /** Laid over the row: `{"metadata": null}`. */
  fields: z.record(z.string(), z.unknown()).default({}),
  /** Replaces the row if present, even with null. */
  row: z.unknown().optional(),
});
export type RowOverride = z.input<typeof rowOverrideSchema>;

export interface ReadFaults {
  lag(input: Lag): void;
  hide(id: string): void;
  overrideRows(input: RowOverride): void;
  list(): { lags: Lag[]; hidden: string[]; rows: RowOverride[] };
  clear(): void;
  isHidden(id: string): boolean;
  /** Returns the row as a read finds it, undefined when it finds nothing. Counts as a read unless it only `peeks`. */
  find<Kind extends ReadKind>(kind: Kind, row: Rows[Kind], peeks?: boolean): Rows[Kind] | undefined;
  /** Returns a list's entry with the overrides that fit it. */
  listed(kind: ReadKind, id: string, entry: object): unknown;
}

interface LagRecord {
  terms: Lag;
  setAt: number;
  /** Reads per object since its change of this number. */
  used: Map<string, { change: number; reads: number }>;
}

export function createReadFaults(store: Pick<Store, 'lastChange'>): ReadFaults {
  let lags: LagRecord[] = [];
  let overrides: z.output<typeof rowOverrideSchema>[] = [];
  const hidden = new Set<string>();

  /** The change that reads do not show yet. */
  function unseenChange(kind: ReadKind, id: string, peeks: boolean): { before: unknown } | undefined {
    const change = store.lastChange(TABLES[kind], id);
    if (!change) return undefined;
    const lagging = lags.filter(({ terms, setAt, used }) => {
      if (terms.kind !== kind || (terms.id !== undefined && terms.id !== id)) return false;
      if (terms.ms !== undefined && Date.now() - Math.max(setAt, change.at) >= terms.ms) return false;
      const counted = used.get(id);
      const reads = counted?.change === change.number ? counted.reads : 0;
      if (terms.reads !== undefined && reads >= terms.reads) return false;
      if (!peeks) used.set(id, { change: change.number, reads: reads + 1 });
      return true;
    });
    return lagging.length > 0 ? change : undefined;
  }

  return {
    lag(input) {
      lags.push({ terms: parse(lagSchema, input), setAt: Date.now(), used: new Map() });
    },
    hide(id) {
      hidden.add(id);
    },
    overrideRows(input) {
      overrides.push(parse(rowOverrideSchema, input));
    },
    list: () => ({ lags: lags.map(({ terms }) => terms), hidden: [...hidden], rows: overrides }),
    clear() {
      lags = [];
      overrides = [];
      hidden.clear();
    },
    isHidden: (id) => hidden.has(id),
    find(kind, row, peeks = false) {
      const id = idOf(kind, row);
      if (hidden.has(id)) return undefined;
      const change = unseenChange(kind, id, peeks);
      if (!change) return row;
      return change.before === undefined ? justCreated(kind, row) : (change.before as typeof row);
    },
    listed(kind, id, entry) {
      const fitting = overrides.filter((one) => one.kind === kind && (one.id === undefined || one.id === id));
      return fitting.reduce<unknown>(
        (shown, one) => ('row' in one ? one.row : { ...(shown as object), ...one.fields }),
        entry,
      );
    },
  };
}

function idOf<Kind extends ReadKind>(kind: Kind, row: Rows[Kind]): string {
  return (row as unknown as Record<string, string>)[IDS[kind]] ?? '';
}

/** Objects are often created and finished in one step. Before it, a payment was processing, a subscription pending. */
function justCreated<Kind extends ReadKind>(kind: Kind, row: Rows[Kind]): Rows[Kind] | undefined {
  if (kind === 'refund') return undefined;
  if (kind === 'subscription') return { ...row, status: 'pending' };
  const { status } = row as PaymentRow;
  return status === 'requires_payment_method'
    ? row
    : { ...row, status: 'processing', error_code: null, payment_link: null };
}

/**
 * Returns an object as a read finds it.
 *
 * @throws ApiError 404 when the read does not find it
 */
export function foundByRead<Kind extends ReadKind>(
  { reads }: { reads: ReadFaults },
  kind: Kind,
  row: Rows[Kind],
): Rows[Kind] {
  const found = reads.find(kind, row);
  if (!found) throw notFound(NAMES[kind], idOf(kind, row));
  return found;
}

/** Returns the rows that a list finds. A row counts as read only if its real or its shown state matches. */
export function foundByList<Kind extends ReadKind>(
  { reads }: { reads: ReadFaults },
  kind: Kind,
  rows: Rows[Kind][],
  matches: (row: Rows[Kind]) => boolean,
): Rows[Kind][] {
  return rows.flatMap((row) => {
    const peeked = reads.find(kind, row, true);
    if (!matches(row) && !(peeked && matches(peeked))) return [];
    const found = reads.find(kind, row);
    return found && matches(found) ? [found] : [];
  });
}
