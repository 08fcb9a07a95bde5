/** Treats the webhook endpoint as a black box: bytes in, a status out. */
import { randomUUID } from 'node:crypto';
import { workflowId } from '../../../src/domain/ids.js';
import { BLACK_BOX_CASES, requestOf, type BlackBoxCase, type Secrets } from './black-box-cases.js';
import { findRun, paidEvent, startIngress } from './ingress.js';
import { newWebhookKey, secretOf } from './webhook-keys.js';
import { postRaw } from './raw-http.js';
import { outOf, type Row } from './row.js';
import type { InProcessSystem } from './in-process-system.js';
import { inBatches } from '../../support/batches.js';

const AT_ONCE = 8;

/** Returns the actual result of a case, or undefined if it is as expected. */
async function wrongOf(
  one: BlackBoxCase,
  { system, url, secrets }: { system: InProcessSystem; url: string; secrets: Secrets },
): Promise<string | undefined> {
  const paymentId = `pay_${randomUUID()}`;
  const request = requestOf(one, {
    id: `msg_${randomUUID()}`,
    now: new Date(),
    event: paidEvent(paymentId),
    secrets,
  });
  const sent = Array.from({ length: one.times ?? 1 }, () =>
    postRaw(`${url}/webhooks/dodo`, request).catch((error: Error) => error.message),
  );
  const statuses = await Promise.all(sent);
  const run = await findRun(system.client, workflowId.purchase(paymentId));
  const signals = run?.signals.length ?? 0;
  const asItShould = statuses.every((status) => status === one.status) && signals === one.signals;
  return asItShould ? undefined : `${one.name}: ${statuses.join(', ')} and ${signals} signals`;
}

export const blackBox: Row = {
  id: 'R2',
  title: 'Black-box webhook suite',
  target: '48 of 48, and the process lives',
  how: 'requests written by hand on a socket, most of them well signed; status compared, and signals in the histories',
  async measure(system) {
    const [first, second] = [newWebhookKey(), newWebhookKey()];
    const secrets = { first: secretOf(first), second: secretOf(second), foreign: secretOf(newWebhookKey()) };
    const api = await startIngress(system, [first, second]);
    try {
      const target = { system, url: api.url, secrets };
      const wrong = await inBatches(BLACK_BOX_CASES.length, AT_ONCE, (index) =>
        wrongOf(BLACK_BOX_CASES[index] as BlackBoxCase, target),
      );
      const good = wrong.filter((one) => one === undefined).length;
      const [ordinary] = BLACK_BOX_CASES;
      const afterwards = ordinary && (await wrongOf(ordinary, target));
      const told = [...wrong, afterwards && `afterwards, ${afterwards}`].filter((one) => one !== undefined);
      const measured = outOf(good, BLACK_BOX_CASES.length, told.map((one) => `; ${one}`).join(''));
      return { ...measured, met: measured.met && afterwards === undefined };
    } finally {
      await api.stop();
    }
  },
};
