/** The strategy for offers paid by a charge of their own: a one-click checkout session, or `payments.create`. */
import { workflowInfo } from '@temporalio/workflow';
import { attemptId } from '../../src/domain/ids.js';
import { ledgerActivities, moneyActivities, readActivities, readOutcome, sendOnce } from '../activities.js';
import { proofOf, type PaymentInbox } from '../payments.js';
import type { PaymentStrategy } from './strategy.js';
import { askAgain, attemptInput, fence, openFallback, sentAs, type Terms } from './terms.js';

export function chargeStrategy(terms: Terms, inbox: PaymentInbox): PaymentStrategy {
  const id = (n: number) => attemptId(workflowInfo().workflowId, terms.shown.step, n);
  const since = terms.acceptedAt;
  const { customerId, presentationId } = terms.shown;
  return {
    terms,
    costsNothing: false,
    id,
    expect: (n, { dueNow = terms.shown.dueNow, isFallback = false, ...known }) =>
      inbox.expect(id(n), {
        ...known,
        customerId,
        atLeast: { amount: dueNow, currency: terms.shown.currency },
        sent: sentAs(terms, isFallback, dueNow),
      }),
    send: (n) => sendOnce(() => moneyActivities.charge(attemptInput(terms, id(n)))),
    proven: (n) => proofOf(inbox, id(n)),
    fence: (n) => fence(terms, id(n)),
    askAgain: (n) => askAgain(terms, id(n)),
    lookUp: (n, paymentId) =>
      readOutcome(() =>
        readActivities.lookUpPayment({ attemptId: id(n), presentationId, paymentId, customerId, since }),
      ),
    openFallback: (n, failed) => openFallback(terms, id(n), failed),
    lookUpFallback: (n) =>
      readOutcome(() =>
        readActivities.lookUpPayment({ attemptId: id(n), presentationId, customerId, since }),
      ),
    record: (n, status, doubtful) =>
      ledgerActivities.recordState({ attemptId: id(n), presentationId, status, ...doubtful }),
  };
}
