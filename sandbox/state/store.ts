import type * as Rows from '../model.js';
import { openJournal } from './journal.js';
import type { Journal } from './journal.js';

export interface Table<Row> {
  get(id: string): Row | undefined;
  /** Returns the rows in the order in which they were first put. */
  all(): Row[];
  put(row: Row): void;
  delete(id: string): void;
}

export interface Tables {
  customers: Table<Rows.CustomerRow>;
  methods: Table<Rows.MethodRow>;
  products: Table<Rows.ProductRow>;
  addons: Table<Rows.AddonRow>;
  discounts: Table<Rows.DiscountRow>;
  checkouts: Table<Rows.CheckoutRow>;
  payments: Table<Rows.PaymentRow>;
  subscriptions: Table<Rows.SubscriptionRow>;
  refunds: Table<Rows.RefundRow>;
  disputes: Table<Rows.DisputeRow>;
  movements: Table<Rows.MovementRow>;
  answers: Table<Rows.ChargeAnswerRow>;
  portals: Table<Rows.PortalSessionRow>;
  deliveries: Table<Rows.DeliveryRow>;
  requests: Table<Rows.RequestRow>;
  settings: Table<{ name: string; value: unknown }>;
}

/** Tables whose rows' last change is kept, in memory only. */
const KEPT_TABLES = ['payments', 'subscriptions', 'refunds'] as const;
export type KeptTable = (typeof KEPT_TABLES)[number];

export interface RowChange {
  /** The row before the transaction; undefined when it created the row. */
  before: unknown;
  /** Milliseconds of the machine's clock. */
  at: number;
  /** Counts all changes kept, so that two changes of a row can be told apart. */
  number: number;
}

export interface Store {
  tables: Tables;
  /** Runs a change, all or nothing: when `work` throws, every row is as it was before. */
  transact<T>(work: () => T): T;
  /** Returns the last change to a row since the start, for tables whose history is kept. */
  lastChange(table: KeptTable, id: string): RowChange | undefined;
  /** Resolves when every change made so far is on disk; at once without a data folder. */
  durable(): Promise<void>;
  /** Deletes every row. */
  clear(): void;
  close(): Promise<void>;
}

/** `row` is absent for a removal. */
interface Change {
  table: string;
  id: string;
  row?: unknown;
}

interface AnyTable extends Table<unknown> {
  rows: Map<string, unknown>;
}

const KEYS: { [Name in keyof Tables]: string } = {
  customers: 'customer_id',
  methods: 'payment_method_id',
  products: 'product_id',
  addons: 'id',
  discounts: 'discount_id',
  checkouts: 'session_id',
  payments: 'payment_id',
  subscriptions: 'subscription_id',
  refunds: 'refund_id',
  disputes: 'dispute_id',
  movements: 'id',
  answers: 'id',
  portals: 'token',
  deliveries: 'id',
  requests: 'id',
  settings: 'name',
};

/** Opens the sandbox's state: tables in memory, journaled to `dataDir` if there is one. */
export async function openStore(dataDir?: string): Promise<Store> {
  /** Rows as they were before the current transaction touched them. */
  let before: Map<string, { table: string; id: string; row: unknown }> | undefined;
  let journal: Journal | undefined;
  let lastWrite: Promise<void> = Promise.resolve();
  const lastChanges = new Map<string, RowChange>();
  let changesKept = 0;

  function table(name: string, key: string): AnyTable {
    const rows = new Map<string, unknown>();
    function remember(id: string): void {
      if (!before) throw new Error(`The table "${name}" was changed outside a transaction.`);
      const place = `${name}/${id}`;
      if (!before.has(place)) before.set(place, { table: name, id, row: rows.get(id) });
    }
    return {
      rows,
      get: (id) => rows.get(id),
      all: () => [...rows.values()],
      put(row) {
        const id = (row as Record<string, string>)[key] ?? '';
        remember(id);
        rows.set(id, row);
      },
      delete(id) {
        remember(id);
        rows.delete(id);
      },
    };
  }

  const byName = Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, table(name, key)]));

  function write(changes: Change[]): void {
    if (!journal || changes.length === 0) return;
    lastWrite = journal.append(changes);
    // A failure reaches those who await durable(); without this line, an unawaited one would end the process.
    lastWrite.catch(() => undefined);
  }

  function keepLastChange({ table: name, id, row: was }: { table: string; id: string; row: unknown }): void {
    if (!(KEPT_TABLES as readonly string[]).includes(name) || byName[name]?.get(id) === was) return;
    lastChanges.set(`${name}/${id}`, { before: was, at: Date.now(), number: ++changesKept });
  }

  function apply(changes: Change[]): void {
    for (const { table: name, id, row } of changes) {
      if (row === undefined) byName[name]?.rows.delete(id);
      else byName[name]?.rows.set(id, row);
    }
  }

  function snapshot(): Change[] {
    return Object.entries(byName).flatMap(([name, { rows }]) =>
      [...rows].map(([id, row]) => ({ table: name, id, row })),
    );
  }

  if (dataDir !== undefined) {
    journal = await openJournal(dataDir, (entry) => apply(entry as Change[]), snapshot);
  }

  return {
    tables: byName as unknown as Tables,
    transact(work) {
      if (before) return work();
      const touched = (before = new Map<string, { table: string; id: string; row: unknown }>());
      try {
        const value = work();
        for (const change of touched.values()) keepLastChange(change);
        write(
          [...touched.values()].map(({ table: name, id }) => ({
            table: name,
            id,
            row: byName[name]?.get(id),
          })),
        );
        return value;
      } catch (error) {
        apply([...touched.values()]);
        throw error;
      } finally {
        before = undefined;
      }
    },
    lastChange: (name, id) => lastChanges.get(`${name}/${id}`),
    durable: () => lastWrite,
    clear() {
      lastChanges.clear();
      const gone = snapshot().map(({ table: name, id }) => ({ table: name, id }));
      apply(gone);
      write(gone);
    },
    async close() {
      await journal?.close();
    },
  };
}
