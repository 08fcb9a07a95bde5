/** The timeline of a purchase, for operators. */
import { createHash } from 'node:crypto';
import { utc } from './columns.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { timeline } from './schema.js';
import type { Database } from './store.js';

/** Adds entries to a purchase's timeline, except those that are already there. */
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
 * Identifies an entry within its purchase and type. An activity that runs again reports the same facts at another time,
 * so an entry with a detail is identified by it, and one without by its time. A retry thus adds nothing, while two
 * attempts or two partial refunds, which differ in an id, are both kept.
 */
function entryKey({ at, detail }: TimelineEntry): string {
  const facts = detail && Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(facts ?? utc(at)))
    .digest('base64url');
}
