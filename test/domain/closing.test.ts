import { describe, expect, it } from 'vitest';
import { endingOf, outcomeOfRun } from '../../src/domain/closing.js';
import type { AttemptRecord } from '../../src/domain/attempt.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import { ATTEMPT_STATUSES, PRESENTATION_STATUSES, type AttemptStatus } from '../../src/domain/words.js';
import { isBlocking, isUnsettled, mayBecome } from '../../src/domain/presentation.js';
import { aRecord } from '../http/scripted-api.js';

const NOW = new Date('2026-11-22T12:30:00.000Z');
const attempt = (status: AttemptStatus, kind: AttemptRecord['kind'] = 'charge'): AttemptRecord => ({
  attemptId: 'purchase/pay_1:pro:1',
  presentationId: 'prs_1',
  workflowId: 'purchase/pay_1',
  kind,
  status,
  amount: 4900,
  currency: 'USD',
  createdAt: '2026-11-22T12:10:00.000Z',
});

describe('an offer whose run is gone', () => {
  it.each(PRESENTATION_STATUSES.flatMap((status) => ATTEMPT_STATUSES.map((one) => [status, one] as const)))(
    'never blocks its customer, and keeps the doubt: %s with an attempt that is %s',
    (status, of) => {
      const record = aRecord({ status, ...(status !== 'open' && { decision: 'accepted' }) });
      const ending = endingOf(record, [attempt(of)], NOW);
      expect(ending.kind === 'settled').toBe(!isUnsettled(status));
      if (ending.kind === 'settled') return;
      const next = ending.patch.status ?? status;
      expect(isBlocking(next)).toBe(false);
      expect(mayBecome(record, next)).toBe(true);
      const proven = ['rejected', 'absent', 'failed', 'refunded'].includes(of);
      expect(ending.kind).toBe(proven ? 'ended' : 'review');
    },
  );

  it.each<[AttemptStatus, 'ended' | 'review']>([
    ['submitted', 'ended'],
    ['recorded', 'ended'],
    ['processing', 'review'],
    ['requires_action', 'review'],
    ['paid', 'review'],
  ])('is in doubt at the checkout only when somebody was seen to pay: %s is %s', (status, kind) => {
    const record = aRecord({ status: 'fallback', decision: 'accepted' });
    const ending = endingOf(record, [attempt('failed'), attempt(status, 'fallback')], NOW);
    expect(ending).toMatchObject({ kind, patch: { status: 'failed' } });
    if (kind === 'ended') expect(ending.outcome).toBe('abandoned');
  });

  it('expires when its window is over, and is withdrawn before', () => {
    expect(endingOf(aRecord(), [], NOW)).toMatchObject({ patch: { status: 'withdrawn' } });
    const over = aRecord({ expiresAt: NOW.toISOString() });
    expect(endingOf(over, [], NOW)).toMatchObject({ patch: { status: 'expired', decision: 'expired' } });
  });
});

describe('the outcome of its run', () => {
  const sold: PresentationRecord = aRecord({ id: 'prs_0', status: 'paid', decision: 'accepted' });
  it.each([
    ['withdrawn', 'converted'],
    ['payment_failed', 'converted'],
    ['needs_review', 'needs_review'],
  ] as const)('counts what was sold before: %s is %s', (outcome, of) => {
    expect(outcomeOfRun([sold, aRecord()], { id: 'prs_1', outcome }, NOW)).toBe(of);
    expect(outcomeOfRun([aRecord()], { id: 'prs_1', outcome }, NOW)).toBe(outcome);
  });
});
