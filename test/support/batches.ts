/** Does `count` pieces of work, `atOnce` of them in parallel, and returns their results in order. */
export async function inBatches<T>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, count - from) }, (_, index) => work(from + index));
    results.push(...(await Promise.all(batch)));
  }
  return results;
}
