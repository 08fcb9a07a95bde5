import type { ProrationMode } from '../model.js';

export interface ProrationInput {
  mode: ProrationMode;
  rule: 'full_cycle_less_unused' | 'remaining_difference';
  /** Before tax, minor units: a period of the old plan, of the new one, and what the current period cost. */
  oldAmount: number;
  newAmount: number;
  periodAmount: number;
  periodStart: Date;
  periodEnd: Date;
  now: Date;
}

export interface Proration {
  /** Before tax; negative when the customer gets credit. */
  net: number;
  /** How much of the new plan, and how much of the old one in return, the net is made of. */
  newFactor: number;
  oldFactor: number;
}

/** The part of the current period that is still to come, from 0 to 1. */
export function unusedShare(start: Date, end: Date, now: Date): number {
  const length = end.getTime() - start.getTime();
  if (length <= 0) return 0;
  return Math.min(1, Math.max(0, (end.getTime() - now.getTime()) / length));
}

/** What a plan change costs at once. */
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
    case 'prorated_immediately': {
      const newFactor = rule === 'full_cycle_less_unused' ? 1 : share;
      const net = Math.round(newAmount * newFactor) - Math.round(periodAmount * share);
      return { net, newFactor, oldFactor: share };
    }
  }
}

/** Whether a change in this mode starts a new billing period. */
export function resetsDates(mode: ProrationMode, resetBillingDates: boolean): boolean {
  if (mode === 'do_not_bill') return false;
  return mode === 'full_immediately' || resetBillingDates;
}
