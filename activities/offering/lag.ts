/**
 * What Dodo's readings say may lag behind its signed events. A reading that contradicts one is repeated, within limits,
 * before anything is decided on it.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long each kind of reading may go on contradicting what was signed. */
export const LAG_LIMITS = {
  /** The payment is not paid, although its event says that it succeeded. */
  payment_lags: 2 * MINUTE,
  /** The payment is not there. It soon is, or it never will be: then the event is of the other mode. */
  payment_missing: 10 * SECOND,
  /** The subscription of a paid purchase is still `pending`. */
  subscription_lags: 10 * MINUTE,
  /** The subscription of a paid purchase is not there. */
  subscription_missing: 30 * SECOND,
} as const;
export type Lag = keyof typeof LAG_LIMITS;

const SHORTEST_DELAY = SECOND / 2;
const LONGEST_DELAY = 20 * SECOND;

/** Kept between the tries of one activity. */
interface FirstSeen {
  lag: Lag;
  /** Unix milliseconds. */
  since: number;
}

/**
 * Asks for the activity to be tried again shortly, at growing intervals, because a reading lags. Returns once it has done
 * so for as long as its limit allows: then the reading has to be taken as it is.
 *
 * @throws ApplicationFailure of the lag's name (retryable), with the delay until the next try
 */
export function waitForReading(lag: Lag, detail: string, now: Date): void {
  const at = now.getTime();
  const since = firstSeen(lag) ?? at;
  const waited = at - since;
  if (waited >= LAG_LIMITS[lag]) return;
  remember({ lag, since });
  throw ApplicationFailure.create({
    message: detail,
    type: lag,
    nonRetryable: false,
    // As long again as it has lasted: the intervals double.
    nextRetryDelay: Math.min(Math.max(waited, SHORTEST_DELAY), LONGEST_DELAY),
  });
}

/** Returns the number of this try of the activity: 1 for the first, and outside of Temporal. */
export function tryNumber(): number {
  return current()?.info.attempt ?? 1;
}

/** The last heartbeat of a try is handed to the next one, so that time spent on other failures does not count. */
function firstSeen(lag: Lag): number | undefined {
  const { lag: before, since } = (current()?.info.heartbeatDetails ?? {}) as Partial<FirstSeen>;
  return before === lag ? since : undefined;
}

function remember(seen: FirstSeen): void {
  current()?.heartbeat(seen);
}

/** Undefined outside of Temporal, where a first try is all there is. */
function current(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}
