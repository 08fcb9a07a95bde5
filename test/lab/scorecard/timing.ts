/** Tests whether paths through the same code take different times, however small the difference. */

/** Prepares one call; only the call is timed. */
type TimedPath = () => () => unknown;

/** The slowest calls measure the garbage collector and other programs. */
const KEPT_SHARE = 0.9;
const WARM_UP = 2_000;

/** Returns the largest |t| of Welch's test over all pairs, from `samples` calls of each path in random order. */
export function largestT(paths: TimedPath[], samples: number, random: () => number): number {
  const times = paths.map(() => [] as number[]);
  for (let done = -WARM_UP; done < samples * paths.length; done += 1) {
    const index = Math.floor(random() * paths.length);
    const call = paths[index]?.();
    const started = process.hrtime.bigint();
    call?.();
    const took = Number(process.hrtime.bigint() - started);
    if (done >= 0) times[index]?.push(took);
  }
  // One limit for all, so that the cut favours no path.
  const sorted = times.flat().sort((a, b) => a - b);
  const limit = sorted[Math.floor(sorted.length * KEPT_SHARE)] ?? Infinity;
  const kept = times.map((one) => one.filter((time) => time <= limit));
  const pairs = kept.flatMap((one, index) => kept.slice(index + 1).map((other) => welchT(one, other)));
  return Math.max(...pairs.map(Math.abs));
}

function welchT(one: number[], other: number[]): number {
  const [a, b] = [moments(one), moments(other)];
  return (a.mean - b.mean) / Math.sqrt(a.variance / one.length + b.variance / other.length);
}

function moments(values: number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}
