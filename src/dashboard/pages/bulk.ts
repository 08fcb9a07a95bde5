/** Commands in bulk: what was ordered, what is selected and not ordered yet, and the form for a new selection. */
import { z } from 'zod';
import { BULK_COMMANDS, type BulkRow, type BulkRun } from '../../domain/bulk.js';
import { shownPurchaseId } from '../../domain/ids.js';
import { html, type Html } from '../../html.js';
import { bulkBody, bulkCommands, type BulkRequest, type BulkView } from '../../http/bulk.js';
import { parseBody } from '../../http/validate.js';
import type { Visitor } from '../access.js';
import type { DashboardDeps } from '../deps.js';
import { commandForm } from '../parts/command.js';
import type { Page } from '../parts/layout.js';
import { facts, table, type Column } from '../parts/table.js';
import { badge, hrefOf, idLink, money, moment, sentence, several, whole } from '../parts/words.js';

const LISTED = 50;
const ROWS_SHOWN = 100;

const NAMES: Record<BulkRun['command'], string> = {
  withdraw: 'Withdraw open offers',
  extend: 'Extend open offers',
  recall: 'Recall a wrong price',
  retry_notification: 'Send dead notifications again',
};

const hrefOfRun = (id: string) => `/dashboard/bulk/${id}`;

export async function bulkListPage(
  deps: Pick<DashboardDeps, 'ledger' | 'catalog'>,
  visitor: Visitor,
): Promise<Page> {
  const runs = await deps.ledger.bulkRuns(LISTED);
  return {
    title: 'In bulk',
    area: '/dashboard/bulk',
    body: html`
      <div class="head">
        <h1>In bulk</h1>
        <p>
          A selection is frozen first, with its count and its money. Nothing happens until you order it on the
          next page, with a reason.
        </p>
      </div>
      <section class="panel" aria-labelledby="new">
        <header><h2 id="new">New selection</h2></header>
        ${selectionForm(deps, visitor)}
      </section>
      <section class="panel" aria-labelledby="runs">
        <header><h2 id="runs">Commands in bulk</h2></header>
        ${table({ caption: 'Commands in bulk, newest first', columns: RUNS, rows: runs, none: 'There is none yet.' })}
      </section>
    `,
  };
}

const RUNS: Column<BulkRun>[] = [
  {
    title: 'Command',
    heads: true,
    cell: ({ bulkId, command }) => html`<a href="${hrefOfRun(bulkId)}">${NAMES[command]}</a>`,
  },
  { title: 'Selection', cell: ({ selection }) => selection },
  { title: 'Status', cell: ({ status }) => badge(status, status === 'running' ? 'live' : undefined) },
  { title: 'Selected', cell: ({ createdAt }) => moment(createdAt) },
  { title: 'By', cell: ({ createdBy, startedBy }) => html`<code>${startedBy ?? createdBy}</code>` },
  { title: 'Reason', cell: ({ reason = '' }) => reason },
];

function selectionForm({ catalog }: Pick<DashboardDeps, 'catalog'>, { token, locked }: Visitor): Html {
  const { offers, funnels } = catalog();
  const options = (names: readonly string[]) =>
    names.map((name) => html`<option value="${name}">${name}</option>`);
  return html`<form class="command wide" method="post" action="/dashboard/bulk">
    <input type="hidden" name="token" value="${token}" />
    <div class="filters">
      <label>
        Command
        <select name="command">
          ${BULK_COMMANDS.map((command) => html`<option value="${command}">${NAMES[command]}</option>`)}
        </select>
      </label>
      <label
        >Offer
        <select name="offerId">
          <option value="">any</option>
          ${options(Object.keys(offers))}
        </select></label
      >
      <label>
        Funnel
        <select name="funnelId">
          <option value="">any</option>
          ${options(funnels.map(({ id }) => id))}
        </select>
      </label>
      <label
        >Catalog version <input name="catalogHash" autocomplete="off" spellcheck="false" maxlength="100"
      /></label>
    </div>
    <div class="filters">
      <label>Price shown, minor units <input name="price" inputmode="numeric" pattern="[0-9]*" /></label>
      <label>Currency <input name="currency" pattern="[A-Z]{3}" maxlength="3" size="5" /></label>
      <label>Shown from <input name="from" type="date" /></label>
      <label>To, included <input name="to" type="date" /></label>
    </div>
    <div class="filters">
      <label
        >Recall: right price, minor units <input name="rightAmount" inputmode="numeric" pattern="[0-9]*"
      /></label>
      <label>Extend: until, UTC <input name="until" type="datetime-local" /></label>
      <label>Rows a minute <input name="perMinute" inputmode="numeric" pattern="[0-9]*" size="5" /></label>
    </div>
    <label>
      Or these ids: a list, or the text of a CSV file
      <textarea name="ids" rows="3" spellcheck="false"></textarea>
    </label>
    <button class="main" type="submit" ${locked && DISABLED}>Show what it concerns</button>
  </form>`;
}

