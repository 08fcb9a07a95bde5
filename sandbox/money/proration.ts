import type { ProrationMode } from '../model.js';

export interface ProrationInput {
  mode: ProrationMode;
  rule: 'full_cycle_less_unused' | 'remaining_difference';
  /** A period of the old plan, one of the new plan, and the price paid for the current period; minor units before tax. */
  oldAmount: number;
  newAmount: number;
  periodAmount: number;
  periodStart: Date;
  periodEnd: Date;
  now: Date;
}

export interface Proration {
  /** Charged before tax; negative when the customer gets credit. */
  net: number;
  /** The shares of the new plan charged and of the old plan credited. */
  newFactor: number;
  oldFactor: number;
}

/** Returns the share of a period that is still to come, from 0 to 1. */
export function unusedShare(start: Date, end: Date, now: Date): number {
  const length = end.getTime() - start.getTime();
  if (length <= 0) return 0;
  return Math.min(1, Math.max(0, (end.getTime() - now.getTime()) / length));
}

/** Returns the immediate price of a plan change. */
export function prorate(input: ProrationInput): Proration {
  const { mode, rule, oldAmount, newAmount, periodAmount } = input;
  const share = unusedShare(input.periodStart, input.periodEnd, input.now);
  switch (mode) {
    case 'full_immediately':
      return { net: newAmount, newFactor: 1, oldFactor: 0 };
    case 'difference_immediately':
      return { net: newAmount - oldAmount, newFactor: 1, oldFactor: 1 };
    case 'do_not_bill':
      return { net: 0, newFactor: 0, oldFactor: 0 };
    case 'prorated_immediately':
    case 'prorated_immediately_keep_cycle': {
      // A cycle that is kept ends when it would have ended: only its rest is charged.
      const whole = mode === 'prorated_immediately' && rule === 'full_cycle_less_unused';
      const newFactor = whole ? 1 : share;
      const net = Math.round(newAmount * newFactor) - Math.round(periodAmount * share);
      return { net, newFactor, oldFactor: share };
    }
  }
}

/** Says whether a change in this mode starts a new billing period. */
export function resetsDates(mode: ProrationMode, resetBillingDates: boolean): boolean {
  if (mode === 'do_not_bill' || mode === 'prorated_immediately_keep_cycle') return false;
  return mode === 'full_immediately' || resetBillingDates;
}
