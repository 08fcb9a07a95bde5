/** `GET /api/presentations/{id}/events`: the presentation at once, and whenever it changes, until it has ended. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { isUnsettled, type PresentationRecord } from '../../domain/presentation.js';
import { callerOf } from '../auth.js';
import type { Reader } from '../decision-answer.js';
import type { ApiDeps } from '../deps.js';
import { viewWithNext } from '../next-offer.js';
import { openEventStream } from './event-stream.js';
import { STREAMS_PER_KEY, STREAMS_PER_TOKEN } from './hub.js';

const SECOND = 1000;
/** A reader is right again within two seconds of a restart. */
const RETRY_MS = SECOND / 2;
/** Streams end now and then, so that they spread over the processes there are. */
const LONGEST = 60 * 60 * SECOND;
/** How long after its window's end an offer is looked at again: its run may still let a click in time win. */
const AFTER_WINDOW = SECOND;
const VERSION_DIGITS = 16;

/**
 * Streams a presentation. Responds 204 to a reader that has seen the final state already, which tells it not to come
 * back.
 */
export async function streamPresentation(
  deps: Pick<ApiDeps, 'ledger' | 'tokens' | 'now' | 'streams' | 'log'>,
  req: Request,
  res: Response,
  first: PresentationRecord,
  reader: Reader,
): Promise<void> {
  const { streams, now, log } = deps;
  const caller = callerOf(res);
  const byToken = caller.kind === 'token';
  const holder = byToken ? `token:${caller.claims.presentationId}` : `key:${caller.keyId}`;
  const lastSeen = req.get('last-event-id');

  /** The version names all that is shown but the clock and the token. */
  async function viewed(record: PresentationRecord) {
    const view = await viewWithNext(deps, record, reader);
    const { serverTime: _, token: __, next, ...shown } = view;
    const version = createHash('sha256')
      .update(JSON.stringify([shown, next?.id]))
      .digest('hex')
      .slice(0, VERSION_DIGITS);
    return { view, version };
  }

  if (!isUnsettled(first.status) && (await viewed(first)).version === lastSeen) {
    res.status(204).end();
    return;
  }

  let latest = first;
  let sent: string | undefined;
  let working = false;
  let again = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const leave = streams.follow(first.id, holder, byToken ? STREAMS_PER_TOKEN : STREAMS_PER_KEY, {
    changed: (record) => {
      latest = record;
      void show();
    },
    heartbeat: () => stream.comment(),
    end: () => finish(),
  });
  const stream = openEventStream(req, res, { retryMs: RETRY_MS, drained: () => void show() });
  const untilToken = byToken ? Date.parse(caller.claims.expiresAt) - now().getTime() : LONGEST;
  const last = setTimeout(() => finish(), Math.min(untilToken, LONGEST)).unref();
  res.on('close', () => finish());

  function finish(): void {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    clearTimeout(last);
    leave();
    stream.end();
  }

  async function show(): Promise<void> {
    if (working) {
      again = true;
      return;
    }
    working = true;
    try {
      do {
        again = false;
        const record = latest;
        // A slow reader gets the latest state once it has caught up, not every one in between.
        if (ended || !stream.isReady()) break;
        const { view, version } = await viewed(record);
        if (ended) break;
        if (version !== sent) {
          stream.send({ event: 'presentation', id: version, data: view });
          sent = version;
        }
        if (!isUnsettled(record.status) && !again) finish();
        else lookAtEndOf(record);
      } while (again);
    } catch (error) {
      log.warn({ err: error }, 'a stream of a presentation was given up');
      finish();
    } finally {
      working = false;
    }
  }

  /** An open offer expires by the clock, whatever the ledger says. */
  function lookAtEndOf(record: PresentationRecord): void {
    clearTimeout(timer);
    if (record.status !== 'open') return;
    const left = Date.parse(record.expiresAt) - now().getTime();
    if (left > LONGEST || left <= -AFTER_WINDOW) return;
    timer = setTimeout(() => void show(), Math.max(left, 0) + 1).unref();
  }

  await show();
}