const DISABLED: Html = { markup: 'disabled' };

const field = z.string().trim().optional();
export const selectionFields = z.strictObject({
  token: field,
  command: field,
  offerId: field,
  funnelId: field,
  catalogHash: field,
  price: field,
  currency: field,
  from: field,
  to: field,
  rightAmount: field,
  until: field,
  perMinute: field,
  ids: field,
});

/** Reads the form as the API's request. What is wrong with it is said as the API says it. */
export function requestOf(form: z.output<typeof selectionFields>): BulkRequest {
  const given = <T>(value: string | undefined, read: (text: string) => T) =>
    value === undefined || value === '' ? undefined : read(value);
  const asIs = (text: string) => text;
  const amount = (text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : text);
  const { command, currency, rightAmount, until, perMinute, ids, price } = form;
  const named = ids?.match(/\b(?:prs_[A-Za-z0-9_-]{1,100}|ntf_[0-9a-f]{24})\b/g);
  const select = {
    ...(named && { ids: [...new Set(named)] }),
    offerId: given(form.offerId, asIs),
    funnelId: given(form.funnelId, asIs),
    catalogHash: given(form.catalogHash, asIs),
    price: given(price, amount),
    currency: given(currency, asIs),
    from: given(form.from, asIs),
    to: given(form.to, asIs),
  };
  return parseBody(bulkBody, {
    command,
    select,
    until: given(until, (text) => (/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}:00Z`)),
    perMinute: given(perMinute, amount),
    rightPrice: given(rightAmount, (text) => ({ amount: amount(text), currency: currency ?? '' })),
  });
}

export async function bulkPage(
  deps: DashboardDeps,
  bulkId: string,
  visitor: Visitor,
): Promise<Page | undefined> {
  const { ledger } = deps;
  if (!(await ledger.bulkRun(bulkId))) return undefined;
  const [view, rows, pauses] = await Promise.all([
    bulkCommands(deps).view(bulkId),
    ledger.bulkRows({ bulkId, limit: ROWS_SHOWN }),
    ledger.pauses(),
  ]);
  const { command, status, totals, parameters } = view;
  const { rightPrice, until } = parameters;
  const offer = /^offerId ([a-z0-9_-]+)/.exec(view.selection)?.[1];
  const isShownStill = command === 'recall' && offer !== undefined && !pauses.some(({ id }) => id === offer);
  return {
    title: NAMES[command],
    area: '/dashboard/bulk',
    body: html`
      <div class="head">
        <h1>${NAMES[command]}</h1>
        <p>${several(totals.rows, 'row')}, ${badge(status, status === 'running' ? 'live' : undefined)}</p>
      </div>
      ${
        isShownStill &&
        status === 'draft' &&
        html`<section class="banner care" aria-label="The offer is still shown">
          <p>
            <strong>${offer} is not paused.</strong> Whoever sees it from now on is not in this selection. Put
            the price right or <a href="/dashboard/catalog">pause the offer</a> first, then select again.
          </p>
        </section>`
      }
      <section class="panel" aria-labelledby="what">
        <header><h2 id="what">What it concerns</h2></header>
        ${facts([
          ['Selection', view.selection],
          ['Right price', rightPrice && `${money(rightPrice.amount, rightPrice.currency)} for one`],
          ['Until', until !== undefined && moment(until)],
          ['Pace', `${view.perMinute} rows a minute`],
          ['Selected', html`${moment(view.createdAt)} by <code>${view.createdBy}</code>`],
          [
            'Ordered',
            view.startedAt !== undefined && html`${moment(view.startedAt)} by <code>${view.startedBy}</code>`,
          ],
          ['Reason', view.reason],
          ['Aborted', view.abortedBy !== undefined && html`by <code>${view.abortedBy}</code>`],
          ['Ended', view.endedAt !== undefined && moment(view.endedAt)],
        ])}
        ${table({ caption: 'Rows and money by status when selected', columns: MONEY, rows: totals.money, none: 'Nothing.' })}
        ${orders(view, visitor)}
      </section>
      ${
        totals.results.length > 0 &&
        html`<section class="panel" aria-labelledby="results">
          <header><h2 id="results">Results</h2></header>
          ${table({ caption: 'Rows by result', columns: RESULTS, rows: totals.results, none: '' })}
        </section>`
      }
      <section class="panel" aria-labelledby="rows">
        <header>
          <h2 id="rows">${totals.rows > ROWS_SHOWN ? `The first ${ROWS_SHOWN} rows` : 'Rows'}</h2>
          <a href="${hrefOfRun(bulkId)}/rows.csv">CSV of all</a>
        </header>
        ${table({ caption: 'Rows of the selection', columns: ROWS, rows, none: 'There is none.' })}
      </section>
    `,
  };
}

function orders({ id, status, command, totals }: BulkView, visitor: Visitor): Html {
  const back = hrefOfRun(id);
  const due = totals.money
    .filter((sum) => sum.due > 0)
    .map((sum) => money(sum.due, sum.currency ?? undefined))
    .join(' + ');
  const explains =
    command === 'recall'
      ? `Withdraws what is still open and gives back ${due === '' ? 'what was paid too much' : due}. What customers pay meanwhile is reckoned when it is paid.`
      : `Carries out the command on ${several(totals.rows, 'row')}, one after the other.`;
  return html`<div class="commands">
    ${
      status === 'draft' &&
      commandForm({
        visitor,
        action: `${back}/start`,
        label: 'Order it',
        explains,
        tone: command === 'extend' || command === 'retry_notification' ? 'main' : 'danger',
        back,
        open: true,
      })
    }
    ${
      (status === 'draft' || status === 'running') &&
      commandForm({
        visitor,
        action: `${back}/abort`,
        label: 'Abort it',
        explains: 'No further row begins. Refunds that were asked for are followed to their end.',
        back,
      })
    }
  </div>`;
}

const MONEY: Column<BulkView['totals']['money'][number]>[] = [
  {
    title: 'Status when selected',
    heads: true,
    cell: ({ status }) => (status === '' ? 'unknown' : badge(status)),
  },
  { title: 'Rows', number: true, cell: ({ rows }) => whole(rows) },
  { title: 'Shown for', number: true, cell: ({ price, currency }) => sum(price, currency) },
  { title: 'Paid', number: true, cell: ({ paid, currency }) => sum(paid, currency) },
  { title: 'Goes back', number: true, cell: ({ due, currency }) => sum(due, currency) },
];

const sum = (amount: number, currency: string | null) => (currency === null ? '' : money(amount, currency));

const RESULTS: Column<BulkView['totals']['results'][number]>[] = [
  { title: 'Result', heads: true, cell: ({ result }) => sentence(result) },
  { title: 'Rows', number: true, cell: ({ rows }) => whole(rows) },
];

const ROWS: Column<BulkRow>[] = [
  {
    title: 'Id',
    heads: true,
    cell: ({ subject, purchaseId }) =>
      idLink(
        subject,
        purchaseId &&
          (subject.startsWith('prs_')
            ? hrefOf.presentation(purchaseId, subject)
            : hrefOf.purchase(purchaseId)),
      ),
  },
  {
    title: 'Purchase',
    cell: ({ purchaseId }) => (purchaseId === undefined ? '' : shownPurchaseId(purchaseId)),
  },
  { title: 'Status then', cell: ({ statusThen }) => badge(statusThen) },
  {
    title: 'Shown for',
    number: true,
    cell: ({ price, currency }) => (price === undefined ? '' : money(price, currency)),
  },
  {
    title: 'Paid',
    number: true,
    cell: ({ paid, currency }) => (paid === undefined ? '' : money(paid, currency)),
  },
  {
    title: 'Goes back',
    number: true,
    cell: ({ due, currency }) => (due === undefined ? '' : money(due, currency)),
  },
  { title: 'State', cell: ({ state }) => badge(state, state === 'failed' ? 'bad' : undefined) },
  { title: 'Result', cell: ({ result = '' }) => sentence(result) },
];
