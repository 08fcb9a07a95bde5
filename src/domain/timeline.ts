/** The timeline of a run: what happened, in order. */

export interface TimelineEntry {
  at: string;
  type: string;
  /** Ids, amounts, codes. Never card data or addresses. */
  detail?: Record<string, string | number | boolean>;
}

/** A subscription was paused as its customer accepted; `until` is when that ends by itself. */
export const PAUSED = 'subscription_paused';

/** What ends a pause: resumed, found ended or made by others, or left to a person. */
export const PAUSE_ENDINGS = [
  'subscription_resumed',
  'pause_left_alone',
  'subscription_not_resumed',
] as const;
