/** Registers purchases before payment. */
import { createHash, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { classify } from '../dodo/errors.js';
import { PROOF_METADATA_KEY, REGISTRATION_METADATA_KEY, workflowId } from '../domain/ids.js';
import type { ApiDeps } from './deps.js';
import { invalidField } from './field-errors.js';
import { canonical } from './idempotency.js';
import { Problem } from './problem.js';
import { checkReturnUrl } from './return-url.js';
import type { purchaseBody } from './schemas.js';

export interface Registration {
  purchaseId: string;
  /** Where the customer pays; null if Dodo gives no address. */
  checkoutUrl: string | null;
}

type RegistrationDeps = Pick<ApiDeps, 'dodo' | 'ledger' | 'runs' | 'proofs' | 'now' | 'appUrl'>;
type PurchaseBody = z.output<typeof purchaseBody>;

const HOUR = 3_600_000;
/** How long a checkout session can be paid. */
const SESSION_LIFE = 24 * HOUR;

/**
 * Creates a checkout session, records the purchase, and starts the run that waits for the payment. Repeating an
 * `idempotencyKey` returns the same purchase and the same session, for as long as the session lives.
 *
 * @throws Problem `invalid_body` for a return URL on another origin; `idempotency_key_reused` for a key that registered
 * something else, or whose session has ended; `product_unavailable`, `dodo_rejected` or `dodo_unavailable` if Dodo creates
 * no session
 */
export async function registerPurchase(
  deps: RegistrationDeps,
  body: PurchaseBody,
  idempotencyKey: string | undefined,
): Promise<Registration> {
  const { ledger, runs, now, proofs } = deps;
  const purchaseId = purchaseIdOf(proofs, idempotencyKey);
  const requestHash = hashOf(body);
  const customerId =
    body.customerId ??
    (body.customer && 'customerId' in body.customer ? body.customer.customerId : undefined);
  const cart = cartOf(body);

  const known = idempotencyKey === undefined ? undefined : await ledger.registration(purchaseId);
  // Two requests at once may both create a session; the one that was recorded first is handed out to both.
  const standing =
    known ??
    (await ledger.recordRegistration({
      purchaseId,
      workflowId: workflowId.purchase(purchaseId),
      customerId,
      productIds: cart.map(({ productId }) => productId),
      requestHash,
      recordedAt: now().toISOString(),
      ...(await createSession(deps, body, purchaseId)),
    }));
  if (standing.requestHash !== requestHash)
    throw keyReused('This Idempotency-Key has registered another purchase.');
  if (now().getTime() - Date.parse(standing.recordedAt) >= SESSION_LIFE)
    throw keyReused('The checkout session that this Idempotency-Key created has ended. Use another key.');
  // A session charges nobody by itself. If the run is not started here, the webhook of the payment starts it.
  await runs.registerPurchase(purchaseId, {
    checkoutSessionId: standing.checkoutSessionId,
    customerId,
    productId: cart[0]?.productId ?? '',
  });
  return { purchaseId, checkoutUrl: standing.checkoutUrl ?? null };
}

async function createSession(
  { dodo, proofs, appUrl }: RegistrationDeps,
  body: PurchaseBody,
  purchaseId: string,
): Promise<{ checkoutSessionId: string; checkoutUrl?: string; returnUrl: string }> {
  const customer = body.customerId === undefined ? body.customer : { customerId: body.customerId };
  const returnUrl = returnUrlOf(body.returnUrl ?? `/thank-you?purchase=${purchaseId}`, appUrl);
  try {
    const { session_id, checkout_url } = await dodo.checkoutSessions.create({
      product_cart: cartOf(body).map(({ productId, quantity }) => ({ product_id: productId, quantity })),
      ...(customer && {
        customer:
          'customerId' in customer
            ? { customer_id: customer.customerId }
            : { email: customer.email, ...(customer.name && { name: customer.name }) },
      }),
      return_url: returnUrl,
      metadata: {
        ...body.metadata,
        [REGISTRATION_METADATA_KEY]: purchaseId,
        [PROOF_METADATA_KEY]: proofs.ofPurchase(purchaseId),
      },
    });
    return { checkoutSessionId: session_id, returnUrl, ...(checkout_url && { checkoutUrl: checkout_url }) };
  } catch (error) {
    throw checkoutProblem(error);
  }
}

function cartOf({ productCart, productId = '', quantity = 1 }: PurchaseBody) {
  return productCart ?? [{ productId, quantity }];
}

/** The key leads to the id, but only here: keys are often order numbers, which others can guess. */
function purchaseIdOf(proofs: RegistrationDeps['proofs'], idempotencyKey: string | undefined): string {
  const id =
    idempotencyKey === undefined
      ? randomUUID().replaceAll('-', '')
      : createHash('sha256')
          .update(proofs.ofPurchase(`key ${idempotencyKey}`))
          .digest('hex')
          .slice(0, 32);
  return `pur_${id}`;
}

/** Hashes what was asked for, in whatever order its fields came. */
function hashOf(body: PurchaseBody): string {
  return createHash('sha256').update(canonical(body)).digest('base64url');
}

function keyReused(detail: string): Problem {
  return new Problem('idempotency_key_reused', { detail });
}

function returnUrlOf(input: string, appUrl: string): string {
  const checked = checkReturnUrl(input, appUrl);
  if (!checked.ok) throw invalidField('returnUrl', checked.reason);
  return checked.url;
}

function checkoutProblem(error: unknown): Problem {
  const failure = classify(error);
  const options = { detail: failure.message, cause: error };
  if (failure.kind !== 'rejected') return new Problem('dodo_unavailable', options);
  return failure.code.startsWith('PRODUCT') || failure.status === 404
    ? new Problem('product_unavailable', options)
    : new Problem('dodo_rejected', options);
}
