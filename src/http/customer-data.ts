/** What is known about a customer, for the customer to be given, and its erasure. */
import type { Response } from 'express';
import { shownPurchaseId } from '../domain/ids.js';
import type { Erasure } from '../domain/customer-data.js';
import { audited } from './audit.js';
import type { ApiDeps } from './deps.js';
import { Problem, temporarilyUnavailable } from './problem.js';

type CustomerDeps = Pick<ApiDeps, 'ledger' | 'runs' | 'log' | 'now'>;

/**
 * Returns everything the ledger holds about a customer.
 *
 * @throws Problem `nothing_found`
 */
export async function exportCustomer({ ledger, now }: CustomerDeps, customerId: string) {
  const data = await ledger.customerData(customerId);
  if (!data) throw new Problem('nothing_found', { detail: 'The ledger holds nothing about this customer.' });
  return { customerId, exportedAt: now().toISOString(), data };
}

/**
 * Erases a customer. Repeating it changes nothing.
 *
 * @throws Problem `customer_active` while a run is open, `money_in_doubt` while money may still move or be disputed between us and Dodo
 */
export async function eraseCustomer(
  deps: CustomerDeps,
  res: Response,
  customerId: string,
  reason: string,
): Promise<Erasure> {
  const { ledger } = deps;
  return audited(
    deps,
    res,
    { command: 'erase_customer', subject: customerId, reason },
    async () => ({ known: (await ledger.customerData(customerId)) !== undefined }),
    async () => {
      await refuseWhileRunning(deps, customerId);
      const result = await ledger.eraseCustomer(customerId);
      if (result.kind === 'erased') return result.erasure;
      const { purchases, presentations, ...doubts } = result.hindrances;
      if (purchases.length + presentations.length > 0)
        throw customerActive({ purchases: purchases.map(shownPurchaseId), presentations });
      throw new Problem('money_in_doubt', {
        detail: 'Money of this customer is in doubt or on its way back. Resolve that first.',
        members: doubts,
      });
    },
  );
}

/** Refuses while Temporal has a run of the customer, also one that the ledger has not heard of or holds for settled. */
async function refuseWhileRunning({ ledger, runs }: CustomerDeps, customerId: string): Promise<void> {
  const known = await ledger.runsOfCustomer(customerId);
  const open = await runs.openRunsOf(customerId, known).catch((error: unknown) => {
    throw temporarilyUnavailable('Temporal could not be asked for open runs, so nothing was erased.', error);
  });
  if (open.length > 0) throw customerActive({ runs: open });
}

function customerActive(members: Record<string, string[]>): Problem {
  return new Problem('customer_active', {
    detail: 'A run of this customer is under way. Wait for its end, or end it, and try again.',
    members,
  });
}
