/** Compiles single values of `offers.yaml`: durations to milliseconds, shares to fractions, omitted fields to nothing. */
import { parseDuration } from '../../domain/duration.js';
import type { Cap } from '../../domain/offers.js';

export function compileDuration(duration: string): number {
  const milliseconds = parseDuration(duration);
  if (milliseconds === undefined) throw new Error(`The schema let "${duration}" pass as a duration.`);
  return milliseconds;
}

export function compileOptionalDuration(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : compileDuration(duration);
}

export function compileCap({ times, within }: { times: number; within?: string }): Cap {
  return { times, ...defined({ withinMs: compileOptionalDuration(within) }) };
}

/** `10%` is 0.1. */
export function compileShare(share: string | undefined): number | undefined {
  return share === undefined ? undefined : Number(share.slice(0, -1)) / 100;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops fields that the file omits, so that fields added in later versions do not change the hash. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
