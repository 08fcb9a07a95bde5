/**
 * The changes of workflow code that runs under way must not see: `patched(PATCHES.x)` is false for a run that passed the
 * place before the change was made. Recorded histories replay through both.
 */
export const PATCHES = {
  /** Payments are judged by `judgePayment`; what differs from what was accepted is reviewed. */
  paymentVerdict: 'payment-verdict',
  /** Refunds of second payments and ends of replaced subscriptions are compensation runs. */
  compensation: 'compensation',
  /** Deadlines of 3-D Secure and of sending, and attempts that were provably never sent. */
  windows: 'windows',
  /** A purchase run finds its plan-change run again, and a newer wish replaces an unpaid fallback. */
  planChangeLock: 'plan-change-lock',
  /** Runs under review say what is in doubt in the search attribute `ReviewKind`. */
  reviewKind: 'review-kind',
  /** A registered purchase is waited for until the slowest method must have paid, and its second payment is told of. */
  registeredPurchase: 'registered-purchase',
  /** A plan change at the next billing date is followed by a run of its own until it has happened. */
  scheduledChange: 'scheduled-change',
  /** A plan change that sets add-ons is proven by them, too. */
  addons: 'addons',
  /** News that comes by webhook while Dodo is being read is not kept waiting for the reading. */
  newsWhileReading: 'news-while-reading',
  /** A payment that is known, by webhook or by an earlier reading, is not absent because a reading does not show it. */
  newsOverReadings: 'news-over-readings',
  /** Notifications that the receiver refuses do not hold up the ones behind them. */
  notificationOrder: 'notification-order',
  /** A round of the janitor ends by deleting what was kept for long enough. */
  dataRetention: 'data-retention',
  /** A look-up that waited in vain for its turn at Dodo is made again, and does not count as one that failed. */
  queuedLookUps: 'queued-look-ups',
  /** The merchant is told of what a recall itself has given back. */
  ownRefunds: 'own-refunds',
  /** A scheduled change of plan is looked at every day, and given up soon when it is dropped before its date. */
  droppedChange: 'dropped-change',
  /** A sweep gives the funnels in shadow their turn. */
  shadowFunnels: 'shadow-funnels',
} as const;
