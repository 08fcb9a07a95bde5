/** The last change to a presentation in the ledger. Pure, but for the clock. */
import type { Closing } from '../../activities/afterwards/settle.js';
import type { FulfilmentResult } from '../../src/domain/fulfilment.js';
import { whenPaid, type PresentationPatch } from '../../src/domain/presentation.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import { iso, type ActivePresentation } from '../presentations/active.js';

/** Returns the status of a presentation whose fulfilment has ended. */
export function finalStatus(result: FulfilmentResult): 'paid' | 'scheduled' | 'failed' {
  if (result.kind !== 'fulfilled') return 'failed';
  return result.scheduled ? 'scheduled' : 'paid';
}

/**
 * Returns what a presentation leaves in the ledger.
 *
 * @param result of its fulfilment; left out when there was none, or when it is recorded already
 */
export function finalPatch(presentation: ActivePresentation, result: FulfilmentResult | undefined): Closing {
  const { presentationId, decision, viewedAt, dueNow, currency } = presentation;
  const status = result ? finalStatus(result) : presentation.status;
  const at = iso(Date.now());
  const patch: PresentationPatch = {
    status,
    decision: decision?.kind,
    decidedAt: decision?.at,
    viewedAt,
  };
  const timeline: TimelineEntry[] = [];
  if (decision && decision.kind !== 'accepted') {
    timeline.push({
      at: decision.at,
      type: decision.kind,
      detail: { presentationId, ...(decision.reason && { reason: decision.reason }) },
    });
  }
  if (!result) return { presentationId, patch, timeline };

  const payment = result.kind === 'fulfilled' ? result.payment : undefined;
  const { paymentId } = payment ?? {};
  timeline.push({ at, type: status, detail: { presentationId, ...(paymentId && { paymentId }) } });
  if (result.kind !== 'fulfilled') return { presentationId, patch, timeline };

  if (result.scheduled) {
    const done = { checkoutUrl: null, updatePaymentMethodUrl: null, message: null };
    return { presentationId, patch: { ...patch, ...done }, timeline };
  }
  const amount = payment?.amount ?? dueNow;
  return {
    presentationId,
    patch: {
      ...patch,
      ...whenPaid(
        { paymentId, paidAmount: amount, paidAt: at, recovered: result.paidVia === 'fallback' },
        { paid: payment?.currency, price: currency },
      ),
    },
    timeline,
    paid: {
      attemptId: result.attemptId,
      paymentId,
      amount,
      // Only where Dodo has said so.
      ...(payment?.amount !== undefined && { currency: payment.currency }),
    },
  };
}
