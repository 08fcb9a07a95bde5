import { expect, test } from 'vitest';
import { formatTable, layOutTable, type Column } from '../../src/reports/table.js';

const COLUMNS: Column[] = [
  { title: 'offer', align: 'left' },
  { title: 'paid', align: 'right' },
  { title: 'note', align: 'left' },
];
const ROWS = [
  ['pro-plan', '79', 'best'],
  ['lite', '12345'],
];

test('a table for a terminal is aligned, without spaces at the end of a line', () => {
  expect(formatTable(COLUMNS, ROWS)).toBe(
    ['offer      paid  note', '--------  -----  ----', 'pro-plan     79  best', 'lite      12345'].join('\n'),
  );
});

test('a Markdown table also reads well as text', () => {
  expect(formatTable(COLUMNS, ROWS, 'markdown')).toBe(
    [
      '| offer    |  paid | note |',
      '| -------- | ----: | ---- |',
      '| pro-plan |    79 | best |',
      '| lite     | 12345 |      |',
    ].join('\n'),
  );
});

test('a table without rows still has its titles', () => {
  expect(layOutTable(COLUMNS, [])).toEqual({
    header: 'offer  paid  note',
    rule: '-----  ----  ----',
    rows: [],
  });
});
