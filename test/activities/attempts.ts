/** Attempts in the ledger of a shop, and payments for them at the sandbox. */
import { attemptMetadata } from '../../activities/fulfilling/requests.js';
import type { AttemptInput, AttemptRecord } from '../../src/domain/attempt.js';
import { attemptId, runOfAttempt, workflowId } from '../../src/domain/ids.js';
import type { PurchaseResult } from '../../sandbox/index.js';
import type { Shop } from './shop.js';

const MINUTE = 60_000;

export interface OpenAttempt {
  input: AttemptInput;
  /** The first purchase. */
  bought: PurchaseResult;
  /** Buys the product of the attempt with its metadata, as a customer at a link of ours would. */
  pay(more?: Partial<Parameters<Shop['buy']>[1]> & { product_id?: string }): Promise<PurchaseResult>;
  /** Records another attempt for the same presentation. */
  another(n: number, change?: Partial<AttemptRecord>): Promise<AttemptInput>;
}

/** Shows a customer of the starter course the bundle, and records that it was accepted and sent. */
export async function openAttempt(shop: Shop, change: Partial<AttemptRecord> = {}): Promise<OpenAttempt> {
  const bought = await shop.buy('prod_starter_course');
  const evaluation = await shop.evaluate(bought.payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const offer = snapshot.offers.bundle;
  if (offer?.action.kind !== 'charge') throw new Error('A charge was expected.');
  const at = shop.now();
  const { ledger } = shop.context;

  async function record(n: number, changes: Partial<AttemptRecord>): Promise<AttemptInput> {
    if (offer?.action.kind !== 'charge') throw new Error('unreachable');
    const id = attemptId(workflowId.purchase(bought.payment_id), presented.step, n);
    const input: AttemptInput = {
      attemptId: id,
      presentationId: presented.presentationId,
      purchaseId: bought.payment_id,
      paymentId: bought.payment_id,
      customerId: bought.customer_id,
      quantity: presented.quantity,
      offer: { ...offer, action: offer.action },
      price: { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash },
      acceptedAt: at.toISOString(),
      sendBefore: at.getTime() + 15 * MINUTE,
      runStartedAt: at.toISOString(),
    };
    await ledger.recordAttempt(
      {
        attemptId: id,
        presentationId: input.presentationId,
        workflowId: runOfAttempt(id),
        kind: 'charge',
        status: 'submitted',
        amount: input.price.dueNow,
        currency: input.price.currency,
        customerId: input.customerId,
        productId: offer.action.productId,
        proof: true,
        createdAt: at.toISOString(),
        ...changes,
      },
      { status: 'charging', decision: 'accepted', decidedAt: at.toISOString() },
      [],
    );
    return input;
  }

  const input = await record(1, change);
  return {
    input,
    bought,
    pay: ({ product_id = 'prod_complete_bundle', ...more } = {}) =>
      shop.buy(product_id, {
        customer_id: bought.customer_id,
        metadata: metadataOf(shop, input),
        ...more,
      }),
    another: (n, changes = {}) => record(n, changes),
  };
}

/** Returns the metadata that an attempt is sent with. */
export function metadataOf(shop: Shop, input: AttemptInput): Record<string, string> {
  return attemptMetadata(shop.context, input);
}
