/** The metrics of this process, whatever part of the program it runs. */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const MINUTE = 60_000;
/** What Dodo allows a business. */
const REQUESTS_PER_MINUTE = 240;

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
  help: `Requests of this process in the last minute, divided by the ${REQUESTS_PER_MINUTE} that Dodo allows. Add up the processes.`,
  registers: [registry],
  collect() {
    forgetOlder();
    this.set(recent.length / REQUESTS_PER_MINUTE);
  },
});

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
