/** A step whose time has come: puts its offer before the customer, with the decision that led here if that is not recorded yet. */
import { unavailable } from '../src/catalog/availability.js';
import type { FunnelStep, Offer, Policy } from '../src/catalog/model.js';
import { REQUESTED_PLAN } from '../src/catalog/requested-plan.js';
import { ifFound } from '../src/dodo/errors.js';
import { stepExperiment } from '../src/experiments/names.js';
import type { Exposure } from '../src/ledger/model.js';
import type { ReasonCode } from '../src/model.js';
import type { ActivityContext } from './context.js';
import { ANOTHER_IS_OPEN, chooseArm, exposureTo, heldOutDetail, holdouts } from './experiments.js';
import { limitsOf } from './limits.js';
import { prepareOffer, type Presented } from './offer.js';
import { markPaid, type Closing } from './settle.js';
import { endAfterWait } from './wait.js';

export type { Presented } from './offer.js';

export interface PresentInput {
  purchaseId: string;
  workflowId: string;
  funnelId: string;
  catalogHash?: string;
  step: string;
  offer: Offer;
  policy?: Policy;
  /** When the step shows different offers to different customers. */
  variants?: { step: FunnelStep; offers: Record<string, Offer> };
  customerId: string;
  subscriptionId?: string;
  currency?: string;
  /** The decision that led here; left out after a wait, when it has been recorded. */
  previous?: Closing;
  /** Set for the first step of a run, which ends here when it cannot be shown. */
  first?: boolean;
  /** The share of the funnel's holdout, for a first step. */
  holdout?: number;
}

export type Offered =
  { kind: 'presented'; presented: Presented } | { kind: 'skipped'; reason: ReasonCode; detail?: string };

export function presentActivities(context: ActivityContext) {
  const { ledger, dodo } = context;
  return {
    async present(input: PresentInput): Promise<Offered> {
      const [subscription, billing] = await Promise.all([
        input.subscriptionId === undefined
          ? undefined
          : ifFound(dodo.subscriptions.retrieve(input.subscriptionId)),
        ledger.billingOf(input.purchaseId),
      ]);
      const { purchaseId, workflowId, funnelId, step, policy, customerId, currency, previous } = input;
      const arm = await chooseArm(
        context,
        customerId,
        input.offer,
        input.variants && stepExperiment(funnelId, input.variants.step, input.variants.offers),
      );
      const { offer } = arm;
      const subject = { workflowId, purchaseId, customerId, currency, billing, subscription };
      const prepared = await prepareOffer(context, { offer, policy, funnelId, step, subject });
      if (prepared.kind === 'not_eligible') return skip(input, prepared.reason, prepared.detail);
      const { presentation } = prepared;
      const catalog = context.catalog();
      const funnel = catalog.funnels.find(({ id }) => id === funnelId);
      const off = funnel && unavailable(`funnel ${funnelId}`, funnel, context.now());
      // A repeated activity carries on with what it has opened.
      if (off && !(await ledger.presentation(presentation.id))) return skip(input, off.reason, off.detail);
      const at = context.now().toISOString();
      const place = { customerId, purchaseId, catalogHash: input.catalogHash ?? '', exposedAt: at };
      // Held out is who would be shown the first step; nobody is between the steps of a run.
      const held = input.first
        ? await holdouts(
            context,
            policy,
            { id: funnelId, holdout: input.holdout },
            { place, presentationId: presentation.id, askedFor: offer.id === REQUESTED_PLAN },
          )
        : { exposures: [] };
      if (held.heldOutOf !== undefined)
        return skip(input, 'holdout', heldOutDetail(held.heldOutOf), held.exposures);
      if (previous) await markPaid(ledger, previous);
      const opened = held.inTheWay
        ? ANOTHER_IS_OPEN
        : await ledger.openPresentation({
            presentation: { ...presentation, variant: arm.experiment?.variant },
            experiment: arm.experiment?.name,
            exposures: [...held.exposures, ...exposureTo(arm, place)],
            terms: prepared.terms,
            words: offer.copy,
            workflowId,
            catalogHash: input.catalogHash,
            limits: limitsOf(catalog, offer),
            at,
            previous,
          });
      return opened.opened
        ? { kind: 'presented', presented: prepared.presented }
        : skip(input, opened.reason, opened.detail);
    },
  };

  async function skip(
    input: PresentInput,
    reason: ReasonCode,
    detail: string,
    exposures: Exposure[] = [],
  ): Promise<Offered> {
    const { purchaseId, funnelId } = input;
    if (input.first) await endAfterWait(context, { purchaseId, funnelId, reason, detail, exposures });
    return { kind: 'skipped', reason, detail };
  }
}
