import { describe, expect, test } from 'vitest';
import { closest, didYouMean } from '../../../src/catalog/file/suggest.js';

const KEYS = ['type', 'action', 'options', 'window', 'cooldown', 'copy', 'discount_code', 'if_owned'];

describe('a suggestion', () => {
  test.each([
    ['a missing letter', 'windw', 'window'],
    ['an extra letter', 'windoow', 'window'],
    ['a wrong letter', 'coqy', 'copy'],
    ['two neighbouring letters swapped', 'tpye', 'type'],
    ['two letters swapped in a longer word', 'discuont_code', 'discount_code'],
    ['other capitals', 'If_Owned', 'if_owned'],
    ['several slips in a long word', 'discountcdoe', 'discount_code'],
  ])('corrects %s', (_, typed, meant) => {
    expect(closest(typed, KEYS)).toBe(meant);
  });

  test.each(['colour', 'kind', 'tyqo', '', 'x'.repeat(100_000)])('is withheld for %.20s', (typed) => {
    expect(closest(typed, KEYS)).toBeUndefined();
    expect(didYouMean(typed, KEYS)).toBe('');
  });

  test('prefers the candidate with the fewest edits, then the first', () => {
    expect(closest('offer-on', ['offer-one', 'offer-on1', 'offer-on-2'])).toBe('offer-one');
    expect(closest('gt', ['lt', 'gte'])).toBe('lt');
    expect(closest('pro-plna', ['pro-plus', 'pro-plan'])).toBe('pro-plan');
  });

  test('completes a message', () => {
    expect(didYouMean('tpye', KEYS)).toBe('; did you mean "type"?');
  });
});
