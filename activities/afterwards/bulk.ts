/** Commands on many things at once: the rows of a frozen selection, each with its entry in the audit trail. */
import { presentationState, type AuditEntry, type AuditState } from '../../src/domain/audit.js';
import {
  BULK_STEP_ROWS,
  LONGEST_BULK_WAIT_MS,
  REFUND_UNDER_WAY,
  dueOf,
  type BulkInput,
  type BulkRow,
  type BulkRowState,
  type BulkRun,
  type BulkStep,
} from '../../src/domain/bulk.js';
import { compensationIds, openingOf, type CompensationInput } from '../../src/domain/compensation.js';
import { refusal } from '../../src/contract/messages.js';
import { HOUR, MINUTE, SECOND } from '../../src/domain/duration.js';
import { extension, isUnsettled, statusAt, type PresentationRecord } from '../../src/domain/presentation.js';
import type { Answer } from '../../src/contract/answer.js';
import type { ActivityContext } from '../context.js';

/** What came of a row. */
interface Done {
  state: Exclude<BulkRowState, 'pending' | 'doing'>;
  result: string;
  due?: number;
  paymentId?: string;
  /** `waiting`: milliseconds. */
  againAfter?: number;
}

const SHORTEST_WAIT = SECOND;
const LONGEST_WAIT = HOUR;
/** Tries before a run that does not answer is left alone. */
const MOST_TRIES_UNANSWERED = 20;

const done = (result: string): Done => ({ state: 'done', result });
const skipped = (result: string): Done => ({ state: 'skipped', result });
const failed = (result: string): Done => ({ state: 'failed', result });

