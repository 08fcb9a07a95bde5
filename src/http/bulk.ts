/** Commands in bulk: a selection is frozen and shown with its money first, and ordered afterwards. */
import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import {
  BULK_COMMANDS,
  MAX_BULK_ROWS,
  MAX_PER_MINUTE,
  dueOf,
  paceOf,
  type BulkCommand,
  type BulkParameters,
  type BulkRow,
  type BulkRowDraft,
  type BulkRun,
} from '../domain/bulk.js';
import { isUnsettled, statusAt, type PresentationRecord } from '../domain/presentation.js';
import { shownPurchaseId } from '../domain/ids.js';
import { PRESENTATION_STATUSES } from '../domain/words.js';
import type { BulkFilter } from '../ledger/index.js';
import { csvLine } from '../reports/csv.js';
import { audited, keyOf } from './audit.js';
import type { ApiDeps } from './deps.js';
import { invalidField } from './field-errors.js';
import { periodFields, periodOf } from './period.js';
import { Problem, temporarilyUnavailable } from './problem.js';
import { ids, reason, text, time } from './validate.js';

const amount = z.int('must be a whole number of minor units').min(0).max(Number.MAX_SAFE_INTEGER);
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD');

const select = z.strictObject({
  ids: z
    .array(z.union([ids.presentation, ids.notification], 'must be ids of presentations or notifications'))
    .min(1, 'must name at least one')
    .max(MAX_BULK_ROWS, `must name at most ${MAX_BULK_ROWS}`)
    .optional(),
  offerId: ids.offer.optional(),
  funnelId: ids.offer.optional(),
  step: ids.offer.optional(),
  catalogHash: text(1, 100).optional(),
  currency: currency.optional(),
  price: amount.optional(),
  statuses: z.array(z.enum(PRESENTATION_STATUSES)).min(1).optional(),
  ...periodFields,
});
type Selection = z.output<typeof select>;

export const bulkBody = z.strictObject({
  command: z.enum(BULK_COMMANDS, `must be one of ${BULK_COMMANDS.join(', ')}`),
  select: select.prefault({}),
  until: time.optional(),
  rightPrice: z.strictObject({ amount, currency }).optional(),
  perMinute: z.int().min(1).max(MAX_PER_MINUTE).optional(),
});
export type BulkRequest = z.output<typeof bulkBody>;

export const orderBody = z.strictObject({ reason });

type BulkDeps = Pick<ApiDeps, 'ledger' | 'runs' | 'now' | 'log'>;

/** Returns the commands that act on many things at once. */
export function bulkCommands(deps: BulkDeps) {
  const { ledger, runs, now } = deps;

  /** Freezes a selection. Nothing is ordered by it. */
  async function draft(res: Response, request: BulkRequest): Promise<BulkRun> {
    const parameters = parametersOf(request);
    const rows = await rowsOf(deps, request, parameters);
    if (rows.length > MAX_BULK_ROWS)
      throw invalidField('select', `selects more than ${MAX_BULK_ROWS}; narrow it down`);
    if (rows.length === 0)
      throw new Problem('nothing_found', { detail: 'Nothing is selected, so there is nothing to order.' });
    const run: BulkRun = {
      bulkId: `blk_${randomBytes(12).toString('hex')}`,
      command: request.command,
      parameters,
      selection: inWords(request.select),
      status: 'draft',
      perMinute: paceOf(request.command, request.perMinute),
      createdBy: keyOf(res),
      createdAt: now().toISOString(),
    };
    await ledger.createBulk(run, rows);
    return run;
  }

  async function runNamed(bulkId: string): Promise<BulkRun> {
    const run = await ledger.bulkRun(bulkId);
    if (!run) throw new Problem('bulk_not_found', { detail: 'No bulk command has this id.' });
    return run;
  }

  /** Makes sure that a bulk command can still be ordered or aborted. */
  async function requireUnended(bulkId: string): Promise<void> {
    const run = await runNamed(bulkId);
    if (run.status !== 'draft' && run.status !== 'running') throw ended(run);
  }

  const stateOf = async (bulkId: string) => {
    const run = await runNamed(bulkId);
    const { rows, states } = await ledger.bulkTotals(bulkId);
    return { command: run.command, status: run.status, rows, ...states };
  };

  /** Orders a draft. Given again, it makes sure that its run is under way. */
  async function start(res: Response, bulkId: string, why: string): Promise<void> {
    await requireUnended(bulkId);
    await audited(
      deps,
      res,
      { command: 'start_bulk', subject: bulkId, reason: why },
      () => stateOf(bulkId),
      async () => {
        await ledger.startBulk(bulkId, { by: keyOf(res), reason: why, at: now().toISOString() });
        await runs.startBulk(bulkId).catch((error: unknown) => {
          throw temporarilyUnavailable(
            'Temporal could not be reached. Please give the command again.',
            error,
          );
        });
      },
    );
  }

  /** Lets no further row begin. */
  async function abort(res: Response, bulkId: string, why: string): Promise<void> {
    await requireUnended(bulkId);
    await audited(
      deps,
      res,
      { command: 'abort_bulk', subject: bulkId, reason: why },
      () => stateOf(bulkId),
      async () => {
        if (!(await ledger.abortBulk(bulkId, { by: keyOf(res), at: now().toISOString() })))
          throw ended(await runNamed(bulkId));
      },
    );
  }

  /** Returns what clients see: the run, how far it is, and its money. */
  async function view(bulkId: string) {
    const { bulkId: id, ...run } = await runNamed(bulkId);
    return { id, ...run, totals: await ledger.bulkTotals(bulkId) };
  }

  return { draft, start, abort, view, runNamed };
}

