/** Settles an offer by an operator's word when its own run is gone. */
import type { ResolutionInput } from '../../src/contract/messages.js';
import { endingOf, outcomeOfRun, unpaid } from '../../src/domain/closing.js';
import type { CompensationInput } from '../../src/domain/compensation.js';
import { replacedSubscription } from '../../src/domain/ids.js';
import { whenPaid } from '../../src/domain/presentation.js';
import { seenPayment } from '../../src/domain/verdict.js';
import type { ActivityContext } from '../context.js';

export type SettledByWord =
  /** Somebody or something else has settled it meanwhile. */
  { kind: 'nothing' } | { kind: 'failed' } | { kind: 'fulfilled'; compensations: CompensationInput[] };

export function resolutionActivities({ ledger, log, now }: ActivityContext) {
  return {
    /**
     * Settles an offer as an operator says.
     *
     * Dodo: nothing; the payment was read when the operator named it. Ledger: records the payment and that it counts,
     * and settles the offer. Repeated: writes the same again; an offer that is paid by another payment stays so.
     *
     * @throws when the ledger cannot be reached
     */
    async settleByWord(input: ResolutionInput): Promise<SettledByWord> {
      const { presentationId, purchaseId, paid, payment, attemptId } = input;
      const presentation = await ledger.presentation(presentationId);
      if (!presentation) return { kind: 'nothing' };
      const at = now().toISOString();
      const attempt = attemptId === undefined ? undefined : await ledger.attempt(attemptId);

      if (!paid) {
        const ending = endingOf(presentation, [], now());
        if (ending.kind === 'settled')
          return { kind: presentation.status === 'failed' ? 'failed' : 'nothing' };
        if (attemptId !== undefined) await ledger.updateAttempt(attemptId, { status: 'failed' });
        const { patch, ...failed } = unpaid(presentation);
        const shown = (await ledger.purchase(purchaseId))?.presentations ?? [];
        const outcome = outcomeOfRun(shown, { id: presentationId, outcome: failed.outcome }, now());
        await ledger.settle({
          purchaseId,
          outcome,
          at,
          presentation: { id: presentationId, patch },
          timeline: [{ at, type: 'failed', detail: { presentationId } }],
        });
        return { kind: 'failed' };
      }

      const paymentId = payment?.paymentId;
      if (presentation.status === 'paid' && presentation.paymentId !== paymentId) return { kind: 'nothing' };
      if (payment && paymentId !== undefined) {
        await ledger.recordPayment({
          ...payment,
          presentationId,
          purchaseId,
          source: 'operator',
          seenAt: at,
        });
        const about = { detail: 'an operator', presentationId, purchaseId };
        const stands = await ledger.recordVerdict(paymentId, 'counts', about);
        if (stands !== 'counts') {
          log.error({ paymentId, presentationId, stands }, 'a payment that counts no more was to count');
          return { kind: 'nothing' };
        }
      }
      const amount = payment?.amount ?? attempt?.amount ?? presentation.price.dueNow;
      if (attemptId !== undefined)
        await ledger.updateAttempt(attemptId, { status: 'paid', paymentId, paidAmount: amount });
      const recovered = attempt?.kind === 'fallback';
      await ledger.settle({
        purchaseId,
        outcome: recovered ? 'recovered' : 'converted',
        at,
        presentation: {
          id: presentationId,
          patch: {
            status: 'paid',
            ...whenPaid(
              { paymentId, paidAmount: amount, paidAt: at, recovered },
              { paid: payment?.currency, price: presentation.price.currency },
            ),
          },
        },
        timeline: [{ at, type: 'paid', detail: { presentationId, ...(paymentId && { paymentId }) } }],
      });
      const winner = (await ledger.presentation(presentationId))?.paymentId;
      if (winner !== paymentId) return { kind: 'nothing' };
      return { kind: 'fulfilled', compensations: replacedBy(input, attempt?.workflowId) };
    },
  };
}

/** The old subscription ends when a plan change was paid as a purchase of the new plan. */
function replacedBy(
  { presentationId, purchaseId, payment }: ResolutionInput,
  run: string | undefined,
): CompensationInput[] {
  const bought = payment && seenPayment(payment).subscriptionIds;
  const subscriptionId = replacedSubscription(run, bought);
  if (subscriptionId === undefined) return [];
  const { customerId } = payment ?? {};
  return [
    {
      kind: 'end_subscription',
      subscriptionId,
      presentationId,
      purchaseId,
      ...(customerId !== undefined && { customerId }),
    },
  ];
}
