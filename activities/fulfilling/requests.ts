/** Parts of requests to Dodo that charges, plan changes and fallbacks have in common. */
import type DodoPayments from 'dodopayments';
import { billingOf } from '../../src/dodo/payments.js';
import { addonsForDodo } from '../../src/dodo/pricing.js';
import { PRODUCT_METADATA_KEY, PROOF_METADATA_KEY } from '../../src/dodo/proof.js';
import type { AttemptInput } from '../../src/domain/attempt.js';
import { fillMetadata } from '../../src/domain/metadata.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import type { BillingAddress } from '../../src/domain/purchase.js';
import type { ActivityContext } from '../context.js';

/**
 * Returns the cart of an offer, in the currency that was shown.
 *
 * @param addons other add-ons than the offer's own
 */
export function cart(
  { offer: { action, discountCode }, quantity, price }: AttemptInput,
  addons = addonsForDodo(action.kind === 'charge' ? (action.addons ?? []) : []),
) {
  return {
    product_cart: [{ product_id: action.productId, quantity, ...(addons.length > 0 && { addons }) }],
    billing_currency: price.currency as DodoPayments.Currency,
    ...(discountCode !== undefined && { discount_codes: [discountCode] }),
  };
}

/** Returns what an attempt is bound to: the ledger keeps it, and its metadata proves it. */
export function attemptClaim({ attemptId, customerId, offer }: AttemptInput) {
  return { attemptId, customerId, productId: offer.action.productId };
}

/**
 * Returns the metadata by which a payment is recognised as one of an attempt, and which proves that we sent it, beside
 * the offer's own.
 */
export function attemptMetadata({ proofs }: Pick<ActivityContext, 'proofs'>, input: AttemptInput) {
  const { attemptId, presentationId, purchaseId } = input;
  const claim = attemptClaim(input);
  return {
    ...fillMetadata(input.offer.metadata, input),
    // Last, so that no other entry takes their place.
    [ATTEMPT_METADATA_KEY]: attemptId,
    [PROOF_METADATA_KEY]: proofs.ofAttempt(claim),
    [PRODUCT_METADATA_KEY]: claim.productId,
    upsell_presentation_id: presentationId,
    upsell_purchase_id: purchaseId,
  };
}

/**
 * Voids the open payment link of the change that this one takes the place of: it would block this one, or be paid beside
 * it. The field is newer than the SDK's types.
 */
export function replacingLink({ replaces }: AttemptInput): object {
  return replaces?.link === true ? { cancel_older_payment_link: true } : {};
}

/**
 * Returns the page the customer comes back to from any page of Dodo's: the purchase's own, or else the shop's. Either is
 * told the presentation, as `presentation` in its query.
 *
 * @throws when the ledger cannot be reached
 */
export async function returnUrl(
  { appUrl, ledger }: ActivityContext,
  { purchaseId, presentationId }: Pick<AttemptInput, 'purchaseId' | 'presentationId'>,
): Promise<string> {
  const own = await ledger.returnUrlOf(purchaseId);
  const url = new URL(own ?? '/thank-you', appUrl);
  // Appended to the text: writing the whole query anew would change how it is encoded.
  url.search += `${url.search === '' ? '?' : '&'}presentation=${presentationId}`;
  return url.href;
}

/**
 * Returns the address the first purchase was billed to: from the ledger, else from the payment at Dodo. Undefined when
 * neither has one.
 */
export async function billingAddress(
  { ledger, dodo }: ActivityContext,
  input: Pick<AttemptInput, 'purchaseId' | 'paymentId'>,
): Promise<BillingAddress | undefined> {
  const kept = await ledger.billingOf(input.purchaseId);
  if (kept || input.paymentId === undefined) return kept;
  return billingOf(await dodo.payments.retrieve(input.paymentId));
}
