import { describe, expect, it } from 'vitest';
import { replacedSubscription } from '../../src/domain/ids.js';

describe('the subscription that a payment has replaced', () => {
  it.each<[string | undefined, string[] | undefined, string | undefined]>([
    ['plan-change/sub_old', ['sub_new'], 'sub_old'],
    // At a link that pays for the change itself.
    ['plan-change/sub_old', ['sub_old'], undefined],
    // It is paid for, so it is not ended.
    ['plan-change/sub_old', ['sub_new', 'sub_old'], undefined],
    ['plan-change/sub_old', [], undefined],
    ['plan-change/sub_old', undefined, undefined],
    ['purchase/pay_1', ['sub_new'], undefined],
    [undefined, ['sub_new'], undefined],
  ])('after %s bought %j is %s', (run, bought, replaced) => {
    expect(replacedSubscription(run, bought)).toBe(replaced);
  });
});
