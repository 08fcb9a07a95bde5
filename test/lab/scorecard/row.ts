/** One row of the scorecard: what is measured, against which target, and how. */
import type { InProcessSystem } from './in-process-system.js';

export interface Measured {
  /** What came out, as a person reads it. */
  figure: string;
  met: boolean;
}

export interface Row<Place = InProcessSystem> {
  id: string;
  title: string;
  target: string;
  /** What was done to get the figure. */
  how: string;
  /** @param long the whole size; otherwise a cut that takes seconds */
  measure(place: Place, long: boolean): Promise<Measured>;
}

/** What a row needs is not on this machine: it counts neither as met nor as missed. The message says what it is. */
export class NotMeasured extends Error {}

/** `n of m`, met when it is all of them. */
export function outOf(good: number, of: number, more = ''): Measured {
  return { figure: `${good} of ${of}${more}`, met: good === of && of > 0 };
}
