/** Registers purchases before payment. */
import { createHash, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { classify } from '../dodo/errors.js';
import { PURCHASE_METADATA_KEY, workflowId } from '../domain/ids.js';
import type { ApiDeps } from './deps.js';
import { invalidField } from './field-errors.js';
import { Problem } from './problem.js';
import { checkReturnUrl } from './return-url.js';
import type { purchaseBody } from './schemas.js';

export interface Registration {
  purchaseId: string;
  /** Where the customer pays; null if Dodo gives no address. */
  checkoutUrl: string | null;
}

/**
 * Creates a checkout session, records the purchase, and starts the run that waits for the payment. Repeating an
 * `idempotencyKey` returns the same purchase id.
 *
 * @throws Problem `invalid_body` for a return URL on another origin; `product_unavailable`, `dodo_rejected` or
 * `dodo_unavailable` if Dodo creates no session
 */
export async function registerPurchase(
  { dodo, ledger, runs, appUrl }: Pick<ApiDeps, 'dodo' | 'ledger' | 'runs' | 'appUrl'>,
  body: z.output<typeof purchaseBody>,
  idempotencyKey: string | undefined,
): Promise<Registration> {
  const purchaseId = purchaseIdOf(idempotencyKey);
  const customer = body.customerId === undefined ? body.customer : { customerId: body.customerId };
  const cart = body.productCart ?? [{ productId: body.productId ?? '', quantity: body.quantity ?? 1 }];
  const returnUrl = returnUrlOf(body.returnUrl ?? `/thank-you?purchase=${purchaseId}`, appUrl);

  let session;
  try {
    session = await dodo.checkoutSessions.create({
      product_cart: cart.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
      ...(customer && {
        customer:
          'customerId' in customer
            ? { customer_id: customer.customerId }
            : { email: customer.email, ...(customer.name && { name: customer.name }) },
      }),
      return_url: returnUrl,
      metadata: { ...body.metadata, [PURCHASE_METADATA_KEY]: purchaseId },
    });
  } catch (error) {
    throw checkoutProblem(error);
  }
  // A session charges nobody by itself. If the run is not started here, the webhook of the payment starts it.
  const productIds = cart.map(({ productId }) => productId);
  const customerId = customer && 'customerId' in customer ? customer.customerId : undefined;
  const checkoutSessionId = session.session_id;
  await ledger.recordPurchase(
    {
      purchaseId,
      workflowId: workflowId.purchase(purchaseId),
      trigger: 'purchase',
      customerId,
      checkoutSessionId,
      productIds,
    },
    'awaiting_payment',
  );
  await runs.registerPurchase(purchaseId, {
    checkoutSessionId,
    customerId,
    productId: productIds[0] ?? '',
  });
  return { purchaseId, checkoutUrl: session.checkout_url ?? null };
}

function purchaseIdOf(idempotencyKey: string | undefined): string {
  const id =
    idempotencyKey === undefined
      ? randomUUID().replaceAll('-', '')
      : createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
  return `pur_${id}`;
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
