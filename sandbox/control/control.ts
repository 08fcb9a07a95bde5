import { parse } from '../errors.js';
import type { Engine } from '../engine.js';
import type { Fault, FaultInput } from '../faults.js';
import type {
  AddonRow,
  CustomerRow,
  DeliveryAttempt,
  DiscountRow,
  DisputeRow,
  MethodRow,
  PaymentRow,
  ProductRow,
  RefundRow,
} from '../model.js';
import type { BusinessPolicy } from '../policy.js';
import { businessPolicyChangeSchema, setBusinessPolicy } from '../policy.js';
import type { DisputeEnd, NewDispute } from '../dodo/disputes.js';
import { moveDispute, openDispute } from '../dodo/disputes.js';
import { payLink } from '../dodo/hosted-payments.js';
import { enterNewCard } from '../dodo/method-update.js';
import { settlePayment } from '../dodo/outcomes.js';
import { paymentOf } from '../dodo/payments.js';
import { payAgain } from '../dodo/second-payment.js';
import { settleRefund } from '../dodo/refunds.js';
import { renew } from '../dodo/renewals.js';
import { subscriptionOf } from '../dodo/subscriptions.js';
import { dropPendingChange } from '../dodo/pending-change.js';
import { record } from '../webhooks/events.js';
import type { WebhookEndpoint, WebhookPolicy } from '../webhooks/settings.js';
import {
  setWebhookEndpoint,
  setWebhookPolicy,
  webhookEndpointSchema,
  webhookPolicyChangeSchema,
} from '../webhooks/settings.js';
import { addAddon, addDiscount, addProduct, changeProduct } from './products.js';
import { addCustomer, changeCustomer, changeMethod, queueAnswer, saveTestCard } from './customers.js';
import type { PurchaseResult } from './purchase.js';
import { buy, payResult, paySession } from './purchase.js';
import type { Lag, ReadFaults, RowOverride } from '../read-faults.js';
import type * as Inputs from './schemas.js';
import { cardSchema, eventSchema, secondPaymentSchema, settlementSchema } from './schemas.js';

/** Everything a test or a person can make happen. The HTTP routes under `/sandbox` call the same functions. */
export interface Control {
  createProduct(input: Inputs.ProductInput): Promise<ProductRow>;
  updateProduct(id: string, change: Inputs.ProductChange): Promise<ProductRow>;
  createAddon(input: Inputs.AddonInput): Promise<AddonRow>;
  createDiscount(input: Inputs.DiscountInput): Promise<DiscountRow>;
  /** Creates a customer with saved cards, without the checkout page. */
  createCustomer(
    input: Inputs.CustomerInput,
  ): Promise<{ customer: CustomerRow; payment_method_ids: string[] }>;
  addCard(customerId: string, card?: Inputs.CardInput): Promise<MethodRow>;
  /** Blocks a customer, or changes the language of their mails. */
  updateCustomer(customerId: string, change: Inputs.CustomerChange): Promise<CustomerRow>;
  /** Changes a saved card, for example to let it expire. */
  updateMethod(customerId: string, methodId: string, change: Inputs.MethodChange): Promise<MethodRow>;
  /** Decides the next charges of this customer, whatever the card says. Queued in order. */
  nextCharges(customerId: string, answer: Inputs.ChargeAnswer): Promise<void>;
  /** Buys something for a customer, by the same code as the checkout page. */
  purchase(input: Inputs.PurchaseInput): Promise<PurchaseResult>;
  /** Pays a checkout session as its page does. */
  payCheckout(sessionId: string, input?: Inputs.PayCheckoutInput): Promise<PurchaseResult>;
  /** Pays a payment link, or enters the new card on a payment-method page. */
  payLink(paymentId: string, card?: Inputs.CardInput): Promise<PurchaseResult>;
  /**
   * Pays for the same thing again with a payment of another id: after a failure the one that succeeds in the end,
   * after a success a double payment.
   */
  payAgain(paymentId: string, terms?: Inputs.SecondPayment): Promise<PurchaseResult>;
  /** Ends a payment that is processing or waiting for the customer. */
  settlePayment(paymentId: string, settlement: Inputs.Settlement): Promise<PaymentRow>;
  settleRefund(refundId: string, status: 'succeeded' | 'failed'): Promise<RefundRow>;
  /** Acts as if the billing date had come. Resolves to the renewal's payment, or null when the subscription ended instead. */
  renew(subscriptionId: string): Promise<PaymentRow | null>;
  /** Drops a plan change that is waiting for its payment. */
  clearPendingChange(subscriptionId: string): Promise<void>;
  openDispute(input: NewDispute): Promise<DisputeRow>;
  moveDispute(disputeId: string, end: DisputeEnd): Promise<DisputeRow>;
  setPolicy(change: Partial<BusinessPolicy>): Promise<BusinessPolicy>;
  addFault(input: FaultInput): Fault;
  /** Makes reads lag, of one object or of all of a kind. */
  lagReads(lag: Lag): void;
  /** Makes an object 404 and missing from lists, as if it belonged to another key. Its webhooks are sent all the same. */
  hideFromReads(id: string): void;
  /** Gives rows of lists other fields, or another shape. */
  overrideRows(override: RowOverride): void;
  /** Returns the faults of reads in force. */
  readFaults(): ReturnType<ReadFaults['list']>;
  /** Ends all faults of calls and of reads. */
  clearFaults(): void;
  setWebhookEndpoint(change: Partial<WebhookEndpoint>): Promise<WebhookEndpoint>;
  setWebhookPolicy(change: Partial<WebhookPolicy>): Promise<WebhookPolicy>;
  /** Attempts every pending delivery now and waits for the responses. */
  flushWebhooks(): Promise<{ attempted: number }>;
  /** Sends an event again under its old id with a fresh signature. */
  redeliver(deliveryId: string): Promise<DeliveryAttempt>;
  /** Sends any event, signed, including types and shapes that Dodo does not have. */
  sendWebhook(input: Inputs.EventInput): Promise<{ id: string }>;
  /** Empties the books and restores the endpoint and policies that the sandbox was started with. */
  reset(): Promise<void>;
}

