/** The timeline of a run: what happened, in order. */

export interface TimelineEntry {
  at: string;
  type: string;
  /** Ids, amounts, codes. Never card data or addresses. */
  detail?: Record<string, string | number | boolean>;
}
