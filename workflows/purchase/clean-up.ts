/**
 * What follows a step once its outcome is recorded and announced: the subscription it replaced is cancelled, and payments
 * beside those that counted are handed over.
 */
import { ParentClosePolicy, patched, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { PurchaseInput } from '../../src/contract/messages.js';
import type { FulfilmentResult } from '../../src/domain/fulfilment.js';
import { workflowId } from '../../src/domain/ids.js';
import type { PaidAttempt } from '../../src/domain/payment.js';
import { ledgerActivities } from '../activities.js';
import { startCompensation } from '../compensation.js';
import { latePayment } from '../late-payment.js';
import { PATCHES } from '../patches.js';
import type { PaymentInbox } from '../payments.js';
import type { ActivePresentation } from '../presentations/active.js';

export interface CleanUp {
  /** Takes note of the payments of a fulfilment: the one that counts, and those that were made besides. */
  note(result: FulfilmentResult): void;
  /** Checks for payments beside those that counted. */
  isPaymentLeft(): boolean;
  /** Hands one of them over to a run of its own, which gives it back or makes it count. */
  handOverNext(): Promise<void>;
  /** Cleans up after a step now. */
  after(presentation: ActivePresentation, result: FulfilmentResult | undefined): Promise<void>;
  /** Cleans up after a step while the run goes on. */
  besides(presentation: ActivePresentation, result: FulfilmentResult | undefined): void;
  /** Waits until everything that was begun `besides` is done. */
  finished(): Promise<void>;
}

export function openCleanUp(
  { notify, purchaseId }: Pick<PurchaseInput, 'notify' | 'purchaseId'>,
  inbox: PaymentInbox,
): CleanUp {
  /** Payments that need nothing more, and their attempts: they counted, or were handed over. */
  const counted = new Set<string>();
  const alsoPaid: PaidAttempt[] = [];
  let running = Promise.resolve();

  const keyOf = ({ attemptId, paymentId }: PaidAttempt) => (inbox.judges ? paymentId : attemptId);

  function next(): PaidAttempt | undefined {
    return [...inbox.paid(), ...alsoPaid].find((paid) => !counted.has(keyOf(paid)));
  }

  async function handOver(paid: PaidAttempt): Promise<void> {
    const { paymentId, attemptId, rejected } = paid;
    counted.add(keyOf(paid));
    try {
      await startChild(latePayment, {
        workflowId: workflowId.latePayment(paymentId),
        args: [{ paymentId, attemptId, notify, ...(rejected && { rejected }) }],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${paymentId} was paid in addition to the payment that counted`,
      });
    } catch (failure) {
      if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
    }
  }

  async function after(
    { presentationId }: ActivePresentation,
    result: FulfilmentResult | undefined,
  ): Promise<void> {
    if (result?.kind === 'fulfilled' && result.replaced !== undefined) {
      const { replaced: subscriptionId } = result;
      if (patched(PATCHES.compensation))
        await startCompensation({ kind: 'end_subscription', subscriptionId, presentationId, purchaseId });
      else await ledgerActivities.cancelReplacedSubscription({ subscriptionId, presentationId });
    }
    // Another payment may arrive while one is handed over.
    for (let late = next(); late; late = next()) await handOver(late);
  }

  return {
    note(result) {
      if (result.kind === 'fulfilled') {
        const { attemptId, payment } = result;
        counted.add(attemptId);
        counted.add(payment?.paymentId ?? inbox.of(attemptId)?.paymentId ?? '');
      }
      alsoPaid.push(...(result.alsoPaid ?? []));
    },
    isPaymentLeft: () => next() !== undefined,
    handOverNext: () => {
      const late = next();
      return late ? handOver(late) : Promise.resolve();
    },
    after,
    besides(presentation, result) {
      running = running.then(() => after(presentation, result));
    },
    finished: () => running,
  };
}