export function createControl(engine: Engine, afterReset: () => Promise<void>): Control {
  const { world, dispatcher, faults } = engine;
  return {
    createProduct: (input) => engine.run(() => addProduct(world, input)),
    updateProduct: (id, change) => engine.run(() => changeProduct(world, id, change)),
    createAddon: (input) => engine.run(() => addAddon(world, input)),
    createDiscount: (input) => engine.run(() => addDiscount(world, input)),
    createCustomer: (input) => engine.run(() => addCustomer(world, input)),
    addCard: (customerId, card) => engine.run(() => saveTestCard(world, customerId, card)),
    updateCustomer: (customerId, change) => engine.run(() => changeCustomer(world, customerId, change)),
    updateMethod: (customerId, methodId, change) =>
      engine.run(() => changeMethod(world, customerId, methodId, change)),
    nextCharges: (customerId, answer) => engine.run(() => queueAnswer(world, customerId, answer)),
    purchase: (input) => engine.run(() => buy(world, input)),
    payCheckout: (sessionId, input = {}) => engine.run(() => paySession(world, sessionId, input)),
    payLink: (paymentId, card) =>
      engine.run(() => {
        const entry = parse(cardSchema, card);
        const { kind } = paymentOf(world, paymentId).purpose;
        const result =
          kind === 'method_update' ? enterNewCard(world, paymentId, entry) : payLink(world, paymentId, entry);
        return payResult(world, result);
      }),
    payAgain: (paymentId, terms = {}) =>
      engine.run(() => payResult(world, payAgain(world, paymentId, parse(secondPaymentSchema, terms)))),
    settlePayment: (paymentId, settlement) =>
      engine.run(() => {
        const { status, error_code } = parse(settlementSchema, settlement);
        return settlePayment(world, paymentId, status === 'failed' ? { status, error_code } : { status });
      }),
    settleRefund: (refundId, status) => engine.run(() => settleRefund(world, refundId, status)),
    renew: (subscriptionId) => engine.run(() => renew(world, subscriptionId)),
    clearPendingChange: (subscriptionId) =>
      engine.run(() => {
        dropPendingChange(world, subscriptionOf(world, subscriptionId).subscription_id);
      }),
    openDispute: (input) => engine.run(() => openDispute(world, input)),
    moveDispute: (disputeId, end) => engine.run(() => moveDispute(world, disputeId, end)),
    setPolicy: (change) =>
      engine.run(() => setBusinessPolicy(world, parse(businessPolicyChangeSchema, change))),
    addFault: (input) => faults.add(input),
    lagReads: (lag) => world.reads.lag(lag),
    hideFromReads: (id) => world.reads.hide(id),
    overrideRows: (override) => world.reads.overrideRows(override),
    readFaults: () => world.reads.list(),
    clearFaults: () => {
      faults.clear();
      world.reads.clear();
    },
    setWebhookEndpoint: (change) =>
      engine.run(() => setWebhookEndpoint(world, parse(webhookEndpointSchema.partial(), change))),
    async setWebhookPolicy(change) {
      const policy = await engine.run(() =>
        setWebhookPolicy(world, parse(webhookPolicyChangeSchema, change)),
      );
      if (!policy.paused) dispatcher.resume();
      return policy;
    },
    flushWebhooks: async () => ({ attempted: await dispatcher.flush() }),
    redeliver: (deliveryId) => dispatcher.redeliver(deliveryId),
    sendWebhook: (input) =>
      engine.run(() => {
        const { type, data, timestamp } = parse(eventSchema, input);
        return { id: record(world, { type, subject: { kind: 'raw', data }, timestamp }) };
      }),
    async reset() {
      await engine.reset();
      await afterReset();
    },
  };
}
