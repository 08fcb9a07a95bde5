/** Rotates the webhook secret while webhooks come in. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowId } from '../../../src/domain/ids.js';
import type { ProductProcesses } from '../chaos/product-processes.js';
import { startApiProcess } from './api-process.js';
import { startBalancer } from './balancer.js';
import { findRun, paidEvent } from './ingress.js';
import { newWebhookKey, secretOf } from './webhook-keys.js';
import { isAcknowledged, post, refusals, startLoad, type Attempt } from './load.js';
import { type Row } from './row.js';
import { inBatches } from '../../support/batches.js';

const SECOND = 1000;
const PER_SECOND = { short: 10, long: 50 };
const AT_ONCE = 20;

export const rotationDrill: Row<ProductProcesses> = {
  id: 'R6',
  title: 'Rotation of the webhook secret',
  target: `old, both, new at ${PER_SECOND.long} webhooks a second: 0 refused, 0 lost`,
  how: 'three API processes after one another behind a balancer, each drained and ended by SIGTERM when the next one is in service',
  async measure(system, long) {
    const pause = () => sleep(long ? 15 * SECOND : SECOND / 2);
    const [oldKey, newKey] = [newWebhookKey(), newWebhookKey()];
    const [oldSecret, newSecret] = [secretOf(oldKey), secretOf(newKey)];
    const exits: (number | null)[] = [];
    const startWith = (...keys: string[]) =>
      startApiProcess(system, { DODO_PAYMENTS_WEBHOOK_KEY: keys.join(',') });
    let api = await startWith(oldKey);
    const balancer = await startBalancer();
    await balancer.useInstance(api.url);
    const replaceBy = async (...keys: string[]) => {
      const next = await startWith(...keys);
      await balancer.useInstance(next.url);
      exits.push(await api.terminate());
      api = next;
    };

    let signing = [oldSecret];
    const url = `${balancer.url}/webhooks/dodo`;
    const paymentOf = (id: string) => id.replace('msg_', 'pay_');
    const load = startLoad({
      url,
      perSecond: long ? PER_SECOND.long : PER_SECOND.short,
      keepAlive: false,
      secrets: () => signing,
      next: () => {
        const id = `msg_${randomUUID()}`;
        return { id, body: paidEvent(paymentOf(id)) };
      },
    });
    try {
      await pause();
      await replaceBy(oldKey, newKey);
      await pause();
      // Dodo rotates, and signs with both secrets for a day.
      signing = [oldSecret, newSecret];
      await pause();
      await replaceBy(newKey);
      await pause();
      signing = [newSecret];
      await pause();
    } finally {
      await load.finish();
    }
    const late = { id: 'msg_late', body: JSON.stringify(paidEvent('pay_late')), secrets: [oldSecret] };
    const { status: withOld } = await post(url, late);
    exits.push(await api.terminate());
    await balancer.close();

    const { sent } = load;
    // A busy machine may be late or answer 503, which refuses nothing. The long run allows neither.
    const isRefusal = (attempt: Attempt) =>
      long
        ? !isAcknowledged(attempt)
        : attempt.status !== null && attempt.status >= 400 && attempt.status < 500;
    const refused = sent.filter(({ attempts }) => attempts.some(isRefusal)).length;
    const signals = await inBatches(sent.length, AT_ONCE, async (index) => {
      const run = await findRun(
        system.temporal.client,
        workflowId.purchase(paymentOf(sent[index]?.id ?? '')),
      );
      return run?.signals.length ?? 0;
    });
    const lost = signals.filter((count) => count === 0).length;
    const isOrderly = exits.every((code) => code === 0);
    return {
      figure:
        `${sent.length} sent, ${refused} refused, ${lost} lost, sent again: ${refusals(sent)}; the old secret alone is answered with ${withOld} afterwards` +
        (isOrderly ? '' : `; the processes ended with ${exits.join(', ')}`),
      met:
        sent.length > 0 &&
        refused === 0 &&
        signals.every((count) => count === 1) &&
        withOld === 401 &&
        isOrderly,
    };
  },
};
