import type {
  BillingAddress,
  CheckoutRow,
  CustomerRow,
  Metadata,
  PaymentLine,
  PaymentRow,
} from '../model.js';
import type { PricedCart } from '../money/cart.js';
import { discountDetail } from '../money/discounts.js';
import type { World } from '../world.js';
import { createPayment, mergeLines, paymentLine } from './payments.js';
import { createSubscription } from './subscriptions.js';

export interface Order {
  customer: CustomerRow;
  priced: PricedCart;
  billing: BillingAddress;
  metadata: Metadata;
  session: CheckoutRow | null;
  /** The customer pays on a page, where a declined card may be followed by another. */
  retriable: boolean;
}

/** Creates the payment of an order, and the subscriptions that start when it is paid. Both get the metadata. */
export function orderPayment(world: World, order: Order, change: Partial<PaymentRow> = {}): PaymentRow {
  const { customer, priced, billing, metadata, session } = order;
  const subscriptions = priced.lines
    .filter((line) => line.subscription)
    .map((line) =>
      createSubscription(world, {
        customerId: customer.customer_id,
        line,
        billing,
        metadata,
        discounts: priced.discounts,
        terms: { on_demand: session?.on_demand ?? null, tax_id: session?.tax_id ?? null },
      }),
    );
  const oneTime = priced.lines.filter((line) => !line.subscription);
  return createPayment(world, {
    customer_id: customer.customer_id,
    currency: priced.currency,
    metadata,
    billing,
    lines: orderLines(priced),
    product_cart:
      oneTime.length === 0
        ? null
        : oneTime.map((line) => ({ product_id: line.product.product_id, quantity: line.quantity })),
    subscription_ids: subscriptions.map((subscription) => subscription.subscription_id),
    discounts: priced.discounts.map((discount, position) =>
      discountDetail(discount, position, discount.subscription_cycles),
    ),
    checkout_session_id: session?.session_id ?? null,
    return_url: session?.return_url ?? null,
    force_3ds: session?.force_3ds ?? false,
    retriable: order.retriable,
    purpose: { kind: 'purchase' },
    ...change,
  });
}

export function orderLines(priced: PricedCart): PaymentLine[] {
  return mergeLines(
    priced.lines.map(({ product, total, tax }) => paymentLine(product.product_id, product.name, total, tax)),
  );
}
