/** What customers accepted, word for word. */
import { and, eq, sql } from 'drizzle-orm';
import { ACCEPTED_ENTRY, type Acceptance } from '../domain/receipt.js';
import type { AcceptanceFound } from './interface/presentations.js';
import { findPresentation } from './presentations.js';
import { acceptances, timeline } from './schema.js';
import type { Database } from './store.js';

export async function recordAcceptance(db: Database, hash: string, content: Acceptance): Promise<void> {
  const { presentationId, clickedAt } = content;
  await db.insert(acceptances).values({ hash, presentationId, content, clickedAt }).onConflictDoNothing();
}

/** Finds the click that counted: the first acceptance on the timeline that was carried out names its hash. */
export async function acceptanceOf(
  db: Database,
  presentationId: string,
): Promise<AcceptanceFound | undefined> {
  const presentation = await findPresentation(db, presentationId);
  if (presentation?.decision !== 'accepted') return undefined;
  const entries = await db
    .select({ at: timeline.at, detail: timeline.detail })
    .from(timeline)
    .where(
      and(
        eq(timeline.purchaseId, presentation.purchaseId),
        eq(timeline.type, ACCEPTED_ENTRY),
        sql`${timeline.detail}->>'presentationId' = ${presentationId}`,
      ),
    )
    .orderBy(timeline.seq);
  const entry = entries.find(({ at }) => at === presentation.decidedAt) ?? entries.at(-1);
  if (entry === undefined) return undefined;
  const hash = entry.detail?.evidence;
  const consents = entry.detail?.consents;
  const [kept] =
    typeof hash === 'string' ? await db.select().from(acceptances).where(eq(acceptances.hash, hash)) : [];
  return {
    presentation,
    at: entry.at,
    ...(kept && { hash: kept.hash, acceptance: kept.content }),
    consents: typeof consents === 'string' ? consents.split(', ') : [],
  };
}
