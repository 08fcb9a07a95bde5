import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

const SECOND = 1000;

/** Wraps activities to report the time at which each starts. `atRest` counts those that ended; undefined while one runs. */
export function reportingTime<A extends object>(
  activities: A,
  tell: (at: number) => void,
): { timed: A; atRest: () => number | undefined } {
  let underWay = 0;
  let done = 0;
  const timed = Object.entries(activities).map(
    ([name, activity]: [string, (input: unknown) => Promise<unknown>]) => [
      name,
      async (input: unknown) => {
        tell(Context.current().info.currentAttemptScheduledTimestampMs);
        underWay += 1;
        try {
          return await activity(input);
        } finally {
          underWay -= 1;
          done += 1;
        }
      },
    ],
  );
  return { timed: Object.fromEntries(timed) as A, atRest: () => (underWay > 0 ? undefined : done) };
}

/** Interval between checks of the clock, in real time, and the number of checks for which it may stand still. */
const LOOK_EVERY = SECOND;

const STILL_LOOKS = 2;

/** Lets time jump while `work` runs. */
export async function withTimeSkipped<T>(
  { connection }: TestWorkflowEnvironment,
  atRest: () => number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { testService } = connection;
  await testService?.unlockTimeSkipping({});
  let before: { at: number; done: number | undefined } = { at: 0, done: undefined };
  let still = 0;
  const watch = setInterval(() => {
    const look = async () => {
      const { time } = (await testService?.getCurrentTime({})) ?? {};
      const now = { at: Number(time?.seconds ?? 0) * SECOND, done: atRest() };
      const stands =
        now.at - before.at <= 2 * LOOK_EVERY && now.done !== undefined && now.done === before.done;
      still = stands ? still + 1 : 0;
      before = now;
      if (still < STILL_LOOKS) return;
      // When a child ends after its parent, this server leaves the clock locked one time too many.
      still = 0;
      await testService?.unlockTimeSkipping({});
    };
    // The clock was not locked.
    look().catch(() => undefined);
  }, LOOK_EVERY);
  try {
    return await work();
  } finally {
    clearInterval(watch);
  }
}
