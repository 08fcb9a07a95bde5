/** What the document says of a text is what is accepted: generators of requests, and people, believe it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createSchema } from 'zod-openapi';
import { locale } from '../../src/http/locale.js';
import { periodFields } from '../../src/http/period.js';
import { purchaseBody, triggerBody } from '../../src/http/schemas.js';
import { reason, text, time } from '../../src/http/validate.js';

const ajv = addFormats.default(new Ajv2020({ strict: false }));

/** Returns whether the schema and the document agree about a value. */
function bothAccept(schema: z.ZodType): (value: unknown) => boolean {
  const documented = ajv.compile(createSchema(schema, { io: 'input' }).schema);
  return (value) => {
    const accepted = schema.safeParse(value).success;
    expect(documented(value), JSON.stringify(value)).toBe(accepted);
    return accepted;
  };
}

/** Without halves of surrogate pairs, which UTF-8 does not have. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom(' ', '\u00a0', '\u0085', '\u200b', '\n', 'x', '\ufeff', '\u{1f600}'),
    maxLength: 6,
  }),
);

describe('the documented form', () => {
  it.each([
    ['of a reason', reason, 'Because.'],
    ['of a text', text(1, 4), '\u{1f600}\u{1f600}\u{1f600}\u{1f600}'],
  ])('%s is the accepted one', (_, schema, good) => {
    const accepts = bothAccept(schema);
    expect(accepts(good)).toBe(true);
    fc.assert(
      fc.property(anyText, (value) => void accepts(value)),
      { numRuns: 400 },
    );
  });

  it.each(['de', 'pt-BR', 'zh-Hant-TW', 'es-419', 'ca-valencia', 'en-US-u-hc-h12', 'de-DE-1996'])(
    'of a language takes %s',
    (tag) => expect(bothAccept(locale)(tag)).toBe(true),
  );
  it.each(['', 'd', '0000', 'de_DE', 'en-US-', 'x'.repeat(36), 'de-1'])('of a language refuses %s', (tag) =>
    expect(bothAccept(locale)(tag)).toBe(false),
  );

  it.each([
    ['2026-12-01T00:00:00Z', true],
    ['1970-01-01T00:00:00+14:00', true],
    ['2199-12-31T23:59:59.999Z', true],
    ['0020-02-29T00:00:00Z', false],
    ['2200-01-01T00:00:00Z', false],
    ['2026-02-30T00:00:00Z', false],
    ['2026-12-01', false],
  ])('of a time: %s', (value, accepted) => expect(bothAccept(time)(value)).toBe(accepted));

  it.each([
    ['2026-12-01', true],
    ['2026-02-29', false],
    ['1969-12-31', false],
    ['', false],
  ])('of a day: %s', (value, accepted) => expect(bothAccept(periodFields.from)(value)).toBe(accepted));

  it('of a purchase has one product or a cart, and names a customer once', () => {
    const accepts = bothAccept(purchaseBody);
    const cart = { productCart: [{ productId: 'prod_1' }] };
    expect(accepts({ productId: 'prod_1', customerId: 'cus_1' })).toBe(true);
    expect(accepts({ ...cart, customer: { customerId: 'cus_1' } })).toBe(true);
    expect(accepts({ ...cart, productId: 'prod_1' })).toBe(false);
    expect(accepts({ ...cart, customerId: 'cus_1', customer: { customerId: 'cus_1' } })).toBe(false);
    expect(accepts({})).toBe(false);
  });

  it('of facts names their names', () => {
    const accepts = bothAccept(triggerBody);
    const trigger = { eventId: 'e', type: 'limit_approaching', customerId: 'cus_1' };
    expect(accepts({ ...trigger, facts: { 'seats.used': 9 } })).toBe(true);
    expect(accepts({ ...trigger, facts: { '': 9 } })).toBe(false);
    expect(accepts({ ...trigger, facts: { constructor: { a: 1 } } })).toBe(false);
  });
});
