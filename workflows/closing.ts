/** What a decided presentation leaves in the ledger, and what it makes of the run. Pure. */
import type { Closing } from '../activities/afterwards/settle.js';
import type { PresentationPatch } from '../src/domain/presentation.js';
import type { TimelineEntry } from '../src/domain/timeline.js';
import type { Decision, Outcome } from '../src/domain/words.js';
import type { Fulfilled } from './fulfilment.js';
import type { ActivePresentation } from './presentations.js';

export function outcomeFor(decision: Decision, fulfilled: Fulfilled | undefined): Outcome {
  if (decision !== 'accepted') return decision;
  switch (fulfilled?.kind) {
    case 'paid':
      return fulfilled.through === 'fallback' ? 'recovered' : 'converted';
    case 'unpaid':
      return 'abandoned';
    default:
      return 'payment_failed';
  }
}

/** Also moves `shown` to its last status. */
export function finalPatch(shown: ActivePresentation, fulfilled: Fulfilled | undefined): Closing {
  const { decision } = shown;
  if (fulfilled) shown.status = fulfilled.kind === 'paid' ? 'paid' : 'failed';
  const at = new Date(Date.now()).toISOString();
  const patch: PresentationPatch = {
    status: shown.status,
    decision: decision?.kind,
    decidedAt: decision?.at,
    viewedAt: shown.viewedAt,
  };
  const timeline: TimelineEntry[] = [];
  if (decision && decision.kind !== 'accepted') {
    timeline.push({
      at: decision.at,
      type: decision.kind,
      detail: { presentationId: shown.presentationId, ...(decision.reason && { reason: decision.reason }) },
    });
  }
  if (fulfilled?.kind === 'paid') {
    patch.paidAmount = fulfilled.payment?.amount ?? shown.dueNow;
    patch.paymentId = fulfilled.payment?.paymentId;
    patch.paidAt = at;
    patch.recovered = fulfilled.through === 'fallback';
    patch.checkoutUrl = null;
    patch.updatePaymentMethodUrl = null;
    patch.message = null;
  }
  if (fulfilled) {
    const detail = {
      presentationId: shown.presentationId,
      ...(patch.paymentId && { paymentId: patch.paymentId }),
    };
    timeline.push({ at, type: shown.status, detail });
  }
  const paid = fulfilled?.kind === 'paid' && {
    paid: { attemptId: fulfilled.attemptId, paymentId: patch.paymentId, amount: patch.paidAmount ?? 0 },
  };
  return { presentationId: shown.presentationId, patch, timeline, ...paid };
}
