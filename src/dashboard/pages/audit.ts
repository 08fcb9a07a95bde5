/** The audit trail: every command, who gave it, why, and how it ended. */
import type { z } from 'zod';
import type { AuditState } from '../../domain/audit.js';
import { html, type Html } from '../../html.js';
import { auditPage as readPage, auditQuery } from '../../http/audit.js';
import type { AuditRecord } from '../../ledger/index.js';
import type { DashboardDeps } from '../deps.js';
import type { Page } from '../parts/layout.js';
import { csvOf, table, type Column } from '../parts/table.js';
import { badge, hrefOf, moment, NOTHING, spaced } from '../parts/words.js';

export { auditQuery };
type Query = z.output<typeof auditQuery>;

export async function auditPage(deps: Pick<DashboardDeps, 'ledger'>, query: Query): Promise<Page> {
  const { entries, nextCursor } = await readPage(deps, query);
  const { subject } = query;
  const about = subject === undefined ? '' : `subject=${encodeURIComponent(subject)}`;
  return {
    title: 'Audit trail',
    area: '/dashboard/audit',
    body: html`
      <div class="head">
        <h1>Audit trail</h1>
        <p>
          Every command twice: before its effect, with the state it found, and after it, with the state it
          left. Nothing here is ever changed.
        </p>
      </div>
      <section class="panel" aria-labelledby="orders">
        <header>
          <h2 id="orders">${subject === undefined ? 'Commands' : `Commands on ${subject}`}</h2>
          <a href="/dashboard/audit.csv?${about}">CSV of all</a>
        </header>
        ${table({ caption: 'Commands, newest first', columns: COLUMNS, rows: entries, none: 'No command was given yet.' })}
        ${nextCursor !== undefined && html`<p><a href="/dashboard/audit?${about}&amp;cursor=${nextCursor}">Older ones</a></p>`}
      </section>
    `,
  };
}

/** Writes the whole trail as CSV, page by page. */
export async function* auditCsv(
  { ledger }: Pick<DashboardDeps, 'ledger'>,
  { subject }: Query,
): AsyncGenerator<string> {
  const header = csvOf(CSV, []);
  yield header;
  let before: number | undefined;
  for (;;) {
    const entries = await ledger.auditTrail({
      limit: CSV_PAGE,
      ...(subject !== undefined && { subject }),
      ...(before !== undefined && { before }),
    });
    yield csvOf(CSV, entries).slice(header.length);
    before = entries.at(-1)?.seq;
    if (entries.length < CSV_PAGE) return;
  }
}

const CSV_PAGE = 1_000;

const COLUMNS: Column<AuditRecord>[] = [
  { title: 'When', cell: ({ at }) => moment(at) },
  { title: 'Command', heads: true, cell: ({ command }) => spaced(command) },
  {
    title: 'On',
    cell: ({ subject }) => html`<a class="id" href="${hrefOf.search(subject)}">${subject}</a>`,
  },
  { title: 'By', cell: ({ actor }) => html`<code>${actor}</code>` },
  { title: 'Reason', cell: ({ reason }) => reason },
  {
    title: 'Entry',
    cell: ({ phase, failure }) =>
      html`${badge(phase, phase === 'ordered' ? 'live' : undefined)}${failure !== undefined && html` <code>${failure}</code>`}`,
  },
  { title: 'State then', cell: (entry) => state(entry.state) },
];

function state(detail: AuditState | undefined): Html | string {
  if (!detail) return NOTHING;
  return html`<span class="small">${inWords(detail)}</span>`;
}

const inWords = (detail: AuditState) =>
  Object.entries(detail)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

const CSV: Column<AuditRecord>[] = [
  { title: 'seq', cell: () => '', csv: ({ seq }) => seq },
  { title: 'command_id', cell: ({ commandId }) => commandId },
  { title: 'at', cell: ({ at }) => at },
  { title: 'entry', cell: ({ phase }) => phase },
  { title: 'actor', cell: ({ actor }) => actor },
  { title: 'command', cell: ({ command }) => command },
  { title: 'subject', cell: ({ subject }) => subject },
  { title: 'reason', cell: ({ reason }) => reason },
  { title: 'state', cell: (entry) => (entry.state ? inWords(entry.state) : '') },
  { title: 'failure', cell: ({ failure = '' }) => failure },
];
