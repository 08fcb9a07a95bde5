/** Limits the number of webhooks about one subject that a process delivers to a run. */

/**
 * A payment, subscription or refund has only a few states. Temporal accepts 10,000 signals per run and then no more, not
 * even a click left for a worker; and all of them have to be replayed.
 */
const PER_SUBJECT = 100;
/** How many subjects are counted at a time. The least recently active one is forgotten first. */
const SUBJECTS = 10_000;

export interface EventLimit {
  /**
   * Counts a webhook before it is delivered. Returns false when there were too many about this subject: the run then asks
   * Dodo, as it does when a webhook is lost. Copies of a counted webhook pass, because Temporal drops them.
   */
  admit(subject: string, webhookId: string): boolean;
  /** Uncounts a webhook that no run received. */
  release(subject: string, webhookId: string): void;
}

/** Creates a limit that lasts as long as the process. */
export function createEventLimit({ perSubject = PER_SUBJECT, subjects = SUBJECTS } = {}): EventLimit {
  const admitted = new Map<string, Set<string>>();
  return {
    admit(subject, webhookId) {
      const ids = admitted.get(subject) ?? new Set<string>();
      if (ids.size >= perSubject && !ids.has(webhookId)) return false;
      // Moves the subject to the end of the queue for being forgotten.
      admitted.delete(subject);
      admitted.set(subject, ids.add(webhookId));
      const [leastRecent] = admitted.keys();
      if (admitted.size > subjects && leastRecent !== undefined) admitted.delete(leastRecent);
      return true;
    },
    release(subject, webhookId) {
      admitted.get(subject)?.delete(webhookId);
    },
  };
}
