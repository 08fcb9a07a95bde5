/** Keeps the requests of a process below Dodo's limit, and a share of them for money. */
import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What a request is for, most urgent first: moving money, finding out what came of it, offering something, and looking
 * after everything else.
 */
export const PURPOSES = ['money', 'proof', 'offer', 'upkeep'] as const;
export type Purpose = (typeof PURPOSES)[number];

interface Work {
  purpose: Purpose;
  /** Of two works for one purpose, the earlier one finishes first: halves of many would all come too late. */
  order: number;
}

const works = new AsyncLocalStorage<Work>();
let begun = 0;

/** Runs something whose requests to Dodo are for one purpose. */
export function withPurpose<T>(purpose: Purpose, run: () => T): T {
  begun += 1;
  return works.run({ purpose, order: begun }, run);
}

/** The code of an error for a request that waited until its time was over, and was never sent. */
export const NO_BUDGET = 'DODO_BUDGET_SPENT';

export interface Budget {
  /**
   * Waits until a request may be sent: the most urgent first, then those of the work that began first.
   *
   * @throws an error with the code `DODO_BUDGET_SPENT` when the signal aborts before
   */
  take(signal?: AbortSignal | null): Promise<void>;
  /** Lets nobody send for a while: Dodo has refused a request as one too many. */
  pause(ms: number): void;
}

/** The requests that may be sent at once. Dodo allows 40 a second. */
const BURST = 40;
/** The share of the burst that only money and its proofs may use. */
const RESERVED = 0.5;
const MINUTE = 60_000;

interface Waiting {
  order: number;
  go: () => void;
}

/** Creates a budget of so many requests in any minute. */
export function createBudget(perMinute: number): Budget {
  const burst = Math.max(1, Math.min(BURST, perMinute / 6));
  // A full bucket and a minute of refilling are the limit together.
  const perMs = Math.max(perMinute - burst, perMinute / 2) / MINUTE;
  const queues: Record<Purpose, Set<Waiting>> = {
    money: new Set(),
    proof: new Set(),
    offer: new Set(),
    upkeep: new Set(),
  };
  let tokens = burst;
  let at = Date.now();
  let pausedUntil = 0;
  let timer: NodeJS.Timeout | undefined;

  const floorOf = (purpose: Purpose) => (purpose === 'money' || purpose === 'proof' ? 0 : burst * RESERVED);

  function serve(): void {
    clearTimeout(timer);
    timer = undefined;
    const now = Date.now();
    tokens = Math.min(burst, tokens + Math.max(0, now - at) * perMs);
    at = now;
    for (;;) {
      const purpose = PURPOSES.find((one) => queues[one].size > 0);
      if (purpose === undefined) return;
      const needed = Math.min(floorOf(purpose) + 1, burst);
      const wait = Math.max(pausedUntil - now, (needed - tokens) / perMs);
      if (wait > 0) {
        timer = setTimeout(serve, Math.ceil(wait));
        return;
      }
      const first = [...queues[purpose]].reduce((a, b) => (b.order < a.order ? b : a));
      queues[purpose].delete(first);
      tokens -= 1;
      first.go();
    }
  }

  return {
    take(signal) {
      const { purpose, order } = works.getStore() ?? { purpose: 'offer', order: (begun += 1) };
      const queue = queues[purpose];
      return new Promise<void>((resolve, reject) => {
        const late = () => {
          queue.delete(waiting);
          reject(
            Object.assign(new Error('The request was not sent: too many others are.'), { code: NO_BUDGET }),
          );
        };
        const waiting: Waiting = {
          order,
          go: () => {
            signal?.removeEventListener('abort', late);
            resolve();
          },
        };
        if (signal?.aborted) {
          late();
          return;
        }
        signal?.addEventListener('abort', late, { once: true });
        queue.add(waiting);
        serve();
      });
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, Date.now() + ms);
    },
  };
}
