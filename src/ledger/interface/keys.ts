/** What idempotency keys were used for. */

export interface KeyLedger {
  /**
   * Binds a key to a request, unless it is bound already.
   *
   * @returns the request that it is bound to now
   */
  bindKey(binding: { key: string; request: string; at: string }): Promise<string>;
  /** Frees a key that is bound to this request, which had no effect. */
  freeKey(binding: { key: string; request: string }): Promise<void>;
}
