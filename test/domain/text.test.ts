import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEEPABLE_TEXT, keepable, mayHoldUnkeepableText } from '../../src/domain/text.js';

/** Any text, with NUL and halves of surrogate pairs among it. */
const anyText = fc.string({
  unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), fc.constantFrom('\0', '\ud800', '\udfff')),
});
const anyJson = fc.jsonValue({
  stringUnit: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 1 }),
    fc.constantFrom('\0', '\ud83d', '\ude00'),
  ),
});

describe('text', () => {
  it('that can be kept survives UTF-8 and has no NUL; no other text matches', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const survives = Buffer.from(text).toString() === text && !text.includes('\0');
        expect(KEEPABLE_TEXT.test(text)).toBe(survives);
      }),
    );
  });

  it('can always be kept once it was cleaned, and is left alone when it could be kept before', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cleaned = keepable(text) as string;
        expect(KEEPABLE_TEXT.test(cleaned)).toBe(true);
        if (KEEPABLE_TEXT.test(text)) expect(cleaned).toBe(text);
      }),
    );
  });

  it('in JSON is found by its escapes, wherever it stands', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const json = JSON.stringify(value);
        const cleaned = keepable(JSON.parse(json));
        if (!mayHoldUnkeepableText(json)) expect(JSON.stringify(cleaned)).toBe(json);
        expect(mayHoldUnkeepableText(JSON.stringify(cleaned).replaceAll('\\\\', ''))).toBe(false);
      }),
    );
  });
});
