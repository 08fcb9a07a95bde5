import { describe, expect, it } from 'vitest';
import { findChoice, isAnotherChoice, paymentModeAt } from '../../src/domain/choice.js';

const OPTIONS = {
  option: 'small',
  quantity: 3,
  choices: {
    options: [
      { id: 'small', quantity: 1, quantities: { min: 1, max: 5 } },
      { id: 'large', quantity: 10 },
    ],
  },
};
const SEATS = { quantity: 2, choices: { quantity: { min: 1, max: 4 } } };

describe('the choice that a request names', () => {
  it('is the one shown when nothing is named', () => {
    const choice = { option: 'small', quantity: 3 };
    expect(findChoice(OPTIONS, {})).toMatchObject({ kind: 'found', choice, isAsListed: false });
    expect(findChoice(SEATS, {})).toMatchObject({ kind: 'found', choice: { quantity: 2 } });
  });

  it('is another option in its listed quantity', () => {
    const choice = { option: 'large', quantity: 10 };
    expect(findChoice(OPTIONS, { option: 'large' })).toMatchObject({
      kind: 'found',
      choice,
      isAsListed: true,
    });
  });

  it('is the option shown in the quantity shown, not in its listed one', () => {
    const choice = { option: 'small', quantity: 3 };
    expect(findChoice(OPTIONS, { option: 'small' })).toMatchObject({ choice, isAsListed: false });
    expect(findChoice(OPTIONS, { quantity: 1 })).toMatchObject({ isAsListed: true });
  });

  it('has to be an option of the offer', () => {
    expect(findChoice(OPTIONS, { option: 'huge' })).toEqual({
      kind: 'no_such_option',
      option: 'huge',
      options: ['small', 'large'],
    });
    expect(findChoice(SEATS, { option: 'huge' })).toMatchObject({
      kind: 'no_such_option',
      options: undefined,
    });
  });

  it.each([0, 5, 1.5, NaN])('has to be a whole number within the bounds, not %d', (quantity) => {
    expect(findChoice(SEATS, { quantity })).toMatchObject({
      kind: 'quantity_not_allowed',
      bounds: { min: 1, max: 4 },
    });
  });

  it('has no other quantity when the quantity is fixed', () => {
    const fixed = { kind: 'quantity_not_allowed', usual: 10, bounds: undefined };
    expect(findChoice(OPTIONS, { option: 'large', quantity: 9 })).toMatchObject(fixed);
    expect(findChoice({ quantity: 10 }, { quantity: 9 })).toMatchObject(fixed);
  });

  it('is another one only when it differs from what is shown', () => {
    expect(isAnotherChoice(OPTIONS, { option: 'small', quantity: 3 })).toBe(false);
    expect(isAnotherChoice(OPTIONS, { quantity: 1 })).toBe(true);
    expect(isAnotherChoice(OPTIONS, { option: 'large' })).toBe(true);
  });
});

describe('the payment mode at a price', () => {
  const means = {
    shown: 'one_click',
    hasChoices: true,
    hasSavedMethod: true,
    changesSubscription: false,
  } as const;

  it('is the checkout above the limit of one click', () => {
    expect(paymentModeAt(501, { ...means, oneClickLimit: 500 })).toBe('checkout');
    expect(paymentModeAt(500, { ...means, oneClickLimit: 500 })).toBe('one_click');
  });

  it('returns to one click when the price falls below the limit, if a method is saved', () => {
    expect(paymentModeAt(500, { ...means, shown: 'checkout', oneClickLimit: 500 })).toBe('one_click');
    expect(paymentModeAt(500, { ...means, hasSavedMethod: false, oneClickLimit: 500 })).toBe('checkout');
  });

  it('needs no saved method for a plan change with nothing due', () => {
    const planChange = { ...means, hasSavedMethod: false, changesSubscription: true };
    expect(paymentModeAt(0, planChange)).toBe('one_click');
    expect(paymentModeAt(1, planChange)).toBe('checkout');
  });

  it('stays as shown without a choice or a limit', () => {
    expect(paymentModeAt(1, { ...means, hasChoices: false, shown: 'checkout' })).toBe('checkout');
    expect(paymentModeAt(1, { ...means, hasChoices: false, hasSavedMethod: false })).toBe('one_click');
  });
});
