/** One round of the janitor: how much of Dodo's limit it may use, and what it has repaired. */
import { heartbeat } from '@temporalio/activity';
import { DodoBusyError } from '../../../src/dodo/budget.js';
import { classify, isKeyRejected } from '../../../src/dodo/errors.js';
import { REPAIRED, type Repair } from '../../../src/domain/janitor.js';
import type { TimelineEntry } from '../../../src/domain/timeline.js';
import type { ActivityContext } from '../../context.js';

/** What was repaired, and how often. */
export type Repairs = Partial<Record<string, number>>;

/** The requests to Dodo that one activity of a round may make: charges go first, and the next round goes on. */
const BUDGET = 200;

/** Thrown when a round has used up what it may ask of Dodo. */
class BudgetSpent extends Error {}

/** Checks for the end of a round's budget, which says nothing about what was looked at. */
export function isBudgetSpent(error: unknown): boolean {
  return error instanceof BudgetSpent || error instanceof DodoBusyError;
}

export interface Round {
  /** Counts requests to Dodo before they are made. */
  spend(requests?: number): void;
  /** Writes a repair down: on the timeline, which the metric is counted from, and in the log. */
  repaired(what: Repair, about: { purchaseId: string } & NonNullable<TimelineEntry['detail']>): Promise<void>;
  /**
   * Does something for each item. One item that fails keeps no other from being looked at. Ends when the budget is spent.
   *
   * @throws when Dodo refuses to be read at all
   */
  each<T>(items: AsyncIterable<T> | Iterable<T>, mend: (item: T) => Promise<void>): Promise<void>;
  repairs: Repairs;
}

export function openRound({ ledger, log, now }: ActivityContext): Round {
  const repairs: Repairs = {};
  let left = BUDGET;
  return {
    repairs,
    spend(requests = 1) {
      if (left < requests) throw new BudgetSpent();
      left -= requests;
    },
    async repaired(what, { purchaseId, ...about }) {
      const at = now().toISOString();
      await ledger.note(purchaseId, [{ at, type: REPAIRED, detail: { what, ...about } }]);
      log.warn({ what, purchaseId, ...about }, 'the janitor has repaired something');
      repairs[what] = (repairs[what] ?? 0) + 1;
    },
    async each(items, mend) {
      try {
        for await (const item of items) {
          heartbeat(repairs);
          await mend(item).catch(leaveAside);
        }
      } catch (error) {
        if (!(error instanceof BudgetSpent)) throw error;
        log.info({ repairs }, 'the janitor goes on in its next round');
      }
    },
  };

  /** Leaves an item to the next round. Rethrows what every further item would meet as well. */
  function leaveAside(error: unknown): void {
    const failure = classify(error);
    if (error instanceof BudgetSpent || failure.kind === 'not_sent' || isKeyRejected(failure)) throw error;
    log.warn({ err: error }, 'the janitor could not look at something');
  }
}

/** Yields everything of a list that is read page by page, in the order of its ids. */
export async function* everyPage<T>(
  read: (page: { after?: string; limit: number }) => Promise<T[]>,
  idOf: (item: T) => string,
): AsyncGenerator<T> {
  const limit = 200;
  for (let after: string | undefined; ;) {
    const page = await read({ limit, ...(after !== undefined && { after }) });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = idOf(last);
  }
}
