/** The next step of a funnel: records the decision that led here and puts the next offer before the customer. */
import type { FunnelStep, Offer } from '../src/catalog/model.js';
import { ifFound } from '../src/dodo/errors.js';
import { stepExperiment } from '../src/experiments/names.js';
import type { ReasonCode } from '../src/model.js';
import type { ActivityContext } from './context.js';
import { chooseArm, exposureTo } from './experiments.js';
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
  /** When the step shows different offers to different customers. */
  choice?: { step: FunnelStep; offers: Record<string, Offer> };
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
      const { purchaseId, workflowId, funnelId, step, customerId, currency, previous } = input;
      const arm = await chooseArm(
        context,
        customerId,
        input.offer,
        input.choice && stepExperiment(funnelId, input.choice.step, input.choice.offers),
      );
      const { offer } = arm;
      const subject = { workflowId, purchaseId, customerId, currency, billing, subscription };
      const prepared = await prepareOffer(context, { offer, funnelId, step, subject });
      if (prepared.kind === 'not_eligible') return { kind: 'skipped', reason: prepared.reason };
      await markPaid(ledger, previous);
      const at = context.now().toISOString();
      const place = { customerId, purchaseId, catalogHash: input.catalogHash ?? '', exposedAt: at };
      const opened = await ledger.openPresentation({
        presentation: { ...prepared.presentation, variant: arm.experiment?.variant },
        experiment: arm.experiment?.name,
        exposures: exposureTo(arm, place),
        words: offer.copy,
        workflowId,
        catalogHash: input.catalogHash,
        at,
        previous,
      });
      return opened
        ? { kind: 'presented', presented: prepared.presented }
        : { kind: 'skipped', reason: 'offer_already_open' };
    },
  };
}
