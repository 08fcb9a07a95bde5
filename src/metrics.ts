/** The metrics of this process, whatever part of the program it runs. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const MINUTE = 60_000;
/** What Dodo allows a business, unless the configuration says otherwise. */
let requestsPerMinute = 240;

const requests = new Counter({
  name: 'upsells_dodo_requests_total',
  help: 'Requests of this process to Dodo Payments, by method and result: the class of the status, or `failed` without an answer.',
  labelNames: ['method', 'result'] as const,
  registers: [registry],
});

/** When the requests of the last minute were sent. Milliseconds since the epoch. */
let recent: number[] = [];

new Gauge({
  name: 'upsells_dodo_budget_used_ratio',
  help: 'Requests of this process to Dodo in the last minute, divided by DODO_REQUESTS_PER_MINUTE. Add up the processes.',
  registers: [registry],
  collect() {
    forgetOlder();
    this.set(recent.length / requestsPerMinute);
  },
});

const waits = new Histogram({
  name: 'upsells_dodo_wait_seconds',
  help: 'How long requests to Dodo waited for their turn, by priority: money, proof, offer, sweep.',
  labelNames: ['priority'] as const,
  buckets: [0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60],
  registers: [registry],
});

/** Returns how many requests wait, by priority. */
let waiting: () => readonly (readonly [priority: string, count: number])[] = () => [];

new Gauge({
  name: 'upsells_dodo_requests_waiting',
  help: 'Requests to Dodo that wait for their turn, by priority.',
  labelNames: ['priority'] as const,
  registers: [registry],
  collect() {
    for (const [priority, count] of waiting()) this.set({ priority }, count);
  },
});

/** Counts a request to Dodo that got its turn. */
export function countDodoWait(priority: string, waitedMs: number): void {
  waits.observe({ priority }, waitedMs / 1_000);
}

/** Tells the limit on requests to Dodo, if there is one, and what waits because of it. */
export function observeBudget(perMinute: number | undefined, counts: typeof waiting): void {
  requestsPerMinute = perMinute ?? requestsPerMinute;
  waiting = counts;
}

/** Counts a request to Dodo. */
export function countDodoRequest(method: string, result: string): void {
  requests.inc({ method, result });
  forgetOlder();
  recent.push(Date.now());
}

function forgetOlder(): void {
  const since = Date.now() - MINUTE;
  if (recent.length > 0 && (recent[0] ?? 0) < since) recent = recent.filter((at) => at >= since);
}
