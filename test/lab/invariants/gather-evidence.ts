/** Collects the evidence from the three parties that keep records: Dodo (the sandbox), the ledger, and Temporal. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Sandbox } from '../../../sandbox/index.js';
import type { Catalog } from '../../../src/domain/offers.js';
import type { Ledger } from '../../../src/ledger/index.js';
import { ATTEMPT_METADATA_KEY } from '../../../src/domain/ids.js';
import type { Answered, BooksEvidence, Evidence, LedgerEvidence } from './evidence.js';
import type { ReceivedNotification } from '../../support/merchant.js';
import { readRunHistory, type RunHistory } from './run-history.js';
import { inBatches } from '../../support/batches.js';

export interface Sources {
  catalog: Catalog;
  books: Sandbox['books'];
  ledger: Pick<Ledger, 'purchase' | 'attempt' | 'quotes' | 'payment' | 'reviews' | 'compensations'>;
  client: Client;
  taskQueue: string;
  swept: boolean;
  /** Notifications that the merchant acted on. */
  told?: ReceivedNotification[];
  answers?: Answered[];
  strangers?: string[];
}

/** Reads all records. Throws if one of the three cannot be read. */
export async function gatherEvidence(sources: Sources): Promise<Evidence> {
  const { catalog, swept, told, answers, strangers } = sources;
  const books = readBooks(sources.books);
  const runs = await readRuns(sources.client, sources.taskQueue);
  const ledger = await readLedger(sources.ledger, runs, books);
  return {
    catalog,
    at: new Date(),
    books,
    ledger,
    runs,
    swept,
    ...(told && {
      told: told.map(({ id, type, data: { purchaseId, presentationId } }) => ({
        id,
        type,
        purchaseId,
        presentationId,
      })),
    }),
    ...(answers && { answers: [...answers] }),
    ...(strangers && { strangers: [...strangers] }),
  };
}

function readBooks(books: Sandbox['books']): BooksEvidence {
  return {
    payments: books.payments(),
    refunds: books.refunds(),
    subscriptions: books.subscriptions(),
    movements: books.movements(),
    deliveries: books.deliveries(),
    requests: books.requests({ method: 'POST' }),
  };
}

const AT_ONCE = 8;
const MOST_REVIEWS = 100_000;

async function readRuns(client: Client, taskQueue: string): Promise<RunHistory[]> {
  const listed = [];
  for await (const info of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    if (info.type !== 'sweep') listed.push(info);
  }
  const runs = await each(listed, async ({ workflowId, runId, type }) => {
    const handle = client.workflow.getHandle(workflowId, runId);
    try {
      const [history, { status }] = await Promise.all([
        untilAnswered(() => handle.fetchHistory()),
        untilAnswered(() => handle.describe()),
      ]);
      return readRunHistory({ workflowId, runId, type, status: status.name }, history);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  });
  return runs.filter((run) => run !== undefined);
}

const TRIES = 8;

/** Retries, because Temporal may run on a store that fails on purpose. */
async function untilAnswered<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || tries === TRIES) throw error;
    }
  }
}

async function readLedger(
  ledger: Sources['ledger'],
  runs: RunHistory[],
  { payments }: BooksEvidence,
): Promise<LedgerEvidence> {
  const purchaseIds = new Set<string>();
  const attemptIds = new Set<string>();
  for (const { type, input, activities } of runs) {
    const purchaseId = (input[0] as { purchaseId?: unknown } | undefined)?.purchaseId;
    if (type === 'purchase' && typeof purchaseId === 'string') purchaseIds.add(purchaseId);
    for (const activity of activities) {
      const attemptId = (activity.input as { attemptId?: unknown } | undefined)?.attemptId;
      if (typeof attemptId === 'string') attemptIds.add(attemptId);
    }
  }
  for (const { payment_id, metadata } of payments) {
    const attemptId = metadata[ATTEMPT_METADATA_KEY];
    if (typeof attemptId === 'string') attemptIds.add(attemptId);
    else purchaseIds.add(payment_id);
  }
  const purchases = await each([...purchaseIds], (id) => ledger.purchase(id));
  const attempts = await each([...attemptIds], (id) => ledger.attempt(id));
  const chosenFrom = purchases.flatMap((purchase) =>
    (purchase?.presentations ?? []).filter(({ choices }) => choices !== undefined),
  );
  const quotes = await each(chosenFrom, ({ id }) => ledger.quotes(id));
  const records = await each(payments, ({ payment_id }) => ledger.payment(payment_id));
  return {
    accounts: {
      payments: records.filter((record) => record !== undefined),
      reviews: await ledger.reviews({ limit: MOST_REVIEWS }),
      compensations: [
        ...(await ledger.compensations({ status: 'open' })),
        ...(await ledger.compensations({ status: 'review' })),
      ],
    },
    quotes: quotes.flat(),
    purchases: purchases.filter((purchase) => purchase !== undefined),
    attempts: attempts.filter((attempt) => attempt !== undefined),
  };
}

/** Works on a few items at a time, so that a long campaign does not ask for everything at once. */
function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  return inBatches(items.length, AT_ONCE, (index) => work(items[index] as T));
}