export type BulkView = Awaited<ReturnType<ReturnType<typeof bulkCommands>['view']>>;

function ended({ status }: BulkRun): Problem {
  return new Problem('bulk_ended', { detail: `This bulk command is ${status}.` });
}

function parametersOf({ command, until, rightPrice, select: selection }: BulkRequest): BulkParameters {
  const isNeeded = 'is needed for this command';
  const isIdle = 'does not belong to this command';
  if ((command === 'extend') !== (until !== undefined))
    throw invalidField('until', until === undefined ? isNeeded : isIdle);
  if ((command === 'recall') !== (rightPrice !== undefined))
    throw invalidField('rightPrice', rightPrice === undefined ? isNeeded : isIdle);
  const { statuses, tz, ids: named, ...narrow } = selection;
  if (named === undefined && command === 'recall' && selection.offerId === undefined)
    throw invalidField('select', 'must name the offer whose price is wrong, or the presentations');
  const isNarrow = named !== undefined || Object.values(narrow).some((value) => value !== undefined);
  if (!isNarrow && command !== 'retry_notification')
    throw invalidField('select', 'must say which presentations are meant');
  const kinds = command === 'retry_notification' ? /^ntf_/ : /^prs_/;
  if (named?.some((id) => !kinds.test(id)))
    throw invalidField(
      'select',
      `must name ${command === 'retry_notification' ? 'notifications' : 'presentations'}`,
    );
  if (command === 'retry_notification' && (isNarrow ? named === undefined : statuses !== undefined))
    throw invalidField('select', 'may only name notifications; without ids, all that are dead are meant');
  return {
    ...(until !== undefined && { until: new Date(until).toISOString() }),
    ...(rightPrice && { rightPrice }),
  };
}

async function rowsOf(
  deps: BulkDeps,
  { command, select: selection }: BulkRequest,
  parameters: BulkParameters,
): Promise<BulkRowDraft[]> {
  if (command === 'retry_notification') return notificationRows(deps, selection.ids);
  const { ledger, now } = deps;
  const named = selection.ids && [...new Set(selection.ids)];
  const found = new Map<string, PresentationRecord>();
  for (const filter of filtersOf(command, { ...selection, ...(named && { ids: named }) }, parameters))
    for (const one of await ledger.selectPresentations(filter, MAX_BULK_ROWS + 1)) found.set(one.id, one);
  const rows = [...found.values()]
    .filter((one) => named !== undefined || isConcerned(command, one, rowOf(one, parameters)))
    .map((one) => rowOf({ ...one, status: statusAt(one, now()) }, parameters));
  // What nobody knows is a row too, so that the result says so.
  const unknown = (named ?? []).filter((id) => !found.has(id)).map((subject) => ({ subject }));
  return [...rows, ...unknown];
}

/** Parameters of one statement are limited. */
const IDS_AT_ONCE = 5_000;

function* filtersOf(
  command: BulkCommand,
  { ids: named, statuses, from, to, tz, currency: code, ...same }: Selection,
  { rightPrice }: BulkParameters,
): Generator<BulkFilter> {
  const period = periodOf({ from, to, tz });
  const usual = command === 'recall' || named !== undefined ? undefined : (['open'] as const);
  const filter: BulkFilter = {
    ...same,
    ...(period.from !== undefined && { from: period.from }),
    ...(period.to !== undefined && { to: period.to }),
    ...((code ?? rightPrice?.currency) !== undefined && { currency: code ?? rightPrice?.currency }),
    ...((statuses ?? usual) && { statuses: [...(statuses ?? usual ?? [])] }),
  };
  if (named === undefined) {
    yield filter;
    return;
  }
  for (let start = 0; start < named.length; start += IDS_AT_ONCE)
    yield { ...filter, ids: named.slice(start, start + IDS_AT_ONCE) };
}

