/** Hears the announcements of a PostgreSQL database on a connection of its own. */
import pg from 'pg';
import type { Listener } from './store.js';

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5000;

/**
 * Listens on a channel, and connects again whenever the connection is lost.
 *
 * @param channel a plain identifier
 * @param lost told of every connection that was lost or could not be made
 * @returns stops listening
 */
export async function listenOn(
  connection: pg.ClientConfig,
  channel: string,
  { heard, resumed }: Listener,
  lost: (error: Error) => void,
): Promise<() => Promise<void>> {
  let client: pg.Client | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const fresh = new pg.Client(connection);
    let gone = false;
    const end = (error: Error) => {
      if (gone) return;
      gone = true;
      if (client === fresh) client = undefined;
      if (stopped) return;
      lost(error);
      fresh.end().catch(() => undefined);
      again(FIRST_PAUSE);
    };
    fresh.on('error', end);
    fresh.on('end', () => end(new Error('The connection was closed.')));
    fresh.on('notification', ({ payload }) => heard(payload ?? ''));
    try {
      await fresh.connect();
      await fresh.query(`listen ${channel}`);
    } catch (error) {
      gone = true;
      fresh.end().catch(() => undefined);
      throw error;
    }
    client = fresh;
    if (stopped) await fresh.end();
  }

  function again(pause: number): void {
    timer = setTimeout(() => {
      connect().then(resumed, (error: Error) => {
        if (stopped) return;
        lost(error);
        again(Math.min(pause * 2, LONGEST_PAUSE));
      });
    }, pause);
  }

  await connect();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await client?.end();
  };
}
