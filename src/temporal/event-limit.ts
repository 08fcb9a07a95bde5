/** How many different webhooks about one thing a process hands to a run. */

/**
 * A payment, a subscription or a refund has a few states. Temporal itself takes 10,000 signals for a run and then none
 * any more, not even a click that was left for a worker; and all of them have to be replayed.
 */
const PER_SUBJECT = 100;
/** Of what webhooks are counted at a time. The counts of what was silent longest are forgotten first. */
const SUBJECTS = 10_000;

export interface EventLimit {
  /**
   * Counts a webhook before it is handed over. False when there were enough about this subject: the run finds out by
   * asking Dodo, as it does when a webhook is lost. Copies of a counted one may pass, for Temporal drops them.
   */
  admit(subject: string, webhookId: string): boolean;
  /** Takes back one that no run got. */
  release(subject: string, webhookId: string): void;
}

export function createEventLimit({ perSubject = PER_SUBJECT, subjects = SUBJECTS } = {}): EventLimit {
  const admitted = new Map<string, Set<string>>();
  return {
    admit(subject, webhookId) {
      const ids = admitted.get(subject) ?? new Set<string>();
      if (ids.size >= perSubject && !ids.has(webhookId)) return false;
      // To the end of the line of those that are forgotten.
      admitted.delete(subject);
      admitted.set(subject, ids.add(webhookId));
      const [silentLongest] = admitted.keys();
      if (admitted.size > subjects && silentLongest !== undefined) admitted.delete(silentLongest);
      return true;
    },
    release(subject, webhookId) {
      admitted.get(subject)?.delete(webhookId);
    },
  };
}
