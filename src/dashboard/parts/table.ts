/** Tables, the same rows as CSV, and lists of facts. */
import { csvLine } from '../../reports/csv.js';
import { html, type Html } from '../../html.js';

/** What stands in a cell, and what stands for it in a CSV file. */
export interface Cell {
  shown: Html | string;
  csv?: string | number | null;
}

export interface Column<Row> {
  title: string;
  /** Numbers stand on the right. */
  number?: boolean;
  /** Names the row. */
  heads?: boolean;
  cell: (row: Row) => Html | string;
  /** Defaults to the text of the cell. */
  csv?: (row: Row) => string | number | null | undefined;
}

interface TableOptions<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  /** Shown instead of a table without rows. */
  none: string;
  totals?: Row;
}

const asHtml = (content: Html | string) => (typeof content === 'string' ? html`${content}` : content);

/** Builds a table that scrolls within itself where it is too wide. */
export function table<Row>({ caption, columns, rows, none, totals }: TableOptions<Row>): Html {
  if (rows.length === 0) return html`<p class="none">${none}</p>`;
  const line = (row: Row) =>
    html`<tr>
      ${columns.map(({ number, heads, cell }) =>
        heads === true
          ? html`<th scope="row" class="${number === true && 'n'}">${asHtml(cell(row))}</th>`
          : html`<td class="${number === true && 'n'}">${asHtml(cell(row))}</td>`,
      )}
    </tr>`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption class="unseen">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ title, number }) => html`<th scope="col" class="${number === true && 'n'}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(line)}
      </tbody>
      ${
        totals !== undefined &&
        html`<tfoot>
          ${line(totals)}
        </tfoot>`
      }
    </table>
  </div>`;
}

/** Builds a CSV file of the same columns (RFC 4180). Text that a spreadsheet would take for a formula is quoted as text. */
export function csvOf<Row>(columns: Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) =>
      columns.map(({ cell, csv }) => {
        const shown = csv ? csv(row) : cell(row);
        return shown === null || shown === undefined ? '' : typeof shown === 'object' ? '' : shown;
      }),
    ),
  ];
  return lines.map(csvLine).join('');
}

/** A list of names and values; those without a value are left out. */
export function facts(entries: [name: string, value: Html | string | undefined | false][]): Html {
  return html`<dl class="facts">
    ${entries.map(([name, value]) =>
      value === undefined || value === false
        ? html``
        : html`<dt>${name}</dt>
            <dd>${asHtml(value)}</dd>`,
    )}
  </dl>`;
}
