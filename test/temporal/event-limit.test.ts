import { describe, expect, it } from 'vitest';
import { createEventLimit } from '../../src/temporal/event-limit.js';

describe('the limit on webhooks about one subject', () => {
  it('admits the first ones and copies of them, but no more', () => {
    const limit = createEventLimit({ perSubject: 2 });
    const admitted = ['a', 'b', 'c', 'a'].map((id) => limit.admit('pay_1', id));
    expect(admitted).toEqual([true, true, false, true]);
  });

  it('counts each payment separately', () => {
    const limit = createEventLimit({ perSubject: 1 });
    limit.admit('pay_1', 'a');
    expect(limit.admit('pay_2', 'b')).toBe(true);
  });

  it('makes room again for a webhook that no run received', () => {
    const limit = createEventLimit({ perSubject: 1 });
    limit.admit('pay_1', 'a');
    limit.release('pay_1', 'a');
    expect(limit.admit('pay_1', 'b')).toBe(true);
  });

  it('forgets the least recently active subject', () => {
    const limit = createEventLimit({ perSubject: 1, subjects: 2 });
    for (const subject of ['pay_1', 'pay_2', 'pay_1', 'pay_3']) limit.admit(subject, 'a');
    expect(limit.admit('pay_1', 'b')).toBe(false);
    expect(limit.admit('pay_2', 'b')).toBe(true);
  });
});
