/** Waits between the steps of a run: what is waited for, and until when. */
import { and, eq, sql } from 'drizzle-orm';
import type { Ledger } from './model.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { changePresentation } from './presentations.js';
import { purchases, timeline } from './schema.js';
import type { Database, LedgerLog } from './store.js';
import { addToTimeline } from './timeline.js';

/** Type of the timeline entry; its detail is `{step, until}`. */
export const WAITING = 'waiting';

/** The transaction behind `Ledger.beginWait`. */
export async function beginWait(
  tx: Database,
  input: Parameters<Ledger['beginWait']>[0],
  log: LedgerLog,
): Promise<{ until: string }> {
  const { purchaseId, step, funnelId, at, evaluation, previous } = input;
  if (previous) await changePresentation(tx, previous.presentationId, previous.patch, previous.timeline, log);
  const [begun] = await tx
    .select({ until: sql<string>`${timeline.detail}->>'until'` })
    .from(timeline)
    .where(
      and(
        eq(timeline.purchaseId, purchaseId),
        eq(timeline.type, WAITING),
        sql`${timeline.detail}->>'step' = ${step}`,
      ),
    );
  if (begun) return begun;
  const { until } = input;
  await addToTimeline(tx, purchaseId, [{ at, type: WAITING, detail: { step, until } }]);
  await tx
    .update(purchases)
    .set({
      status: sql`case when ${purchases.status} = 'settled' then ${purchases.status} else 'waiting' end`,
      funnelId: sql`coalesce(${purchases.funnelId}, ${funnelId})`,
      ...evaluation,
    })
    .where(eq(purchases.purchaseId, purchaseId));
  return { until };
}

/** What a waiting purchase waits for: the last wait on its timeline. */
export function waitIn(entries: TimelineEntry[]): { step: string; until: string } | undefined {
  const { step, until } = entries.findLast(({ type }) => type === WAITING)?.detail ?? {};
  return typeof step === 'string' && typeof until === 'string' ? { step, until } : undefined;
}
