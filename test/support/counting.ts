/** Returns how many items have each key. */
export function countBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/** Formats counts: `3 x 503, 1 x no answer`. Undefined if there are none. */
export function describeCounts(counts: Record<string, number>): string | undefined {
  return (
    Object.entries(counts)
      .map(([key, times]) => `${times} x ${key}`)
      .join(', ') || undefined
  );
}
