import { setTimeout as sleep } from 'node:timers/promises';

const SECOND = 1000;
const LOOK_EVERY = 50;
const PATIENCE = 30 * SECOND;

/**
 * Polls until there is an answer, where no event announces it.
 *
 * @param what completes the sentence "Not within 30 s: ..."
 * @param patience milliseconds
 * @throws Error when there is no answer in time
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  patience = PATIENCE,
): Promise<T> {
  const giveUp = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > giveUp) throw new Error(`Not within ${patience / SECOND} s: ${what}.`);
    await sleep(LOOK_EVERY);
  }
}
