/** "Did you mean": the known word closest to a mistyped one. */
import { distance } from 'fastest-levenshtein';

/**
 * Returns the candidate that takes the fewest edits to reach, ignoring case, if that is few enough for a typo: about
 * one edit per three letters. Letters in the wrong order count as one edit.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    // Cheaper than the distance, which is never less than the difference in length.
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const edits = countEdits(word.toLowerCase(), candidate.toLowerCase());
    if (edits <= limit && (!best || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate;
}

/** Returns `; did you mean "pro-plan"?`, or an empty string if no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = closest(word, candidates);
  return candidate === undefined ? '' : `; did you mean "${candidate}"?`;
}

/** Levenshtein distance, except that two swapped letters are one edit and not two. */
function countEdits(one: string, other: string): number {
  const edits = distance(one, other);
  return edits === 2 && sorted(one) === sorted(other) ? 1 : edits;
}

function sorted(word: string): string {
  return [...word].sort().join('');
}
