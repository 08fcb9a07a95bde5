/** What a run answers to an update. */
import type { Decision } from '../domain/words.js';

/** The answer to an update. */
export type Answer<T> =
  | { kind: 'done'; value: T }
  /**
   * Refused by the run; `code` is one of the codes in `refusal`, `won` the decision that came first. `at`
   * is set when the run had taken the message and refused it later; it answers the same message alike ever after.
   */
  | { kind: 'refused'; code: string; message: string; won?: Decision; at?: string }
  /** The run has accepted it and is working on it. */
  | { kind: 'pending' }
  /** The run has ended or never existed. */
  | { kind: 'gone' }
  /** No worker took it in time: the run does not have it. */
  | { kind: 'unanswered' };
