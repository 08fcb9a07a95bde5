/** A row of the scorecard: a measurement with its target and method. */
import type { InProcessSystem } from './in-process-system.js';

export interface Measured {
  /** The result, for a person to read. */
  figure: string;
  met: boolean;
}

export interface Row<Place = InProcessSystem> {
  id: string;
  title: string;
  target: string;
  /** How the figure was measured. */
  how: string;
  /** @param long measures at full size, instead of a short cut that takes seconds */
  measure(place: Place, long: boolean): Promise<Measured>;
}

/** The machine lacks what a row needs, so it is neither met nor missed. The message says what is missing. */
export class NotMeasured extends Error {}

/** Returns the figure `n of m`, met if it is all of them. */
export function outOf(good: number, of: number, more = ''): Measured {
  return { figure: `${good} of ${of}${more}`, met: good === of && of > 0 };
}
