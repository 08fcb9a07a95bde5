/** Writes server-sent events. */
import type { Request, Response } from 'express';

/** A reader that is this far behind is let go; it comes back and is told the latest. Bytes. */
const MOST_UNREAD = 256 * 1024;

export interface EventStream {
  /** False while the reader has not taken what was sent before. */
  isReady(): boolean;
  send(event: { event: string; id: string; data: unknown }): void;
  comment(): void;
  end(): void;
}

/**
 * Begins a stream in the response to a request.
 *
 * @param retryMs how soon the reader should come back when it ends
 * @param drained called when a slow reader has caught up
 */
export function openEventStream(
  req: Request,
  res: Response,
  { retryMs, drained }: { retryMs: number; drained: () => void },
): EventStream {
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    // No proxy may hold back, compress or keep it.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  req.socket.setNoDelay(true);
  res.on('drain', drained);
  const write = (text: string) => {
    if (res.writableEnded || res.destroyed) return;
    res.write(text);
    if (res.writableLength > MOST_UNREAD) res.destroy();
  };
  write(`retry: ${retryMs}\n\n`);
  return {
    isReady: () => !res.writableNeedDrain,
    send: ({ event, id, data }) => write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`),
    comment: () => {
      if (!res.writableNeedDrain) write(': still here\n\n');
    },
    end: () => res.end(),
  };
}
