/** Measures how long Dodo waits for an acknowledgement. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { summarize } from '../../../bench/stats.js';
import { SANDBOX_WEBHOOK_KEY } from '../../../sandbox/index.js';
import type { ProductProcesses } from '../chaos/product-processes.js';
import { startApiProcess } from './api-process.js';
import { paidEvent } from './ingress.js';
import { secretOf } from './webhook-keys.js';
import { isAcknowledged, refusals, startLoad, type Sent } from './load.js';
import type { Row } from './row.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Webhooks per second, and the highest p99 allowed, in milliseconds. */
const LEVELS = [
  { perSecond: 25, p99: 150 },
  { perSecond: 100, p99: 250 },
];
/** A new process still compiles its code. */
const WARM_UP = 2 * SECOND;

/** Returns the time since a webhook was due, so that a slow answer counts for all that it delays. */
function latency({ dueAt, attempts }: Sent): number {
  return (attempts.at(-1)?.endedAt ?? Infinity) - dueAt;
}

export const acknowledgement: Row<ProductProcesses> = {
  id: 'R9',
  title: 'Time to acknowledge a webhook',
  target: 'p99 at most 150 ms at 25/s and 250 ms at 100/s, over a minute each; nothing but 2xx',
  how: 'new purchases at a steady rate to an API process, Temporal on disk, no worker; the short size judges the 2xx alone, since seconds on a busy machine say little of a p99',
  async measure(system, long) {
    const api = await startApiProcess(system, {});
    const secrets = [secretOf(SANDBOX_WEBHOOK_KEY)];
    const send = async (perSecond: number, forMs: number) => {
      const load = startLoad({
        url: `${api.url}/webhooks/dodo`,
        perSecond,
        keepAlive: true,
        secrets: () => secrets,
        next: () => ({ id: `msg_${randomUUID()}`, body: paidEvent(`pay_${randomUUID()}`) }),
      });
      await sleep(forMs);
      return load.finish();
    };
    try {
      await send(25, long ? WARM_UP : SECOND / 2);
      const figures: string[] = [];
      let met = true;
      for (const level of LEVELS) {
        const sent = await send(level.perSecond, long ? MINUTE : SECOND);
        const { p50, p99 } = summarize(sent.map(latency));
        figures.push(
          `${level.perSecond}/s: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, not 2xx: ${refusals(sent)}`,
        );
        met &&= sent.every(({ attempts }) => attempts.every(isAcknowledged));
        met &&= !long || p99 <= level.p99;
      }
      return { figure: figures.join('; '), met };
    } finally {
      await api.terminate();
    }
  },
};
