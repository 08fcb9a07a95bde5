/** The timeline of a purchase: what happened, for operators. */
import { createHash } from 'node:crypto';
import { utc } from './columns.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { timeline } from './schema.js';
import type { Database } from './store.js';

/** Adds entries to a purchase's timeline. Entries that are there already are left out. */
export async function addToTimeline(
  db: Database,
  purchaseId: string,
  entries: TimelineEntry[] = [],
): Promise<void> {
  if (entries.length === 0) return;
  await db
    .insert(timeline)
    .values(
      entries.map(({ at, type, detail }) => ({
        purchaseId,
        at,
        type,
        detail,
        key: entryKey({ at, type, detail }),
      })),
    )
    .onConflictDoNothing();
}

/**
 * What makes two entries of one purchase and type the same. An activity that runs again reports the same
 * facts, but at another time: an entry with a detail is told by its detail, one without by its time. So a
 * retry adds nothing, while two attempts or two partial refunds, which differ in an id, both stay.
 */
function entryKey({ at, detail }: TimelineEntry): string {
  const facts = detail && Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(facts ?? utc(at)))
    .digest('base64url');
}
