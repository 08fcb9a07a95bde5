/** Waits between the steps of a run. */
import { and, eq, sql } from 'drizzle-orm';
import type { BeginWaitInput } from './interface/purchases.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { changePresentation } from './presentations.js';
import { purchases, timeline } from './schema.js';
import type { Database, LedgerLog } from './store.js';
import { addToTimeline } from './timeline.js';

/** The type of the timeline entry; its detail is `{step, until}`. */
const WAITING = 'waiting';

/** The transaction behind `Ledger.beginWait`. */
export async function beginWait(
  tx: Database,
  input: BeginWaitInput,
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

/** Finds the step a waiting purchase is about to show, and when: the last wait on its timeline. */
export function waitIn(entries: TimelineEntry[]): { step: string; until: string } | undefined {
  const { step, until } = entries.findLast(({ type }) => type === WAITING)?.detail ?? {};
  return typeof step === 'string' && typeof until === 'string' ? { step, until } : undefined;
}
