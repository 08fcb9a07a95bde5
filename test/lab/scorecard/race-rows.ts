/** Accepts offers at the very end of their windows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../sandbox/webhooks/random.js';
import { outOf, type Row } from './row.js';
import { inBatches } from '../../support/batches.js';

/** How far ahead the end of the window is set, so that everything is in place by then. */
const AHEAD = 1_500;
/** Most are sent before the end, because an accept takes a moment to arrive. */
const EARLIEST = -150;
const LATEST = 50;
const AT_ONCE = 12;

export const deadlineRace: Row = {
  id: 'R25',
  title: 'Deadline race',
  target: 'exactly one outcome, and the answer agrees with it',
  how: 'accepts sent from 150 ms before to 50 ms after the end of the window; answer, ledger and books compared',
  async measure(system, long) {
    const count = long ? 1_000 : 12;
    const random = seededRandom(25);
    const ends: Record<string, number> = {};
    const agreed = await inBatches(count, AT_ONCE, async () => {
      const { customer_id, payment_id } = await system.buy('prod_starter_course');
      const { id } = await system.offer(customer_id);
      const deadline = Date.now() + AHEAD;
      await system.operator.post(`/api/presentations/${id}/extend`, {
        until: new Date(deadline).toISOString(),
        reason: 'the window ends now',
      });
      await sleep(deadline + Math.round(EARLIEST + random() * (LATEST - EARLIEST)) - Date.now());
      const { status } = await system.backend.post(`/api/presentations/${id}/accept`);
      const { outcome = 'none' } = await system.settled(payment_id);
      const charges = system.sandbox.books
        .payments({ customerId: customer_id, status: 'succeeded' })
        .filter((payment) => payment.payment_id !== payment_id).length;
      const end = `${status} ${outcome}`;
      ends[end] = (ends[end] ?? 0) + 1;
      const isPaid = outcome === 'converted' && charges === 1 && (status === 200 || status === 202);
      // 202 when a busy worker did not answer in time: then only the run can say that the click was late.
      const isOver = outcome === 'expired' && charges === 0 && [202, 409, 410].includes(status);
      return isPaid || isOver;
    });
    const kinds = Object.entries(ends).map(([end, times]) => `${times} x ${end}`);
    return outOf(agreed.filter(Boolean).length, count, ` agree: ${kinds.join(', ')}`);
  },
};
