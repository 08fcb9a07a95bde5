/** Refunds and disputes: what they take back of a payment. */

/** Money that a refund or dispute took back. Minor units of the payment's currency. */
export interface Taken {
  id: string;
  kind: 'refund' | 'dispute';
  amount: number;
}

/** Disputes whose money is gone for good. An open dispute may still be won. */
const LOST_STATUSES: readonly string[] = ['dispute_lost', 'dispute_accepted'];

/** Disputes that have ended without costing anything. */
const WON_STATUSES: readonly string[] = ['dispute_won', 'dispute_cancelled', 'dispute_expired'];

/** Checks whether a dispute at this status has cost its money. */
export function isLost(disputeStatus: string): boolean {
  return LOST_STATUSES.includes(disputeStatus);
}

/** Checks whether a dispute at this status may still end either way. */
export function isUndecided(disputeStatus: string): boolean {
  return !isLost(disputeStatus) && !WON_STATUSES.includes(disputeStatus);
}

/** Checks whether an event of this type says that money has gone back: the others are steps on the way. */
export function takesMoney(eventType: string): boolean {
  return eventType === 'refund.succeeded' || LOST_STATUSES.includes(timelineTypeOf(eventType));
}

/** The timeline entries that money went back by. */
export const TAKING_ENTRIES = ['refund_succeeded', ...LOST_STATUSES] as const;

/** Returns the type of an event's timeline entry: `dispute.lost` is `dispute_lost`. */
export function timelineTypeOf(eventType: string): string {
  return eventType.replace('.', '_');
}

/** Reads a positive amount in minor units, written as a number or as digits; undefined for anything else. */
export function minorUnits(value: unknown): number | undefined {
  const amount = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0 ? amount : undefined;
}

/** Adds up what refunds or disputes took back, each counted once. */
export function sumTaken(taken: readonly Taken[], kind: Taken['kind']): number {
  const byId = new Map(taken.filter((one) => one.kind === kind).map(({ id, amount }) => [id, amount]));
  return [...byId.values()].reduce((sum, amount) => sum + amount, 0);
}
