/** Summaries of repeated measurements. */

export interface Summary {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Returns percentiles by nearest rank, so that each is a measured value. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('There are no values to summarize.');
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export const median = (values: readonly number[]): number => summarize(values).p50;

/** Returns the duration of the work in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
