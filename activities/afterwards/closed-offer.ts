/** How an offer ended that was settled without its run. */
import { ApplicationFailure } from '@temporalio/common';
import { isUnsettled } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';

/** `nothing`: the merchant is not told of it here. An offer that was paid after all has a run that tells. */
export interface ClosedOffer {
  kind: 'failed' | 'expired' | 'nothing';
}

export function closedOfferActivities({ ledger }: ActivityContext) {
  return {
    /**
     * Says how an offer has ended.
     *
     * Dodo and the ledger: reads the ledger alone. Repeated: says the same, unless the offer was paid after all.
     *
     * @throws ApplicationFailure `not_closed_yet` (retryable) while the offer is not settled; otherwise when the ledger
     * cannot be reached
     */
    async closedOffer({ presentationId }: { presentationId: string }): Promise<ClosedOffer> {
      const status = (await ledger.presentation(presentationId))?.status ?? 'withdrawn';
      if (isUnsettled(status) && status !== 'needs_review')
        throw ApplicationFailure.retryable('The offer is not settled yet.', 'not_closed_yet');
      return { kind: status === 'failed' || status === 'expired' ? status : 'nothing' };
    },
  };
}
