/**
 * Dodo's limit on requests, kept by all parts of a process together. What moves money goes first; among equals, the
 * requests of work that began earlier, so that it is finished before more is begun.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What requests are for, the most urgent first: charges and plan changes, what became of an accepted offer, evaluations
 * and quotes, and sweeps.
 */
export const PRIORITIES = ['money', 'proof', 'offer', 'sweep'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Thrown when a request would have to wait for longer than its caller can: it was not sent. */
export class DodoBusyError extends Error {
  override name = 'DodoBusyError';

  constructor(
    /** When there may be room for it. */
    readonly retryAfterMs: number,
  ) {
    super('Other requests to Dodo have to go first.');
  }
}

interface Job {
  priority: Priority;
  /** Of the priority: 0 goes first. */
  rank: number;
  order: number;
  /** Requests that cannot be sent by then are given up. Milliseconds, as of `performance.now`. */
  until: number;
}

interface Waiter {
  job: Job;
  go: () => void;
  giveUp: (error: DodoBusyError) => void;
}

/** For callers who have set no limit themselves, such as somebody waiting for a page. */
const PATIENCE_MS = 10_000;
/** Nobody stops the whole process for longer, whatever `Retry-After` says. */
const LONGEST_PAUSE_MS = 60_000;
const MINUTE_MS = 60_000;

const jobs = new AsyncLocalStorage<Job>();
let begun = 0;

/**
 * Does some work whose requests to Dodo have a priority. Within other work, its priority and patience count.
 *
 * @param patienceMs how long after the beginning its requests may still have to wait
 */
export function withPriority<T>(priority: Priority, patienceMs: number, work: () => T): T {
  return jobs.getStore() ? work() : jobs.run(newJob(priority, patienceMs), work);
}

function currentJob(): Job {
  return jobs.getStore() ?? newJob('offer', PATIENCE_MS);
}

function newJob(priority: Priority, patienceMs: number): Job {
  begun += 1;
  return {
    priority,
    rank: PRIORITIES.indexOf(priority),
    order: begun,
    until: performance.now() + patienceMs,
  };
}

export interface Budget {
  /**
   * Waits until a request may be sent.
   *
   * @param movesMoney its attempt is recorded, so it is sent now or not at all; the next requests pay for it
   * @throws DodoBusyError when that would take too long
   */
  take(movesMoney?: boolean): Promise<void>;
  /**
   * Checks that the work at hand would get its turn in time, before it does anything.
   *
   * @throws DodoBusyError if not
   */
  admit(): void;
  /** Tells whether the work at hand moves money. */
  isMoney(): boolean;
  /** Lets nobody send anything for a while. */
  pause(ms: number): void;
  /** Learns how many requests Dodo still takes, which other processes may have used up. */
  learn(remaining: number): void;
  /** Requests that wait. */
  waiting(priority: Priority): number;
}

interface BudgetOptions {
  /** Undefined when only Dodo's own refusals limit requests. */
  perMinute?: number;
  /** Told of each request that is sent. */
  onSent?: (priority: Priority, waitedMs: number) => void;
}

/**
 * Creates a token bucket. The bucket and what flows into it within a minute are together never more than the limit.
 */
export function createBudget({ perMinute = Infinity, onSent }: BudgetOptions = {}): Budget {
  const isLimited = Number.isFinite(perMinute);
  const size = isLimited ? Math.max(1, Math.floor(perMinute / 8)) : Infinity;
  const perMs = isLimited ? Math.max(perMinute - size, perMinute / 2) / MINUTE_MS : Infinity;
  /** What offers and sweeps leave over, so that a click finds some. */
  const reserve = isLimited ? Math.floor(size / 5) : 0;
  let tokens = size;
  let at = performance.now();
  let pausedUntil = 0;
  let queue: Waiter[] = [];
  let timer: NodeJS.Timeout | undefined;

  function refill(): number {
    const now = performance.now();
    if (isLimited) tokens = Math.min(size, tokens + (now - at) * perMs);
    at = now;
    return now;
  }

  const needed = ({ priority }: Job) => (priority === 'offer' || priority === 'sweep' ? 1 + reserve : 1);
  const pauseLeft = (now: number) => Math.max(0, pausedUntil - now);

  /** Returns how long a request has to wait if nothing more urgent comes. */
  function waitOf(job: Job, now: number): number {
    const ahead = queue.filter((other) => isBefore(other.job, job)).length;
    const missing = needed(job) + ahead - tokens;
    return pauseLeft(now) + (isLimited && missing > 0 ? missing / perMs : 0);
  }

  /**
   * Returns how long a request has to wait.
   *
   * @throws DodoBusyError when its work cannot wait for so long
   */
  function turnOf(job: Job, now: number): number {
    const wait = waitOf(job, now);
    if (now + wait > job.until) throw new DodoBusyError(wait);
    return wait;
  }

  function serve(): void {
    clearTimeout(timer);
    timer = undefined;
    const now = refill();
    queue = queue.filter((waiter) => {
      if (waiter.job.until > now) return true;
      waiter.giveUp(new DodoBusyError(Math.max(waitOf(waiter.job, now), 1_000)));
      return false;
    });
    for (let [next] = queue; next; [next] = queue) {
      if (pausedUntil > now || tokens < needed(next.job)) break;
      queue.shift();
      tokens -= 1;
      next.go();
    }
    const [next] = queue;
    if (!next) return;
    const patience = Math.min(...queue.map(({ job }) => job.until)) - now;
    const wait = pauseLeft(now) || (needed(next.job) - tokens) / perMs;
    timer = setTimeout(serve, Math.ceil(Math.max(1, Math.min(wait, patience))));
  }

  async function take(movesMoney = false): Promise<void> {
    const job = currentJob();
    const now = refill();
    if (movesMoney) {
      if (pausedUntil > now) throw new DodoBusyError(pauseLeft(now));
      tokens -= 1;
    } else {
      if (turnOf(job, now) > 0) {
        await new Promise<void>((resolve, reject) => {
          const ahead = queue.filter((other) => isBefore(other.job, job)).length;
          queue.splice(ahead, 0, { job, go: resolve, giveUp: reject });
          serve();
        });
      } else {
        tokens -= 1;
      }
    }
    onSent?.(job.priority, performance.now() - now);
  }

  return {
    take,
    admit() {
      turnOf(currentJob(), refill());
    },
    isMoney: () => jobs.getStore()?.priority === 'money',
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, performance.now() + Math.min(ms, LONGEST_PAUSE_MS));
    },
    learn(remaining) {
      refill();
      if (isLimited && remaining >= 0) tokens = Math.min(tokens, remaining);
    },
    waiting: (priority) => queue.filter(({ job }) => job.priority === priority).length,
  };
}

function isBefore(one: Job, other: Job): boolean {
  return one.rank === other.rank ? one.order <= other.order : one.rank < other.rank;
}
