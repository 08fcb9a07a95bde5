/** Finds the offer a customer has now, for backends that name only the customer. */
import { statusAt, type PresentationRecord } from '../domain/presentation.js';
import type { ReasonCode } from '../domain/words.js';
import type { ApiDeps } from './deps.js';
import { viewOf, type PresentationView } from './presentation-view.js';
import { Problem, presentationNotFound } from './problem.js';

const SECOND = 1000;
/** How long a request without a `presentationId` still refers to the last acceptance, as a double click does. */
const DOUBLE_CLICK_MS = 60 * SECOND;

export type Upsell =
  | { eligible: false; reason?: ReasonCode }
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
  const reason = current ? undefined : (await deps.ledger.latestPurchase(customerId))?.reason;
  return { eligible: false, ...(reason && { reason }) };
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

function currentOf(
  { ledger, now }: Pick<ApiDeps, 'ledger' | 'now'>,
  customerId: string,
): Promise<PresentationRecord | undefined> {
  return ledger.currentPresentation(customerId, new Date(now().getTime() - DOUBLE_CLICK_MS).toISOString());
}
