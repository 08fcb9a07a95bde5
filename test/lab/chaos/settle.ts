/** The end of a campaign: waits until everything is at rest, with an operator where one is needed, and checks the invariants. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonClient } from '../../../sandbox/demo/http.js';
import type { ReviewRecord } from '../../../src/domain/accounting.js';
import { ATTEMPT_METADATA_KEY, PROOF_METADATA_KEY } from '../../../src/domain/ids.js';
import { checkInvariants } from '../invariants/check.js';
import type { Evidence, Violation, Witnessed } from '../invariants/evidence.js';
import { gatherEvidence } from '../invariants/gather-evidence.js';
import { saveUnfinishedRuns } from './keep-unfinished.js';
import { OPERATOR_KEY } from './product-env.js';
import type { ProductProcesses } from './product-processes.js';

const SECOND = 1000;
const LOOK_EVERY = 2 * SECOND;

/** The system that has to come to rest. */
export type Settling = Pick<ProductProcesses, 'catalog' | 'sandbox' | 'ledger' | 'taskQueue' | 'apiUrl'> & {
  temporal: Pick<ProductProcesses['temporal'], 'client'>;
  merchant?: Pick<ProductProcesses['merchant'], 'taken'>;
};

export interface Settled {
  evidence: Evidence;
  violations: Violation[];
  resolved: number;
}

/** Checks until everything is at rest and in order twice in a row, or the patience (in milliseconds) is over. */
export async function settle(
  system: Settling,
  witnessed: Witnessed,
  patience: number,
  say: (line: string) => void,
): Promise<Settled> {
  const giveUp = Date.now() + patience;
  let inOrder = 0;
  let resolved = 0;
  for (;;) {
    const evidence = await gatherEvidence({
      catalog: system.catalog,
      books: system.sandbox.books,
      ledger: system.ledger,
      client: system.temporal.client,
      taskQueue: system.taskQueue,
      swept: true,
      told: system.merchant?.taken(),
      ...witnessed,
    });
    resolved += await resolveReviews(system, evidence);
    const violations = checkInvariants(evidence);
    const busy = whatIsUnderWay(evidence);
    say(`${violations.length} violations, ${busy.length} under way ${busy.slice(0, 3).join(', ')}`);
    inOrder = violations.length === 0 && busy.length === 0 ? inOrder + 1 : 0;
    if (inOrder === 2 || Date.now() > giveUp) {
      const kept = busy.length > 0 ? await saveUnfinishedRuns(system.temporal.client, evidence.runs) : '';
      const stuck = busy.map((what): Violation => ({
        rule: 'no silent acceptance',
        what: `Still under way: ${what}; see ${kept}.`,
      }));
      return { evidence, violations: [...violations, ...stuck], resolved };
    }
    await sleep(LOOK_EVERY);
  }
}

/** What only the customer can end: the link lives for a day. 3-D Secure has a deadline of seconds here. */
const WAITING_FOR_CUSTOMER: readonly string[] = ['fallback'];

/** Describes what is still under way, with ids for the log. */
function whatIsUnderWay(evidence: Evidence): string[] {
  const { books, ledger, runs } = evidence;
  const deliveries = books.deliveries
    .filter(({ status }) => status === 'pending')
    .map(({ type, id }) => `delivery ${id} of ${type}`);
  const purchases = ledger.purchases.flatMap(({ purchase, status, presentations }) => {
    const shown = presentations.at(-1)?.status;
    const waits = shown !== undefined && WAITING_FOR_CUSTOMER.includes(shown);
    return status === 'settled' || waits
      ? []
      : [`${purchase.workflowId} (${status}, offer ${shown ?? 'not shown'})`];
  });
  const payments = books.payments
    .filter(({ status }) => status === 'processing')
    .map(({ payment_id }) => `${payment_id} (processing)`);
  const late = runs
    .filter(({ type, status }) => ['latePayment', 'reversal'].includes(type) && status === 'RUNNING')
    .map(({ workflowId }) => workflowId);
  const refunds = books.refunds
    .filter(({ status }) => status === 'pending')
    .map(({ refund_id }) => `${refund_id} (pending)`);
  return [...deliveries, ...purchases, ...payments, ...refunds, ...late];
}

/** Resolves reviews as an operator would, according to Dodo's books. Returns how many. */
async function resolveReviews(system: Settling, evidence: Evidence): Promise<number> {
  const operator = jsonClient(system.apiUrl, OPERATOR_KEY);
  let resolved = 0;
  for (const review of evidence.ledger.accounts?.reviews ?? []) {
    const word = review.status === 'open' ? wordOn(review, evidence) : undefined;
    if (!word) continue;
    const { status } = await operator.post(`/api/reviews/${review.reviewId}/resolve`, {
      ...word,
      reason: 'looked up in the books of the campaign',
    });
    if (status === 200) resolved += 1;
  }
  return resolved;
}

/** What Dodo's books say about a review; undefined while they say nothing, or nobody has to say anything. */
function wordOn(
  { kind, presentationId, paymentId, amount }: ReviewRecord,
  { books, ledger }: Evidence,
): { paid: boolean; paymentId?: string } | undefined {
  switch (kind) {
    case 'payment_differs': {
      const attempt = ledger.attempts.find((one) => one.presentationId === presentationId);
      // Nobody keeps more than was accepted.
      const paid = amount !== undefined && attempt !== undefined && amount < attempt.amount;
      return { paid, ...(paid && { paymentId }) };
    }
    case 'unproven_attempt':
    case 'run_ended': {
      const attempts = ledger.attempts.filter((one) => one.presentationId === presentationId);
      const payments = books.payments.filter(
        ({ metadata }) =>
          metadata[PROOF_METADATA_KEY] !== undefined &&
          attempts.some(({ attemptId }) => attemptId === metadata[ATTEMPT_METADATA_KEY]),
      );
      if (payments.some(({ status }) => status === 'processing')) return undefined;
      const paid = payments.find(({ status }) => status === 'succeeded');
      return { paid: paid !== undefined, ...(paid && { paymentId: paid.payment_id }) };
    }
    default:
      return undefined;
  }
}
