/** Prints answers for people; programs take them as JSON. */
import { formatMoney } from '../../src/catalog/money.js';
import { formatTable, type Column } from '../../src/reports/table.js';

type Fields = Record<string, unknown>;

/** Writes an object as lines of names and values, and lists of objects as tables. */
export function inLines(value: unknown, indent = ''): string[] {
  if (Array.isArray(value))
    return value.length === 0 ? [`${indent}none`] : tableOf(value as Fields[], indent);
  if (!isFields(value)) return [indent + textOf(value)];
  return Object.entries(value).flatMap(([name, field]) => {
    if (Array.isArray(field) && field.every(isFields))
      return field.length === 0 ? [] : [`${indent}${name}`, ...tableOf(field, `${indent}  `)];
    if (isFields(field)) return [`${indent}${name}`, ...inLines(field, `${indent}  `)];
    return [`${indent}${name.padEnd(16)} ${textOf(field)}`];
  });
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Columns that would not fit beside the others. */
const LEFT_OUT = new Set([
  'copy',
  'display',
  'payment',
  'price',
  'considered',
  'clauses',
  'links',
  'detail',
  'state',
]);

function tableOf(rows: Fields[], indent: string): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !LEFT_OUT.has(name));
  const columns: Column[] = names.map((title) => ({ title, align: title === 'amount' ? 'right' : 'left' }));
  const cells = rows.map((row) =>
    names.map((name) =>
      name === 'amount' && typeof row.amount === 'number' && typeof row.currency === 'string'
        ? formatMoney(row.amount, row.currency)
        : textOf(row[name]),
    ),
  );
  return formatTable(columns, cells)
    .split('\n')
    .map((line) => indent + line);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
