/** Checks that a customer may see an offer now, and makes its presentation. */
import { createHash } from 'node:crypto';
import { renderCopy } from '../../src/catalog/copy.js';
import { unavailable } from '../../src/domain/availability.js';
import type { OfferCopy, Policy, SnapshotOffer } from '../../src/domain/offers.js';
import type { OfferTerms, Presentation, PresentationRecord } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { limitsOf, switchesOf } from './limits.js';
import { presentationRef, type PresentationRef } from './presentation-ref.js';
import { notEligible, type NotEligible } from './quote.js';
import { quoteRetention } from './retention-offer.js';
import { customerOf } from './readings.js';
import { quoteSale } from './sale.js';
import type { OfferSubject } from './subject.js';
import { withWords } from './words.js';

export interface OfferToPrepare {
  offer: SnapshotOffer;
  policy?: Policy;
  /** The catalog version of the run. */
  catalogHash?: string;
  funnelId: string;
  step: string;
  subject: OfferSubject;
}

export type PreparedOffer =
  | {
      kind: 'ready';
      presentation: Presentation;
      words?: OfferCopy;
      terms?: OfferTerms;
      presented: PresentationRef;
    }
  | NotEligible;

/** Returns the id of a step's presentation. It is deterministic: a repeated activity or a reset run finds its own again. */
export function presentationId(workflowId: string, step: string): string {
  return `prs_${createHash('sha256').update(`${workflowId}:${step}`).digest('hex').slice(0, 24)}`;
}

/**
 * Prices an offer and makes its presentation, or says why this customer may not see it. Reads Dodo and the ledger and
 * writes nothing. A presentation this run made before is returned as it is, without asking Dodo.
 */
export async function prepareOffer(context: ActivityContext, input: OfferToPrepare): Promise<PreparedOffer> {
  const { offer, funnelId, step, subject } = input;
  const id = presentationId(subject.workflowId, step);
  const before = await context.ledger.presentation(id);
  if (before) return resume(before, input, context.now());

  const refused = await refusal(context, input);
  if (refused) return refused;
  const worded = await withWords(context, offer, input.catalogHash);
  if (!worded) return notEligible('product_unavailable', `the words of offer ${offer.id} are not stored`);
  // Whoever has paid moments ago is not blocked; their language matters to offers in more than one.
  const isKnown = subject.readings.justPaid === true && worded.copy.locales === undefined;
  const customer = isKnown ? undefined : await customerOf(context, subject);
  if (customer?.blocked_at != null) return notEligible('customer_blocked', 'the customer is blocked at Dodo');
  const quoted = await quote(context, input, customer?.preferred_locale);
  if (quoted.kind === 'not_eligible') return quoted;
  const { kind: _, terms, ...shown } = quoted;
  const presentation: Presentation = {
    id,
    status: 'open',
    offerId: offer.id,
    funnelId,
    step,
    type: offer.type,
    customerId: subject.customerId,
    purchaseId: subject.purchaseId,
    ...shown,
    copy: renderCopy(worded.copy, shown.price, shown.product.name),
    expiresAt: new Date(context.now().getTime() + offer.windowMs).toISOString(),
  };
  return {
    kind: 'ready',
    presentation,
    words: worded.copy,
    ...(terms && { terms }),
    presented: presentationRef(presentation, terms, input, shown.quantity, offer.windowMs),
  };
}

/** Checks switches and limits. The limits are checked again when the presentation is opened; here they save requests. */
async function refusal(
  { ledger, catalog, now }: ActivityContext,
  { offer, subject: { customerId, workflowId } }: OfferToPrepare,
): Promise<NotEligible | undefined> {
  const inForce = catalog();
  const off = unavailable(`offer ${offer.id}`, switchesOf(inForce, offer), now());
  if (off) return notEligible(off.reason, off.detail);
  const showing = { customerId, offerId: offer.id, workflowId, at: now().toISOString() };
  const reached = await ledger.limitReached(showing, limitsOf(inForce, offer));
  return reached && notEligible(reached.reason, reached.detail);
}

function quote(
  context: ActivityContext,
  { offer, policy, subject }: OfferToPrepare,
  locale: string | null | undefined,
) {
  const { action } = offer;
  return action.kind === 'pause' || action.kind === 'extend_trial'
    ? quoteRetention(context, { offer, action, subject })
    : quoteSale(context, { offer: { ...offer, action }, policy, subject, locale });
}

/** Continues with the presentation this run made before, unless it is decided or the offer now sells something else. */
function resume(
  before: PresentationRecord,
  { offer, funnelId, subject }: OfferToPrepare,
  now: Date,
): PreparedOffer {
  if (before.funnelId !== funnelId || before.offerId !== offer.id) {
    return notEligible(
      'offer_already_open',
      `this run has already shown ${before.offerId} of ${before.funnelId}`,
    );
  }
  if (before.status === 'paid' || before.status === 'scheduled')
    return notEligible('already_owned', `presentation ${before.id} was already paid`);
  if (before.decision !== undefined && before.decision !== 'accepted') {
    return notEligible('declined_before', `presentation ${before.id} was already ${before.decision}`);
  }
  const { action } = offer;
  const shownAction =
    before.option === undefined ? action : offer.options?.find(({ id }) => id === before.option)?.action;
  if (!shownAction || ('productId' in shownAction && shownAction.productId !== before.product.id)) {
    return notEligible('product_unavailable', `offer ${offer.id} has changed since it was shown`);
  }
  const catalogQuantity = 'quantity' in action ? action.quantity : undefined;
  const quantity = before.choices
    ? before.quantity
    : (catalogQuantity ?? subject.subscription?.quantity ?? 1);
  const windowMs = Math.max(Date.parse(before.expiresAt) - now.getTime(), 0);
  const presented = presentationRef(before, before.terms, { offer, subject }, quantity, windowMs);
  return { kind: 'ready', presentation: before, presented: { ...presented, endsAt: before.expiresAt } };
}
