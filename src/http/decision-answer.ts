/** Writes the results of accepting and declining as HTTP; nothing else does. */
import type { Response } from 'express';
import type { AcceptResult, DeclineResult, Standing } from './decision-result.js';
import type { ApiDeps } from './deps.js';
import { viewOf } from './presentation-view.js';
import { Problem, presentationNotFound } from './problem.js';

/** The reader of a response. */
export interface Reader {
  /** Whether presentations carry a token, for a backend to pass on. */
  withToken: boolean;
  /** A customer's browser, which is shown no more than it needs. */
  isBrowser?: boolean;
  /** Most preferred first. */
  locales: string[];
}

const RETRY_AFTER_SECONDS = '2';

/**
 * Responds with the result of a decision: 200 once it is carried out, 202 with `Location` and `Retry-After` while it is
 * under way.
 *
 * @throws Problem for every other result; `payment_failed` includes the other ways to pay
 */
export async function answerDecision(
  deps: Pick<ApiDeps, 'ledger' | 'tokens' | 'now'>,
  res: Response,
  result: AcceptResult | DeclineResult,
  reader: Reader,
): Promise<void> {
  const shown = ({ record, status }: Standing) => viewOf(deps, record, { ...reader, status });
  switch (result.kind) {
    case 'paid': {
      const { sessionId } = result.standing.record;
      const presentation = await shown(result.standing);
      res.json({ success: true, ...(sessionId && { sessionId }), presentation });
      return;
    }
    case 'declined': {
      // The next offer is for the same customer, so the caller may decide it too: it always comes with a token.
      const next = result.next && (await viewOf(deps, result.next, { ...reader, withToken: true }));
      res.json({ success: true, ...(next && { next }) });
      return;
    }
    case 'in_flight': {
      const { status, standing } = result;
      const presentation = await shown(standing);
      res
        .status(202)
        .set({ Location: `/api/presentations/${standing.record.id}`, 'Retry-After': RETRY_AFTER_SECONDS })
        .json({ success: false, status, presentation });
      return;
    }
    case 'payment_failed': {
      const { message, checkoutUrl, updatePaymentMethodUrl } = result.standing.record;
      throw new Problem('payment_failed', {
        detail: message ?? 'The payment did not go through. You were not charged.',
        members: {
          checkoutUrl: checkoutUrl ?? null,
          updatePaymentMethodUrl: updatePaymentMethodUrl ?? null,
          presentation: await shown(result.standing),
        },
      });
    }
    case 'refused':
      throw new Problem(result.code, {
        detail: result.detail,
        members: { presentation: await shown(result.standing) },
      });
    case 'invalid':
      throw new Problem('invalid_body', { detail: result.detail });
    case 'not_found':
      throw presentationNotFound();
  }
}
