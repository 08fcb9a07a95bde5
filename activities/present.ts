/** A step whose time has come: puts its offer before the customer, with the decision that led here if that is not recorded yet. */
import { unavailable } from '../src/catalog/availability.js';
import type { Offer, Policy } from '../src/catalog/model.js';
import { ifFound } from '../src/dodo/errors.js';
import type { ReasonCode } from '../src/model.js';
import type { ActivityContext } from './context.js';
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
  customerId: string;
  subscriptionId?: string;
  currency?: string;
  /** The decision that led here; left out after a wait, when it has been recorded. */
  previous?: Closing;
  /** Set for the first step of a run, which ends here when it cannot be shown. */
  first?: boolean;
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
      const { purchaseId, workflowId, funnelId, step, offer, policy, customerId, currency, previous } = input;
      const subject = { workflowId, purchaseId, customerId, currency, billing, subscription };
      const prepared = await prepareOffer(context, { offer, policy, funnelId, step, subject });
      if (prepared.kind === 'not_eligible') return skip(input, prepared.reason, prepared.detail);
      const catalog = context.catalog();
      const funnel = catalog.funnels.find(({ id }) => id === funnelId);
      const off = funnel && unavailable(`funnel ${funnelId}`, funnel, context.now());
      // A repeated activity carries on with what it has opened.
      if (off && !(await ledger.presentation(prepared.presented.presentationId)))
        return skip(input, off.reason, off.detail);
      if (previous) await markPaid(ledger, previous);
      const opened = await ledger.openPresentation({
        presentation: prepared.presentation,
        terms: prepared.terms,
        words: offer.copy,
        workflowId,
        catalogHash: input.catalogHash,
        limits: limitsOf(catalog, offer),
        at: context.now().toISOString(),
        previous,
      });
      return opened.opened
        ? { kind: 'presented', presented: prepared.presented }
        : skip(input, opened.reason, opened.detail);
    },
  };

  async function skip(input: PresentInput, reason: ReasonCode, detail: string): Promise<Offered> {
    const { purchaseId, funnelId } = input;
    if (input.first) await endAfterWait(context, { purchaseId, funnelId, reason, detail });
    return { kind: 'skipped', reason, detail };
  }
}
