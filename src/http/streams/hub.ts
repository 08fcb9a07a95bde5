/** The presentations that are being followed: one listener and one read per change, for any number of streams. */
import type { Logger } from 'pino';
import type { PresentationRecord } from '../../domain/presentation.js';
import type { Following, Ledger } from '../../ledger/index.js';
import { Problem } from '../problem.js';

const SECOND = 1000;
/** Comments keep proxies from closing a quiet stream. */
const HEARTBEAT = 15 * SECOND;
/** How often all followed presentations are read again, in one query, in case an announcement was lost. */
const LOOK_AGAIN = 60 * SECOND;
/** The same while the database does not announce changes. */
const LOOK_OFTEN = SECOND;
const RETRY = SECOND;

/** Two browser tabs, and the streams of pages that were closed a moment ago. */
export const STREAMS_PER_TOKEN = 6;
export const STREAMS_PER_KEY = 2000;
export const STREAMS_PER_PROCESS = 10_000;

export interface Follower {
  changed: (record: PresentationRecord) => void;
  heartbeat: () => void;
  /** The server is stopping. */
  end: () => void;
}

export interface StreamHub {
  /**
   * Follows a presentation until the returned function is called.
   *
   * @param holder whose stream it is, of which there may be `limit`
   * @throws Problem `rate_limited` when there are too many streams
   */
  follow(presentationId: string, holder: string, limit: number, follower: Follower): () => void;
  /** Ends all streams, and takes no more. */
  close(): Promise<void>;
}

/** Creates the hub. It listens to the database only while somebody follows. */
export function createStreamHub(
  ledger: Pick<Ledger, 'presentation' | 'presentationsNamed' | 'followPresentations'>,
  log: Pick<Logger, 'warn'>,
): StreamHub {
  const followers = new Map<string, Set<Follower>>();
  const perHolder = new Map<string, number>();
  let total = 0;
  let closed = false;
  let listening: Promise<Following | undefined> | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  /** Presentations that are being read; true if they changed again meanwhile. */
  const reading = new Map<string, boolean>();

  function tell(record: PresentationRecord): void {
    for (const follower of followers.get(record.id) ?? []) follower.changed(record);
  }

  function changed(id: string): void {
    if (!followers.has(id)) return;
    if (reading.has(id)) reading.set(id, true);
    else void read(id);
  }

  async function read(id: string): Promise<void> {
    do {
      reading.set(id, false);
      try {
        const record = await ledger.presentation(id);
        if (record) tell(record);
      } catch (error) {
        log.warn({ err: error }, 'a followed presentation could not be read');
        setTimeout(() => changed(id), RETRY).unref();
      }
    } while (reading.get(id));
    reading.delete(id);
  }

  async function readAll(): Promise<void> {
    try {
      for (const record of await ledger.presentationsNamed([...followers.keys()])) tell(record);
    } catch (error) {
      log.warn({ err: error }, 'the followed presentations could not be read');
    }
  }

  async function listen(): Promise<Following | undefined> {
    try {
      const following = await ledger.followPresentations({ changed, missed: () => void readAll() });
      // What changed before the listener was there.
      await readAll();
      return following;
    } catch (error) {
      log.warn({ err: error }, 'the ledger cannot be listened to; it is read every second instead');
      return undefined;
    }
  }

  async function lookAgain(): Promise<void> {
    const following = await listening;
    if (followers.size === 0) return;
    looking = setTimeout(
      () => void readAll().then(lookAgain),
      following?.announced ? LOOK_AGAIN : LOOK_OFTEN,
    );
    looking.unref();
  }

  function begin(): void {
    heartbeat = setInterval(() => {
      for (const set of followers.values()) for (const follower of set) follower.heartbeat();
    }, HEARTBEAT).unref();
    listening = listen();
    void lookAgain();
  }

  async function pause(): Promise<void> {
    clearInterval(heartbeat);
    clearTimeout(looking);
    const before = listening;
    listening = undefined;
    await (await before)?.stop().catch(() => undefined);
  }

  return {
    follow(presentationId, holder, limit, follower) {
      const held = perHolder.get(holder) ?? 0;
      if (closed || total >= STREAMS_PER_PROCESS || held >= limit) {
        throw new Problem('rate_limited', {
          detail: 'Too many streams are open. Close one, or ask for the presentation itself.',
          headers: { 'Retry-After': '5' },
        });
      }
      total += 1;
      perHolder.set(holder, held + 1);
      const set = followers.get(presentationId) ?? new Set();
      followers.set(presentationId, set.add(follower));
      if (total === 1) begin();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        total -= 1;
        const rest = (perHolder.get(holder) ?? 1) - 1;
        if (rest > 0) perHolder.set(holder, rest);
        else perHolder.delete(holder);
        set.delete(follower);
        if (set.size === 0 && followers.get(presentationId) === set) followers.delete(presentationId);
        if (total === 0) void pause();
      };
    },
    async close() {
      closed = true;
      for (const set of [...followers.values()]) for (const follower of [...set]) follower.end();
      await pause();
    },
  };
}