export function bulkActivities(context: ActivityContext) {
  const { ledger, runs, log, now } = context;

  return {
    /**
     * Carries out the next rows of a bulk command whose turn it is, and says when to go on.
     *
     * Dodo: nothing; refunds are sent by compensations of their own. Ledger: marks each row before its effect, with an
     * entry in the audit trail, and records what came of it. Repeated: a row that was interrupted is done again, which has
     * no second effect; a row with a result is not touched.
     *
     * @throws when the ledger or Temporal cannot be reached
     */
    async bulkStep({ bulkId }: BulkInput): Promise<BulkStep> {
      const run = await ledger.bulkRun(bulkId);
      if (!run || run.status === 'draft') return { kind: 'ended' };
      const rows = await ledger.dueBulkRows(bulkId, now().toISOString(), BULK_STEP_ROWS);
      for (const row of rows) await carryOut((await ledger.bulkRun(bulkId)) ?? run, row);
      const next = await ledger.nextBulkRow(bulkId);
      if (next === undefined) {
        await ledger.endBulk(bulkId, now().toISOString());
        return { kind: 'ended' };
      }
      const pace = (rows.length * MINUTE) / run.perMinute;
      const untilNext = Date.parse(next) - now().getTime();
      return { kind: 'more', waitMs: Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, pace, untilNext)) };
    },
  };

  async function carryOut(run: BulkRun, row: BulkRow): Promise<void> {
    const { bulkId, seq, subject } = row;
    const entry = (rest: Pick<AuditEntry, 'phase' | 'state' | 'failure'>): AuditEntry => ({
      commandId: `${bulkId}/${seq}`,
      at: now().toISOString(),
      actor: run.startedBy ?? run.createdBy,
      command: run.command,
      subject,
      reason: run.reason ?? '',
      ...rest,
    });
    if (row.state === 'pending') {
      const state = await stateOf(run, row);
      // An operator may have aborted it a moment ago.
      if (!(await ledger.beginBulkRow(row, entry({ phase: 'ordered', ...(state && { state }) })))) return;
    }
    // What is under way at Dodo is followed to its end; nothing new begins.
    const isOver = run.status === 'aborted' && row.state === 'waiting' && row.result !== REFUND_UNDER_WAY;
    const { againAfter, ...result }: Done = isOver ? skipped('aborted') : await act(run, row);
    const at = now().toISOString();
    if (result.state === 'waiting') {
      const notBefore = new Date(now().getTime() + (againAfter ?? MINUTE)).toISOString();
      await ledger.recordBulkRow(row, { ...result, at, notBefore });
      return;
    }
    const state = await stateOf(run, row);
    await ledger.recordBulkRow(
      row,
      { ...result, at },
      entry({
        ...(result.state === 'done' ? { phase: 'done' } : { phase: 'failed', failure: result.result }),
        ...(state && { state }),
      }),
    );
    log.info(
      { bulk: bulkId, command: run.command, subject, purchaseId: row.purchaseId, ...result },
      'a row of a bulk command has its result',
    );
  }

  async function stateOf({ command }: BulkRun, { subject }: BulkRow): Promise<AuditState | undefined> {
    return command === 'retry_notification'
      ? undefined
      : presentationState(await ledger.presentation(subject));
  }

  async function act(run: BulkRun, row: BulkRow): Promise<Done> {
    if (run.command === 'retry_notification') return retry(run, row);
    const presentation = await ledger.presentation(row.subject);
    if (!presentation) return failed('not_found');
    // It was named, and the rest of the selection did not hold for it.
    if (row.statusThen === undefined) return failed('not_selected');
    switch (run.command) {
      case 'withdraw':
        return withdraw(run, row, presentation);
      case 'extend':
        return extend(run, row, presentation);
      case 'recall':
        return recall(run, row, presentation);
    }
  }

  async function withdraw(run: BulkRun, row: BulkRow, presentation: PresentationRecord): Promise<Done> {
    const status = statusAt(presentation, now());
    // It was interrupted after its effect.
    if (status === 'withdrawn' && row.state !== 'pending') return done('withdrawn');
    if (status !== 'open') return skipped(status);
    const { workflowId, id } = presentation;
    const answer = await runs.withdraw(workflowId, id, run.reason ?? '');
    return answer.kind === 'done' ? done('withdrawn') : notDone(answer, row);
  }

  async function extend(run: BulkRun, row: BulkRow, presentation: PresentationRecord): Promise<Done> {
    const { reason = '', parameters } = run;
    const { id, workflowId } = presentation;
    const status = statusAt(presentation, now());
    if (status !== 'open') return skipped(status);
    const answer = await runs.extend(workflowId, id, parameters.until ?? '', reason);
    if (answer.kind !== 'done') return notDone(answer, row);
    const { expiresAt } = answer.value;
    const { patch, timeline } = extension(id, { expiresAt, reason, at: now().toISOString() });
    await ledger.updatePresentation(id, patch, timeline);
    return done('extended');
  }

  async function retry(run: BulkRun, { subject }: BulkRow): Promise<Done> {
    const dead = await ledger.deadNotification(subject);
    if (!dead) return failed('not_found');
    if (dead.redeliveredAt !== undefined) return skipped('delivered_before');
    await runs.redeliver(
      { id: dead.id, notification: dead.notification, reason: run.reason ?? '' },
      dead.failedAt,
    );
    return done('handed_over');
  }

  /** Puts a wrong price right: an open offer ends; what was paid too much goes back, at most once per payment. */
  async function recall(run: BulkRun, row: BulkRow, presentation: PresentationRecord): Promise<Done> {
    const status = statusAt(presentation, now());
    if (status === 'paid') return refund(run, row, presentation);
    // An acceptance may wait to be sent while the ledger still says open, also past the window: only the run knows.
    if (presentation.status === 'open') {
      const { workflowId, id } = presentation;
      const answer = await runs.withdraw(workflowId, id, run.reason ?? '');
      if (answer.kind === 'done') return done('withdrawn');
      if (answer.kind === 'refused' && answer.code === refusal.presentationExpired) return skipped('expired');
      if (answer.kind === 'gone' && status === 'expired') return skipped('expired');
      const ended = notDone(answer, row);
      // The customer was faster: what they pay is looked at when it is paid.
      return ended.state === 'skipped'
        ? { state: 'waiting', result: 'not_settled', againAfter: MINUTE }
        : ended;
    }
    if (status === 'withdrawn' && row.state !== 'pending') return done('withdrawn');
    if (!isUnsettled(status)) return skipped(status);
    if (now().getTime() - Date.parse(run.startedAt ?? run.createdAt) > LONGEST_BULK_WAIT_MS)
      return failed('not_settled');
    return { state: 'waiting', result: 'not_settled', againAfter: MINUTE * Math.min(60, 2 ** row.tries) };
  }

  async function refund(run: BulkRun, row: BulkRow, presentation: PresentationRecord): Promise<Done> {
    const { id, purchaseId, customerId, quantity, price, paymentId } = presentation;
    const { paidAmount = 0, paidCurrency, refundedAmount } = presentation;
    const { rightPrice } = run.parameters;
    const currency = paidCurrency ?? price.currency;
    if (!rightPrice || currency !== rightPrice.currency) return failed('other_currency');
    if (paymentId === undefined) return skipped('no_payment');

    const keep = rightPrice.amount * quantity;
    const known = await ledger.compensation(compensationIds.refundPart(paymentId));
    if (known && known.keepAmount !== keep) return { ...failed('refunded_by_another_recall'), paymentId };
    if (known) {
      const due = known.refundedAmount ?? known.amount;
      const about = { paymentId, ...(due !== undefined && { due }) };
      // It had gone back otherwise meanwhile.
      if (known.status === 'confirmed' && due === 0) return { ...skipped('nothing_due'), ...about };
      if (known.status === 'confirmed') return { ...done('refunded'), ...about };
      if (known.status === 'review') return { ...failed('refund_needs_review'), ...about };
    }
    const due = known?.amount ?? dueOf({ paid: paidAmount - refundedAmount, quantity }, rightPrice);
    if (due === 0) return { ...skipped('nothing_due'), paymentId, due };
    const attemptId =
      (await ledger.payment(paymentId))?.attemptId ?? (await ledger.attemptsOf(id)).at(-1)?.attemptId;
    if (attemptId === undefined) return { ...failed('no_attempt'), paymentId, due };
    const input: CompensationInput = {
      kind: 'refund_part',
      ...{ presentationId: id, purchaseId, customerId, paymentId, attemptId, currency },
      amount: due,
      keep,
    };
    // Remembered before it is sent: the janitor starts its run if nobody else does.
    const opened = await ledger.openCompensation(openingOf(input, now().toISOString()));
    // Another recall was faster, and its price is the one that holds.
    if (opened.keepAmount !== keep) return { ...failed('refunded_by_another_recall'), paymentId };
    const { amount = due } = opened;
    await runs.startCompensation({ ...input, amount });
    // Banks may take days. Rows that nobody has looked at come in between.
    const againAfter = Math.min(HOUR, 15 * SECOND * 2 ** Math.min(row.tries, 8));
    return { state: 'waiting', result: REFUND_UNDER_WAY, due: amount, paymentId, againAfter };
  }
}

/** What it means that a run did not do as it was asked. */
function notDone(answer: Exclude<Answer<unknown>, { kind: 'done' }>, { tries, state }: BulkRow): Done {
  switch (answer.kind) {
    case 'refused':
      // It was interrupted after its effect, and the ledger does not have it yet.
      return answer.code === refusal.presentationWithdrawn && state !== 'pending'
        ? done('withdrawn')
        : skipped(answer.code);
    case 'gone':
      return skipped('run_ended');
    case 'pending':
    case 'unanswered':
      return tries >= MOST_TRIES_UNANSWERED
        ? failed('no_answer')
        : { state: 'waiting', result: 'no_answer', againAfter: 30 * SECOND };
  }
}
