/** The next step of a funnel: records the decision that led here and puts the next offer before the customer. */
import type { Offer, Policy } from '../src/catalog/model.js';
import { ifFound } from '../src/dodo/errors.js';
import type { ReasonCode } from '../src/model.js';
import type { ActivityContext } from './context.js';
import { prepareOffer, type Presented } from './offer.js';
import { markPaid, type Closing } from './settle.js';

export type { Presented } from './offer.js';

export interface PresentInput {
  purchaseId: string;
  workflowId: string;
  funnelId: string;
  catalogHash?: string;
  step: string;
  offer: Offer;
  policy?: Policy;
  customerId: string;
  subscriptionId?: string;
  currency: string;
  previous: Closing;
}

export function presentActivities(context: ActivityContext) {
  const { ledger, dodo } = context;
  return {
    async present(
      input: PresentInput,
    ): Promise<{ kind: 'presented'; presented: Presented } | { kind: 'skipped'; reason: ReasonCode }> {
      const [subscription, billing] = await Promise.all([
        input.subscriptionId === undefined
          ? undefined
          : ifFound(dodo.subscriptions.retrieve(input.subscriptionId)),
        ledger.billingOf(input.purchaseId),
      ]);
      const { purchaseId, workflowId, funnelId, step, offer, policy, customerId, currency, previous } = input;
      const subject = { workflowId, purchaseId, customerId, currency, billing, subscription };
      const prepared = await prepareOffer(context, { offer, policy, funnelId, step, subject });
      if (prepared.kind === 'not_eligible') return { kind: 'skipped', reason: prepared.reason };
      await markPaid(ledger, previous);
      const opened = await ledger.openPresentation({
        presentation: prepared.presentation,
        terms: prepared.terms,
        words: offer.copy,
        workflowId,
        catalogHash: input.catalogHash,
        at: context.now().toISOString(),
        previous,
      });
      return opened
        ? { kind: 'presented', presented: prepared.presented }
        : { kind: 'skipped', reason: 'offer_already_open' };
    },
  };
}
