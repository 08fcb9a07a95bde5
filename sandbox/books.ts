import type DodoPayments from 'dodopayments';
import { checkoutStatusView } from './dodo/checkouts.js';
import { customerView } from './dodo/customers.js';
import { methodsOf, methodView } from './dodo/payment-methods.js';
import { paymentView } from './dodo/payment-views.js';
import { refundView } from './dodo/refunds.js';
import { subscriptionView } from './dodo/subscription-views.js';
import type { Engine } from './engine.js';
import type { Currency, DeliveryRow, Metadata, MovementRow, RequestRow, SubscriptionRow } from './model.js';
import { sum } from './money/cart.js';

export interface PaymentFilter {
  customerId?: string;
  subscriptionId?: string;
  status?: DodoPayments.IntentStatus;
  /** Every pair must be on the payment. */
  metadata?: Metadata;
}

export interface RequestFilter {
  method?: string;
  /** A whole path, or a pattern. */
  path?: string | RegExp;
}

/** The sandbox's records, for tests and people. Every list is oldest first. */
export interface Books {
  customers(): DodoPayments.Customer[];
  paymentMethods(customerId: string): DodoPayments.CustomerRetrievePaymentMethodsResponse['items'];
  payments(filter?: PaymentFilter): DodoPayments.Payment[];
  subscriptions(filter?: { customerId?: string }): DodoPayments.Subscription[];
  /** Returns what the API does not show: credit, dues, the pending plan change. */
  subscriptionState(id: string): SubscriptionRow | undefined;
  refunds(filter?: { customerId?: string; paymentId?: string }): DodoPayments.Refund[];
  checkouts(): DodoPayments.CheckoutSessionStatus[];
  deliveries(filter?: { type?: string; status?: DeliveryRow['status'] }): DeliveryRow[];
  requests(filter?: RequestFilter): RequestRow[];
  /** Returns every movement of money, of one customer or of all. */
  movements(customerId?: string): MovementRow[];
  /** Returns the money received and not given back, in minor units of the currency (USD when left out). */
  moneyReceived(customerId?: string, currency?: Currency): number;
}

export function openBooks(engine: Engine): Books {
  const { world } = engine;
  const { tables } = world;

  function movements(customerId?: string): MovementRow[] {
    return tables.movements.all().filter((one) => customerId === undefined || one.customer_id === customerId);
  }

  return {
    customers: () => tables.customers.all().map(customerView),
    paymentMethods: (customerId) => methodsOf(world, customerId).map(methodView),
    payments: ({ customerId, subscriptionId, status, metadata = {} } = {}) =>
      tables.payments
        .all()
        .filter(
          (payment) =>
            (customerId === undefined || payment.customer_id === customerId) &&
            (subscriptionId === undefined || payment.subscription_ids.includes(subscriptionId)) &&
            (status === undefined || payment.status === status) &&
            Object.entries(metadata).every(([key, value]) => payment.metadata[key] === value),
        )
        .map((payment) => paymentView(world, payment)),
    subscriptions: ({ customerId } = {}) =>
      tables.subscriptions
        .all()
        .filter((one) => customerId === undefined || one.customer_id === customerId)
        .map((one) => subscriptionView(world, one)),
    subscriptionState: (id) => tables.subscriptions.get(id),
    refunds: ({ customerId, paymentId } = {}) =>
      tables.refunds
        .all()
        .filter(
          (refund) =>
            (customerId === undefined || refund.customer_id === customerId) &&
            (paymentId === undefined || refund.payment_id === paymentId),
        )
        .map((refund) => refundView(world, refund)),
    checkouts: () => tables.checkouts.all().map((session) => checkoutStatusView(world, session)),
    deliveries: ({ type, status } = {}) =>
      tables.deliveries
        .all()
        .filter(
          (one) =>
            (type === undefined || one.type === type) && (status === undefined || one.status === status),
        ),
    requests: ({ method, path } = {}) =>
      engine
        .requests()
        .filter(
          (request) =>
            (method === undefined || request.method === method.toUpperCase()) &&
            (path === undefined ||
              (typeof path === 'string' ? request.path === path : path.test(request.path))),
        ),
    movements,
    moneyReceived: (customerId, currency = 'USD') =>
      sum(
        movements(customerId).filter((one) => one.currency === currency),
        (one) => one.amount,
      ),
  };
}
