/** Products a customer already has. */
import { listPayments } from '../../src/dodo/payments.js';
import type { ActivityContext } from '../context.js';

/**
 * Returns whether a customer has a product: bought through us, bought at Dodo at any time and not refunded in full, or
 * subscribed to now.
 */
export async function ownsProduct(
  { ledger, dodo }: ActivityContext,
  customerId: string,
  productId: string,
): Promise<boolean> {
  if (await ledger.hasBought(customerId, productId)) return true;
  const filter = { customer_id: customerId, product_id: productId };
  for await (const payment of listPayments(dodo, { ...filter, status: 'succeeded' })) {
    if (payment.refund_status !== 'full') return true;
  }
  const { items } = await dodo.subscriptions.list({
    ...filter,
    status: 'active',
    page_number: 0,
    page_size: 1,
  });
  return items.length > 0;
}
