/** The next step of a funnel: records the decision that led here and puts the next offer before the customer. */
import { unavailable } from '../src/catalog/availability.js';
import type { Offer } from '../src/catalog/model.js';
import { ifFound } from '../src/dodo/errors.js';
import type { ReasonCode } from '../src/model.js';
import type { ActivityContext } from './context.js';
import { limitsOf } from './limits.js';
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
      const { purchaseId, workflowId, funnelId, step, offer, customerId, currency, previous } = input;
      const subject = { workflowId, purchaseId, customerId, currency, billing, subscription };
      const prepared = await prepareOffer(context, { offer, funnelId, step, subject });
      if (prepared.kind === 'not_eligible') return skipped(input, prepared.reason);
      const catalog = context.catalog();
      const funnel = catalog.funnels.find(({ id }) => id === funnelId);
      const off = funnel && unavailable(`funnel ${funnelId}`, funnel, context.now());
      // A repeated activity carries on with what it has opened.
      if (off && !(await ledger.presentation(prepared.presented.presentationId)))
        return skipped(input, off.reason);
      await markPaid(ledger, previous);
      const opened = await ledger.openPresentation({
        presentation: prepared.presentation,
        words: offer.copy,
        workflowId,
        catalogHash: input.catalogHash,
        limits: limitsOf(catalog, offer),
        at: context.now().toISOString(),
        previous,
      });
      return opened.opened
        ? { kind: 'presented', presented: prepared.presented }
        : skipped(input, opened.reason);
    },
  };

  /** Told in the timeline: the run itself ends with the decision that led here. */
  async function skipped({ previous, step, offer }: PresentInput, reason: ReasonCode) {
    const at = context.now().toISOString();
    const entry = { at, type: 'step_skipped', detail: { step, offerId: offer.id, reason } };
    await ledger.updatePresentation(previous.presentationId, {}, [entry]);
    return { kind: 'skipped' as const, reason };
  }
}
