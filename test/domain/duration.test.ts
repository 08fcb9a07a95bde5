import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND, formatDuration, parseDuration } from '../../src/domain/duration.js';

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['30s', 30 * SECOND],
  ['30m', 30 * MINUTE],
  ['48h', 48 * HOUR],
  ['1d12h', 36 * HOUR],
  ['1d2h3m4s5ms', DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5],
  ['90s', 90 * SECOND],
])('reads %s as %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  'h',
  '30',
  '1.5h',
  '-1s',
  '30 m',
  ' 30m',
  '30m\n',
  '1h1d',
  '1h1h',
  '1ms1s',
  '1M',
  '1w',
  'PT1H',
])('refuses %j', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('formats the shortest text', () => {
  expect(formatDuration(0)).toBe('0s');
  expect(formatDuration(5_400_000)).toBe('1h30m');
  expect(formatDuration(1_500)).toBe('1s500ms');
  expect(formatDuration(90 * DAY)).toBe('90d');
});

test('reads back everything it formats', () => {
  fc.assert(
    fc.property(fc.nat({ max: 20_000 * DAY }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});
