/** Chance that comes out the same for the same seed, in whatever order it is asked. */
import { createHash } from 'node:crypto';

export interface Chance {
  /** From 0 up to 1, by what is decided: `customer 7 arrives`. */
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

/** A time with this median, exponentially distributed. */
export function waitingTime(chance: number, medianMs: number): number {
  return Math.round((-Math.log(1 - chance) / Math.LN2) * medianMs);
}

/** Chances from 0 to 1. */
export interface Behaviour {
  accept: number;
  decline: number;
  /** That the saved card is declined when the offer is charged. */
  fail: number;
  /** That such a customer pays at the checkout. */
  recover: number;
  /** How long half of the customers take to decide. */
  thinkMs: number;
}
