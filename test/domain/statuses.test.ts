import { describe, expect, it } from 'vitest';
import { mayAttemptBecome } from '../../src/domain/attempt.js';
import { laterOutcome, outcomeOf, outcomeOfStep, outcomeThatStands } from '../../src/domain/outcome.js';
import {
  isBlocking,
  isExceptional,
  isFulfilling,
  isInFlight,
  isUndecided,
  isUnsettled,
  mayBecome,
  statusAt,
} from '../../src/domain/presentation.js';
import { PRESENTATION_STATUSES, type PresentationStatus } from '../../src/domain/words.js';

function all(holds: (status: PresentationStatus) => boolean): PresentationStatus[] {
  return PRESENTATION_STATUSES.filter(holds);
}

describe('the statuses of a presentation', () => {
  it('are told apart by what may still come', () => {
    expect(all(isUndecided)).toEqual(['open', 'accepted', 'charging']);
    expect(all(isInFlight)).toEqual(['accepted', 'charging', 'reconciling', 'requires_action']);
    expect(all(isBlocking)).toEqual(['open', ...all(isInFlight)]);
    expect(all((status) => !isUnsettled(status))).toEqual([
      'scheduled',
      'paid',
      'declined',
      'expired',
      'withdrawn',
      'failed',
    ]);
    expect(all(isFulfilling)).toEqual(all((status) => isUnsettled(status) && status !== 'open'));
    expect(all(isExceptional)).toEqual(['reconciling', 'needs_review', 'requires_action', 'fallback']);
  });

  it('become paid after all when the offer was accepted', () => {
    expect(mayBecome({ status: 'expired', decision: 'accepted' }, 'paid')).toBe(true);
    expect(mayBecome({ status: 'expired', decision: 'expired' }, 'paid')).toBe(false);
  });

  it('return from the fallback to charging with a new attempt only', () => {
    expect(mayBecome({ status: 'fallback' }, 'charging')).toBe(false);
    expect(mayBecome({ status: 'fallback' }, 'charging', { newAttempt: true })).toBe(true);
  });

  it('are expired from the end of the window on, if still open', () => {
    const expiresAt = '2026-01-01T00:00:00.000Z';
    expect(statusAt({ status: 'open', expiresAt }, new Date(expiresAt))).toBe('expired');
    expect(statusAt({ status: 'open', expiresAt }, new Date(Date.parse(expiresAt) - 1))).toBe('open');
    expect(statusAt({ status: 'charging', expiresAt }, new Date(expiresAt))).toBe('charging');
  });
});

describe('the statuses of an attempt', () => {
  it('lead from a failure to paid, and never back from paid', () => {
    expect(mayAttemptBecome('absent', 'paid')).toBe(true);
    expect(mayAttemptBecome('paid', 'failed')).toBe(false);
    expect(mayAttemptBecome('paid', 'refunded')).toBe(true);
    expect(mayAttemptBecome('refunded', 'paid')).toBe(false);
  });

  it('lead to a review from wherever the outcome is still open, and from there to any outcome', () => {
    const open = [
      'recorded',
      'unknown',
      'submitted',
      'processing',
      'requires_action',
      'needs_review',
    ] as const;
    const ends = ['rejected', 'absent', 'failed', 'paid', 'refunded'] as const;
    for (const status of open) {
      expect(mayAttemptBecome(status, 'needs_review'), status).toBe(true);
      for (const end of ends) expect(mayAttemptBecome(status, end), `${status} ${end}`).toBe(true);
    }
    for (const end of ends) {
      for (const status of open) expect(mayAttemptBecome(end, status), `${end} ${status}`).toBe(false);
    }
  });
});

describe('the outcome', () => {
  const fulfilled = { kind: 'fulfilled', newSubscription: false, attemptId: 'a' } as const;

  it('of a step follows its decision and its fulfilment', () => {
    expect(outcomeOfStep('declined', undefined)).toBe('declined');
    expect(outcomeOfStep('accepted', { ...fulfilled, paidVia: 'attempt' })).toBe('converted');
    expect(outcomeOfStep('accepted', { ...fulfilled, paidVia: 'fallback' })).toBe('recovered');
    expect(outcomeOfStep('accepted', { kind: 'unpaid' })).toBe('abandoned');
    expect(outcomeOfStep('accepted', { kind: 'failed' })).toBe('payment_failed');
  });

  it('of a run is that of its best step', () => {
    expect(outcomeOf('converted', 'declined')).toBe('converted');
    expect(outcomeOf('declined', 'converted')).toBe('converted');
    expect(outcomeOf(undefined, 'expired')).toBe('expired');
  });

  it('of a settled run changes only when money comes or goes', () => {
    expect(laterOutcome('declined', 'converted')).toBe('converted');
    expect(laterOutcome('converted', 'declined')).toBe('converted');
    expect(laterOutcome('converted', 'reversed')).toBe('reversed');
    expect(laterOutcome('reversed', 'converted')).toBe('reversed');
  });

  it('of a run says what stands of its money', () => {
    const kept = { paidAmount: 1900, refundedAmount: 100, recovered: false };
    const gone = { paidAmount: 14_900, refundedAmount: 14_900, recovered: false };
    const free = { paidAmount: 0, refundedAmount: 0, recovered: false };
    const byLink = { ...kept, recovered: true };
    expect(outcomeThatStands('converted', [gone, kept])).toBe('converted');
    expect(outcomeThatStands('converted', [gone, byLink])).toBe('recovered');
    expect(outcomeThatStands('reversed', [gone, byLink])).toBe('recovered');
    expect(outcomeThatStands('reversed', [free])).toBe('converted');
    expect(outcomeThatStands('recovered', [gone])).toBe('reversed');
    expect(outcomeThatStands('recovered', [{ ...gone, recovered: true }, gone])).toBe('reversed');
    // Nothing went back, so the run's own word stands.
    expect(outcomeThatStands('converted', [byLink])).toBe('converted');
    // It is not about money that came in.
    expect(outcomeThatStands('needs_review', [gone])).toBe('needs_review');
    expect(outcomeThatStands('declined', [gone])).toBe('declined');
    expect(outcomeThatStands('reversed', [])).toBe('reversed');
  });
});
