/** A proxy between the system and Dodo that delays every response by a fixed time and records when Dodo was awaited. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Interval {
  from: number;
  to: number;
}

export interface TimingProxy {
  url: string;
  /** Sets the milliseconds to wait before forwarding a request. */
  setDelay(milliseconds: number): void;
  /** Returns the requests since a time on the clock of `performance.now()`. */
  since(from: number): Interval[];
  close(): Promise<void>;
}

export async function startTimingProxy(target: string): Promise<TimingProxy> {
  const intervals: Interval[] = [];
  let delay = 0;

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const from = performance.now();
    if (delay > 0) await sleep(delay);
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.once('error', () => response.destroy());
    response.once('finish', () => intervals.push({ from, to: performance.now() }));
    incoming.pipe(outgoing);
  }

  const server = createServer((incoming, response) => void forward(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setDelay(milliseconds) {
      delay = milliseconds;
    },
    since: (from) => intervals.filter((interval) => interval.from >= from),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Returns the total time the intervals cover, counting overlaps once. */
export function covered(intervals: readonly Interval[]): number {
  let total = 0;
  let end = -Infinity;
  for (const { from, to } of [...intervals].sort((one, other) => one.from - other.from)) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}
