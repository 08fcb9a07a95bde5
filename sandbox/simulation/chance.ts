/** Random numbers that depend on the seed and the question, not on the order of the questions. */
import { createHash } from 'node:crypto';

export interface Chance {
  /** Returns a number from 0 up to 1 for a question such as `customer 7 arrives`. */
  of(what: string): number;
}

export function chanceOf(seed: number): Chance {
  return {
    of: (what) =>
      createHash('sha256')
        .update(`${String(seed)} ${what}`)
        .digest()
        .readUIntBE(0, 6) /
      2 ** 48,
  };
}

/** Returns an exponentially distributed time with this median. */
export function waitingTime(chance: number, medianMs: number): number {
  return Math.round((-Math.log(1 - chance) / Math.LN2) * medianMs);
}
