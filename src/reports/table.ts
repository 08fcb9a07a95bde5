/** Aligned text tables, for a terminal or as Markdown. */

export interface Column {
  title: string;
  align: 'left' | 'right';
}

/** The lines of a table, for callers that put lines of their own between them. */
export interface TableLines {
  header: string;
  rule: string;
  rows: string[];
}

export type TableFormat = 'terminal' | 'markdown';

const GAP = '  ';

/** Returns the table as text: titles, a rule, and one line per row. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  format: TableFormat = 'terminal',
): string {
  const lines = layOutTable(columns, rows, format);
  return [lines.header, lines.rule, ...lines.rows].join('\n');
}

/** Pads each column to its widest cell. A missing cell is empty. */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  format: TableFormat = 'terminal',
): TableLines {
  const widths = columns.map(({ title }, n) =>
    Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)),
  );
  const cells = columns.map(({ align }, n) => {
    const width = widths[n] ?? 0;
    return (text: string) => (align === 'left' ? text.padEnd(width) : text.padStart(width));
  });
  const rules = columns.map(({ align }, n) => {
    const rule = '-'.repeat(widths[n] ?? 0);
    return format === 'markdown' && align === 'right' ? `${rule.slice(1)}:` : rule;
  });
  const join = (line: readonly string[]): string =>
    format === 'markdown' ? `| ${line.join(' | ')} |` : line.join(GAP).trimEnd();
  const print = (row: readonly string[]): string => join(cells.map((pad, n) => pad(row[n] ?? '')));
  return { header: print(columns.map(({ title }) => title)), rule: join(rules), rows: rows.map(print) };
}
