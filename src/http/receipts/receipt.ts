/** The receipt of an acceptance: what the customer agreed to, and what came of it. */
import type { Acceptance } from '../../domain/receipt.js';
import { shownPurchaseId } from '../../domain/ids.js';
import type { PresentationStatus } from '../../domain/words.js';
import type { AcceptanceFound } from '../../ledger/index.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { acceptanceAt, evidenceHash } from './evidence.js';

/** What is signed. */
export interface Receipt {
  presentationId: string;
  purchaseId: string;
  acceptedAt: string;
  acceptance: Acceptance;
  /** The hash of `acceptance`, which is also in the history of the run. */
  evidence: string;
  /** What came of it so far. */
  outcome: {
    status: PresentationStatus;
    paymentId?: string;
    /** Minor units of `paidCurrency`. */
    paidAmount?: number;
    paidCurrency?: string;
    paidAt?: string;
    refundedAmount?: number;
  };
}

export type SignedReceipt = Receipt & {
  /** The same, signed: a JWS in compact form. */
  jws: string;
};

/**
 * Returns the signed receipt of a presentation.
 *
 * @throws Problem `receipt_not_found` when its acceptance has not been recorded
 */
export async function receiptOf(
  { ledger, receipts, now }: Pick<ApiDeps, 'ledger' | 'receipts' | 'now'>,
  presentationId: string,
): Promise<SignedReceipt> {
  const found = await ledger.acceptanceOf(presentationId);
  if (!found) {
    throw new Problem('receipt_not_found', {
      detail: 'No acceptance of this presentation has been carried out.',
    });
  }
  const { presentation } = found;
  const acceptance = found.acceptance ?? asPresented(found);
  const { paymentId, paidAmount, paidAt, refundedAmount } = presentation;
  const receipt: Receipt = {
    presentationId,
    purchaseId: shownPurchaseId(presentation.purchaseId),
    acceptedAt: found.at,
    acceptance,
    evidence: found.hash ?? evidenceHash(acceptance),
    outcome: {
      status: presentation.status,
      ...(paymentId !== undefined && { paymentId }),
      ...(paidAmount !== undefined && {
        paidAmount,
        paidCurrency: presentation.paidCurrency ?? presentation.price.currency,
      }),
      ...(paidAt !== undefined && { paidAt }),
      ...(refundedAmount > 0 && { refundedAmount }),
    },
  };
  return { ...receipt, jws: await receipts.sign(receipt, now()) };
}

/** Whoever signals a run directly passes no words on: those of the presentation stand for them. */
function asPresented({ presentation, at, consents }: AcceptanceFound): Acceptance {
  const { option, quantity, price } = presentation;
  return acceptanceAt(
    presentation,
    { at, consents, locales: [], via: 'signal' },
    { ...(option !== undefined && { option }), quantity, price },
  );
}