function rowOf(presentation: PresentationRecord, { rightPrice }: BulkParameters): BulkRowDraft {
  const { id, purchaseId, customerId, offerId, paymentId, status, price, quantity } = presentation;
  const { paidAmount, paidCurrency, refundedAmount } = presentation;
  const isPaid = status === 'paid' && paidAmount !== undefined;
  const paid = isPaid ? paidAmount - refundedAmount : undefined;
  const code = (isPaid ? paidCurrency : undefined) ?? price.currency;
  const due =
    rightPrice && paid !== undefined && code === rightPrice.currency
      ? dueOf({ paid, quantity }, rightPrice)
      : undefined;
  return {
    subject: id,
    purchaseId,
    customerId,
    offerId,
    ...(paymentId !== undefined && { paymentId }),
    statusThen: status,
    currency: code,
    price: price.dueNow,
    ...(paid !== undefined && { paid }),
    ...(due !== undefined && { due }),
  };
}

/**
 * A recall concerns who may still pay the wrong price, and who has paid more than the right one. What is open past its
 * window may have been accepted in time.
 */
function isConcerned(
  command: BulkCommand,
  { status }: PresentationRecord,
  { due = 0 }: BulkRowDraft,
): boolean {
  if (command !== 'recall') return true;
  return isUnsettled(status) || (status === 'paid' && due > 0);
}

async function notificationRows({ ledger }: BulkDeps, named: string[] | undefined): Promise<BulkRowDraft[]> {
  if (named !== undefined) {
    const dead = await Promise.all([...new Set(named)].map((id) => ledger.deadNotification(id)));
    return [...new Set(named)].map((subject, place) => ({
      subject,
      ...(dead[place] && {
        purchaseId: dead[place].notification.purchaseId,
        statusThen: dead[place].redeliveredAt === undefined ? 'dead' : 'redelivered',
      }),
    }));
  }
  const rows: BulkRowDraft[] = [];
  let before: { at: string; seq: number } | undefined;
  for (;;) {
    const page = await ledger.deadNotifications({ all: false, limit: 200, ...(before && { before }) });
    rows.push(
      ...page.map(({ id, notification }) => ({
        subject: id,
        purchaseId: notification.purchaseId,
        statusThen: 'dead',
      })),
    );
    const last = page.at(-1);
    if (page.length < 200 || !last || rows.length > MAX_BULK_ROWS) return rows;
    before = { at: last.failedAt, seq: last.seq };
  }
}

function inWords({ ids: named, ...rest }: Selection): string {
  const { tz, from, to, ...fields } = rest;
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' or ') : String(value)}`);
  if (named) parts.unshift(`${named.length} by id`);
  if (from !== undefined || to !== undefined) parts.push(`shown ${from ?? ''} to ${to ?? 'now'} (${tz})`);
  return parts.join(', ') || 'all';
}

const PAGE = 5_000;

/** Writes every row with its result as CSV, a few thousand at a time. */
export async function* bulkCsv({ ledger }: Pick<ApiDeps, 'ledger'>, bulkId: string): AsyncGenerator<string> {
  yield csvLine(CSV.map(([title]) => title));
  for (let after = 0; ;) {
    const rows = await ledger.bulkRows({ bulkId, after, limit: PAGE });
    yield rows.map((row) => csvLine(CSV.map(([, of]) => of(row)))).join('');
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    after = last.seq;
  }
}

const CSV: [title: string, of: (row: BulkRow) => string | number | undefined][] = [
  ['row', ({ seq }) => seq],
  ['id', ({ subject }) => subject],
  ['purchase', ({ purchaseId }) => purchaseId && shownPurchaseId(purchaseId)],
  ['customer', ({ customerId }) => customerId],
  ['offer', ({ offerId }) => offerId],
  ['status_when_selected', ({ statusThen }) => statusThen],
  ['currency', ({ currency: code }) => code],
  ['price_minor_units', ({ price }) => price],
  ['paid_minor_units', ({ paid }) => paid],
  ['due_back_minor_units', ({ due }) => due],
  ['payment', ({ paymentId }) => paymentId],
  ['state', ({ state }) => state],
  ['result', ({ result }) => result],
  ['ended_at', ({ endedAt }) => endedAt],
];
