import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProofs } from '../../src/dodo/proof.js';

const proofs = createProofs(Buffer.alloc(32, 7));
const claim = { attemptId: 'purchase/pay_1:pro:1', customerId: 'cus_1', productId: 'prod_pro' };

describe('a proof', () => {
  it('is accepted for what it was made for, by every process with the key', () => {
    const other = createProofs(Buffer.alloc(32, 7));
    expect(other.provesAttempt(claim, proofs.ofAttempt(claim))).toBe(true);
    expect(other.provesPurchase('pur_1', proofs.ofPurchase('pur_1'))).toBe(true);
  });

  it('fits into a value of metadata', () => {
    expect(proofs.ofAttempt(claim)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it.each([
    ['attempt', { attemptId: 'purchase/pay_1:pro:2' }],
    ['customer', { customerId: 'cus_2' }],
    ['product', { productId: 'prod_lite' }],
  ])('is refused for another %s', (_, change) => {
    expect(proofs.provesAttempt({ ...claim, ...change }, proofs.ofAttempt(claim))).toBe(false);
  });

  it('of a purchase is none of an attempt', () => {
    const named = { attemptId: 'x', customerId: '', productId: '' };
    expect(proofs.provesAttempt(named, proofs.ofPurchase('x'))).toBe(false);
    expect(proofs.provesPurchase('x', proofs.ofAttempt(named))).toBe(false);
  });

  it('of another installation is refused', () => {
    expect(createProofs(randomBytes(32)).provesAttempt(claim, proofs.ofAttempt(claim))).toBe(false);
  });

  it('cannot be anything else', () => {
    const valid = proofs.ofAttempt(claim);
    const values = fc.oneof(
      fc.string(),
      fc.anything(),
      fc.constantFrom(`${valid} `, valid.slice(1), [valid]),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(proofs.provesAttempt(claim, value)).toBe(false);
      }),
    );
  });

  it('tells claims apart whose parts read the same when put together', () => {
    const parts = fc.tuple(fc.string(), fc.string(), fc.string());
    fc.assert(
      fc.property(parts, parts, ([a, b, c], [d, e, f]) => {
        fc.pre(a !== d || b !== e || c !== f);
        const one = { attemptId: a, customerId: b, productId: c };
        const other = { attemptId: d, customerId: e, productId: f };
        expect(proofs.provesAttempt(other, proofs.ofAttempt(one))).toBe(false);
      }),
    );
  });
});

it('a short key is refused', () => {
  expect(() => createProofs(Buffer.alloc(31))).toThrow(RangeError);
});
