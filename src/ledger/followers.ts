/** Announces which presentations change, so that one listener per process serves any number of open streams. */
import { inArray, sql } from 'drizzle-orm';
import type { PresentationRecord } from '../domain/presentation.js';
import type { Following, PresentationFollower } from './interface/presentations.js';
import { presentationRecord } from './records.js';
import { presentations } from './schema.js';
import type { Database, Store } from './store.js';

const CHANNEL = 'presentation_changed';
/** How long an announcement of our own may take to come back. */
const ECHO_TIMEOUT = 2000;

/** Announces a change. It is heard when the transaction is committed. */
export async function announceChange(tx: Database, id: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${CHANNEL}, ${id})`);
}

/** Implements `Ledger.followPresentations`. */
export async function followPresentations(
  { db, listen }: Pick<Store, 'db' | 'listen'>,
  { changed, missed }: PresentationFollower,
): Promise<Following> {
  let echoed: (() => void) | undefined;
  const echo = `echo:${crypto.randomUUID()}`;
  const stop = await listen(CHANNEL, {
    heard: (payload) => {
      if (payload === echo) echoed?.();
      else if (!payload.startsWith('echo:')) changed(payload);
    },
    resumed: missed,
  });
  let timer: NodeJS.Timeout | undefined;
  const isHeard = new Promise<boolean>((resolve) => {
    echoed = () => resolve(true);
    timer = setTimeout(() => resolve(false), ECHO_TIMEOUT);
  });
  try {
    await announceChange(db, echo);
    return { announced: await isHeard, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export async function presentationsNamed(
  db: Database,
  ids: readonly string[],
): Promise<PresentationRecord[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select()
    .from(presentations)
    .where(inArray(presentations.id, [...ids]));
  return rows.map(presentationRecord);
}
