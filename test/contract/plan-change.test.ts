import { describe, expect, it } from 'vitest';
import {
  decodePlanChangeResult,
  encodePlanChangeResult,
  type PlanChangeResult,
} from '../../src/contract/plan-change.js';

describe('the result of a plan change', () => {
  it('crosses between runs in the shape that recorded histories have', () => {
    const { payment, ...rest } = {
      payment: { paymentId: 'pay_1', status: 'succeeded' },
      attemptId: 'plan-change/sub_1:prs_1:2',
      replaced: 'sub_1',
      alsoPaid: [{ attemptId: 'plan-change/sub_1:prs_1:1', paymentId: 'pay_0' }],
    };
    const wire: PlanChangeResult = { kind: 'paid', through: 'fallback', anew: true, payment, ...rest };
    const result = decodePlanChangeResult(wire);
    expect(result).toEqual({
      kind: 'fulfilled',
      paidVia: 'fallback',
      newSubscription: true,
      payment,
      ...rest,
    });
    expect(encodePlanChangeResult(result)).toEqual(wire);
  });

  it.each<PlanChangeResult>([
    { kind: 'price_changed', n: 1, price: { dueNow: 100, priceHash: 'h' } },
    { kind: 'unpaid', alsoPaid: [] },
    { kind: 'failed' },
  ])('is the same on both sides when nothing was paid: $kind', (wire) => {
    expect(decodePlanChangeResult(wire)).toEqual(wire);
    expect(encodePlanChangeResult(decodePlanChangeResult(wire))).toEqual(wire);
  });
});
