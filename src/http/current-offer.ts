/** Finds the offer a customer has now, for backends that name only the customer. */
import { doubleClickSince, isInFlight, statusAt, type PresentationRecord } from '../domain/presentation.js';
import type { PresentationStatus, PurchaseStatus, ReasonCode } from '../domain/words.js';
import type { ApiDeps } from './deps.js';
import { viewOf, type PresentationView } from './presentation-view.js';
import { Problem, presentationNotFound } from './problem.js';

/**
 * Why there is no offer to show now.
 *
 * - `nothing_known`: no purchase of this customer has been seen; its webhook may be on the way
 * - `pending`: a purchase is being looked at, or waits for its next step
 * - `under_way`: an offer was accepted, and what comes of it is not known yet
 * - `in_fallback`: an accepted offer has to be paid in another way, or is under review
 * - `nothing_for_customer`: everything has been looked at, and there is nothing to show
 */
export const NO_OFFER_REASONS = [
  'nothing_known',
  'pending',
  'under_way',
  'in_fallback',
  'nothing_for_customer',
] as const;
export type NoOfferReason = (typeof NO_OFFER_REASONS)[number];

export type Upsell =
  | {
      eligible: false;
      reason?: ReasonCode;
      /** Whether an offer may still come, so that asking again is worth while. */
      retry: boolean;
      because: NoOfferReason;
    }
  | {
      eligible: true;
      product: {
        id: string;
        name: string;
        /** Minor units of `currency`. */ price: number;
        currency: string;
      };
      paymentMethodId: string | null;
      presentation: PresentationView;
    };

/** Returns the customer's open offer with its token, or the reason for none. */
export async function currentUpsell(
  deps: Pick<ApiDeps, 'ledger' | 'tokens' | 'now'>,
  customerId: string,
  locales: readonly string[],
): Promise<Upsell> {
  const current = await currentOf(deps, customerId);
  if (current && statusAt(current, deps.now()) === 'open') {
    const presentation = await viewOf(deps, current, { withToken: true, locales });
    const { product, price, payment } = presentation;
    return {
      eligible: true,
      product: { id: product.id, name: product.name, price: price.dueNow, currency: price.currency },
      paymentMethodId: payment.method?.id ?? null,
      presentation,
    };
  }
  const latest = await deps.ledger.latestPurchase(customerId);
  const because = whyNone((current ?? latest?.presentations.at(-1))?.status, latest?.status);
  const reason = current ? undefined : latest?.reason;
  return {
    eligible: false,
    ...(reason && { reason }),
    retry: because !== 'nothing_for_customer' && because !== 'in_fallback',
    because,
  };
}

function whyNone(
  presentation: PresentationStatus | undefined,
  purchase: PurchaseStatus | undefined,
): NoOfferReason {
  if (presentation === 'fallback' || presentation === 'needs_review') return 'in_fallback';
  if (presentation !== undefined && isInFlight(presentation)) return 'under_way';
  if (purchase === undefined) return 'nothing_known';
  return purchase === 'settled' ? 'nothing_for_customer' : 'pending';
}

/**
 * Returns the presentation a backend refers to: by id, if it is this customer's; without an id, the one that is open or
 * in flight, or else the last one accepted within a minute.
 *
 * @throws Problem `presentation_not_found`, or `no_open_offer` without an id
 */
export async function presentationMeant(
  deps: Pick<ApiDeps, 'ledger' | 'now'>,
  customerId: string,
  presentationId: string | undefined,
): Promise<PresentationRecord> {
  if (presentationId !== undefined) {
    const named = await deps.ledger.presentation(presentationId);
    if (named?.customerId !== customerId) throw presentationNotFound();
    return named;
  }
  const current = await currentOf(deps, customerId);
  if (!current) throw new Problem('no_open_offer', { detail: 'No offer is open for this customer.' });
  return current;
}

/**
 * Returns the presentation that an acceptance is for: as `presentationMeant`, except that without an id it means the one
 * that was last handed out. A click on an offer that has ended since must not buy the next one unseen.
 *
 * @throws Problem `presentation_not_found`; without an id, `no_open_offer`, or `offer_changed` with the open presentation,
 * which is thereby handed out
 */
export async function acceptanceMeant(
  deps: Pick<ApiDeps, 'ledger' | 'tokens' | 'now'>,
  customerId: string,
  presentationId: string | undefined,
  locales: readonly string[],
): Promise<PresentationRecord> {
  const record = await presentationMeant(deps, customerId, presentationId);
  if (presentationId !== undefined || wasHandedOut(record)) return record;
  // What has been decided was known to whoever decided; what has lapsed is told so.
  if (statusAt(record, deps.now()) !== 'open') return record;
  // The second half of a double click, after whose first half the next offer has opened.
  const accepted = await deps.ledger.lastAccepted(customerId, doubleClickSince(deps.now()));
  if (accepted) return accepted;
  throw new Problem('offer_changed', {
    detail:
      'Another offer is open than the one that was handed out last. Nothing was charged; please decide again.',
    members: { presentation: await viewOf(deps, record, { withToken: true, locales }) },
  });
}

/** Those from before this was recorded were at least seen, if they were viewed. */
function wasHandedOut({ handedOutAt, viewedAt }: PresentationRecord): boolean {
  return (handedOutAt ?? viewedAt) !== undefined;
}

function currentOf(
  { ledger, now }: Pick<ApiDeps, 'ledger' | 'now'>,
  customerId: string,
): Promise<PresentationRecord | undefined> {
  return ledger.currentPresentation(customerId, doubleClickSince(now()));
}
