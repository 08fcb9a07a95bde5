/** From a purchase or trigger to the first offer, or to the reason why there is none. */
import type DodoPayments from 'dodopayments';
import { unavailable } from '../../src/domain/availability.js';
import {
  clauseResults,
  couldMatch,
  explain,
  funnelsInOrder,
  type Facts,
} from '../../src/domain/rules/match.js';
import type { Catalog, Funnel, FunnelSnapshot, Offer } from '../../src/domain/offers.js';
import { offerIdsOf } from '../../src/domain/funnel.js';
import { factsIn } from '../../src/domain/rules/when.js';
import { billingOf, listPayments } from '../../src/dodo/payments.js';
import { stepExperiment } from '../../src/experiments/names.js';
import type { Exposure } from '../../src/ledger/index.js';
import type { BillingAddress, ConsideredFunnel, EvaluationRecord } from '../../src/domain/purchase.js';
import type { ReasonCode, TriggerType } from '../../src/domain/words.js';
import { type TriggerEvent } from '../../src/contract/messages.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import type { ActivityContext } from '../context.js';
import type { PresentationRef } from './subject.js';
import type { OfferSubject } from './subject.js';
import { offersFor, requestedPlan } from './requested-plan.js';
import { settleIneligible } from '../afterwards/settle.js';
import { showStep } from './show.js';
import type { Waiting } from './wait.js';

export interface EvaluateInput {
  purchaseId: string;
  workflowId: string;
  trigger: TriggerType;
  /** For purchases. */
  paymentId?: string;
  checkoutSessionId?: string;
  /** For every other trigger. */
  event?: TriggerEvent;
}

export type Evaluation =
  /** Recorded in the ledger already. */
  | { kind: 'ineligible'; reason: ReasonCode }
  | { kind: 'presented'; snapshot: FunnelSnapshot; presented: PresentationRef }
  /** The first step has its time later. */
  | Waiting;

const HOUR = 3_600_000;
/** Enough to see why; a rule of hundreds would fill every purchase's record. */
const MAX_CLAUSES = 50;
/** A payment older than this starts no offer: it is a replay, or the moment has passed. */
export const MAX_PURCHASE_AGE_MS = 72 * HOUR;

/** Everything that is known of the one who bought or asked. */
interface Situation {
  subject: OfferSubject;
  productIds: string[];
  facts: Facts;
  payment?: DodoPayments.Payment;
}

export function evaluateActivities(context: ActivityContext) {
  const { ledger, dodo } = context;

  async function evaluate(input: EvaluateInput): Promise<Evaluation> {
    const catalog = context.catalog();
    const { purchaseId, workflowId, trigger, paymentId } = input;
    await ledger.recordPurchase({ purchaseId, workflowId, trigger, productIds: [], paymentId }, 'evaluating');
    const found = input.event
      ? await situationOfTrigger(input, input.event)
      : await situationOfPurchase(input);
    if ('reason' in found) return end(input, found.reason, { catalogHash: catalog.hash, considered: [] });
    const { subject, payment } = found;

    await ledger.recordPurchase(
      {
        purchaseId: input.purchaseId,
        workflowId: input.workflowId,
        trigger: input.trigger,
        customerId: subject.customerId,
        paymentId: input.paymentId,
        checkoutSessionId: input.checkoutSessionId,
        subscriptionId: subject.subscription?.subscription_id,
        productIds: found.productIds,
        amount: payment?.total_amount,
        currency: subject.currency,
        billing: subject.billing,
        purchasedAt: payment?.created_at,
      },
      'evaluating',
    );

    const considered: ConsideredFunnel[] = [];
    const facts: Facts = { ...found.facts };
    // A run that is repeated finds what it has shown before anything is asked of it again.
    const shownBefore = (await ledger.purchase(purchaseId))?.presentations.find(
      (one) => one.workflowId === workflowId,
    );
    const resumes = ({ funnel }: { funnel: Funnel }) =>
      funnel.id === shownBefore?.funnelId && funnel.steps[0]?.id === shownBefore.step;
    const tried = candidates(catalog, input);
    for (const candidate of [...tried.filter(resumes), ...tried.filter((one) => !resumes(one))]) {
      const { funnel, offers } = candidate;
      Object.assign(facts, await customerFacts(funnel, found.subject, facts));
      const match = explain(funnel.when, facts);
      const about = { funnelId: funnel.id, clauses: clauseResults(funnel.when, facts).slice(0, MAX_CLAUSES) };
      if (!resumes(candidate)) {
        if (!match.holds) {
          const detail = match.failed ?? `${match.unknown.join(', ')} not known`;
          considered.push({ ...about, reason: 'no_matching_funnel', detail });
          continue;
        }
        const off = unavailable(`funnel ${funnel.id}`, funnel, context.now());
        if (off) {
          considered.push({ ...about, ...off });
          continue;
        }
      }
      const [step] = funnel.steps;
      const usual = step && offers[step.offer];
      if (!usual) continue;
      if (step.waitMs !== undefined) {
        const evaluation = { catalogHash: catalog.hash, considered: [...considered, about], facts };
        return waitFor(input, subject, snapshotOf(catalog, funnel, offers), step.waitMs, evaluation);
      }
      const shown = await showStep(context, {
        subject,
        funnelId: funnel.id,
        step: step.id,
        offer: usual,
        experiment: stepExperiment(funnel.id, step, offers),
        policy: catalog.policy,
        catalogHash: catalog.hash,
        holdout: { funnel, askedFor: !catalog.funnels.includes(funnel) },
        evaluation: { catalogHash: catalog.hash, considered: [...considered, about], facts },
      });
      if (shown.kind === 'presented') {
        const { presented } = shown;
        return { kind: 'presented', snapshot: snapshotOf(catalog, funnel, offers), presented };
      }
      considered.push({ ...about, reason: shown.reason, detail: shown.detail });
      // Not shown the next funnel instead: whoever is held out is shown nothing.
      if (shown.kind === 'held_out') {
        const evaluation = { catalogHash: catalog.hash, considered, facts };
        return end(input, 'holdout', evaluation, shown.exposures);
      }
      // No other funnel gets past an open offer; past a limit of this one, it may.
      if (shown.kind === 'not_opened' && shown.reason === 'offer_already_open') break;
    }
    const reason =
      considered.find((one) => one.reason !== 'no_matching_funnel')?.reason ?? 'no_matching_funnel';
    return end(input, reason, { catalogHash: catalog.hash, considered, facts });
  }

  /** What was matched now holds when the wait is over; everything else is seen then. */
  async function waitFor(
    input: EvaluateInput,
    { customerId, currency, subscription }: OfferSubject,
    snapshot: FunnelSnapshot,
    waitMs: number,
    evaluation: EvaluationRecord,
  ): Promise<Evaluation> {
    const { purchaseId } = input;
    const { id: funnelId, steps } = snapshot.funnel;
    const step = steps[0]?.id ?? '';
    const at = context.now();
    const { until } = await ledger.beginWait({
      purchaseId,
      funnelId,
      step,
      until: new Date(at.getTime() + waitMs).toISOString(),
      at: at.toISOString(),
      evaluation,
    });
    const subject = { customerId, currency, subscriptionId: subscription?.subscription_id };
    return { kind: 'waiting', snapshot, step, until, subject };
  }

  /** Written here, so that a run without an offer needs no second activity. */
  async function end(
    input: EvaluateInput,
    reason: ReasonCode,
    evaluation: EvaluationRecord,
    exposures?: Exposure[],
  ): Promise<Evaluation> {
    const at = context.now().toISOString();
    await settleIneligible(ledger, { purchaseId: input.purchaseId, reason, at, evaluation, exposures });
    return { kind: 'ineligible', reason };
  }

  async function situationOfPurchase(input: EvaluateInput): Promise<Situation | { reason: ReasonCode }> {
    if (input.paymentId === undefined) return { reason: 'no_matching_funnel' };
    // The webhook was a hint; what Dodo says now is decided on.
    const payment = await dodo.payments.retrieve(input.paymentId);
    if (context.now().getTime() - Date.parse(payment.created_at) > MAX_PURCHASE_AGE_MS)
      return { reason: 'purchase_too_old' };
    const subscriptionId = payment.subscription_id ?? onlyOne(payment.subscription_ids);
    const subscription =
      subscriptionId === undefined ? undefined : await dodo.subscriptions.retrieve(subscriptionId);
    const setsOff =
      payment.status === 'succeeded' &&
      payment.total_amount > 0 &&
      !payment.is_update_payment_method &&
      // Taken back before anything was offered for it.
      payment.refund_status !== 'full' &&
      payment.metadata[ATTEMPT_METADATA_KEY] === undefined &&
      !(subscription && (await paidBefore(subscription.subscription_id, payment)));
    if (!setsOff) return { reason: 'no_matching_funnel' };

    const cart = payment.product_cart ?? [];
    const productIds =
      cart.length > 0
        ? cart.map((item) => item.product_id)
        : subscription
          ? await plansBought(input.purchaseId, subscription)
          : [];
    const quantity =
      cart.length > 0 ? cart.reduce((sum, item) => sum + item.quantity, 0) : subscription?.quantity;
    const billing = billingOf(payment);
    return {
      payment,
      productIds,
      subject: {
        workflowId: input.workflowId,
        purchaseId: input.purchaseId,
        customerId: payment.customer.customer_id,
        currency: payment.currency,
        billing,
        subscription,
      },
      facts: {
        product_id: productIds.length > 0 ? productIds : undefined,
        amount: payment.total_amount,
        currency: payment.currency,
        country: billing.country,
        quantity,
        payment_method_type: methodTypes(payment),
        ...subscriptionFacts(subscription, context.now()),
      },
    };
  }

  /** As first seen: a run that is reset finds the plan that its own offer has led to meanwhile. */
  async function plansBought(
    purchaseId: string,
    { product_id }: DodoPayments.Subscription,
  ): Promise<string[]> {
    const known = (await ledger.purchase(purchaseId))?.purchase.productIds ?? [];
    return known.length > 0 ? known : [product_id];
  }

  /** A renewal or the payment of a plan change: the subscription was paid for before. */
  async function paidBefore(subscription_id: string, payment: DodoPayments.Payment): Promise<boolean> {
    for await (const other of listPayments(dodo, {
      subscription_id,
      status: 'succeeded',
      created_at_lte: payment.created_at,
    })) {
      if (other.payment_id !== payment.payment_id && other.created_at < payment.created_at) return true;
    }
    return false;
  }

  async function situationOfTrigger(input: EvaluateInput, event: TriggerEvent): Promise<Situation> {
    const { customerId, subscriptionId } = event;
    const subscription =
      subscriptionId === undefined
        ? await onlySubscription(customerId)
        : await dodo.subscriptions.retrieve(subscriptionId);
    // Somebody else's subscription is nobody's business.
    const own = subscription?.customer.customer_id === customerId ? subscription : undefined;
    const billing = own?.billing ? billingOf(own) : await lastBilling(customerId);
    const merchantFacts = Object.entries(event.facts ?? {}).map(
      ([name, value]) => [`facts.${name}`, value] as const,
    );
    return {
      productIds: event.productId === undefined ? [] : [event.productId],
      subject: {
        workflowId: input.workflowId,
        purchaseId: input.purchaseId,
        customerId,
        currency: own?.currency,
        billing,
        subscription: own,
      },
      facts: {
        product_id: event.productId,
        country: billing?.country,
        currency: own?.currency,
        quantity: own?.quantity,
        ...subscriptionFacts(own, context.now()),
        ...Object.fromEntries(merchantFacts),
      },
    };
  }

  async function onlySubscription(customer_id: string): Promise<DodoPayments.Subscription | undefined> {
    const { items } = await dodo.subscriptions.list({
      customer_id,
      status: 'active',
      page_number: 0,
      page_size: 2,
    });
    const id = onlyOne(items.map((item) => item.subscription_id));
    return id === undefined ? undefined : dodo.subscriptions.retrieve(id);
  }

  async function lastBilling(customer_id: string): Promise<BillingAddress | undefined> {
    let last: DodoPayments.PaymentListResponse | undefined;
    for await (const payment of listPayments(dodo, { customer_id, status: 'succeeded' })) {
      if (!last || payment.created_at > last.created_at) last = payment;
    }
    return last && billingOf(await dodo.payments.retrieve(last.payment_id));
  }

  /** Facts that cost a read are read only for rules that name them, and once. */
  async function customerFacts(funnel: Funnel, { customerId }: OfferSubject, known: Facts): Promise<Facts> {
    const more: Facts = {};
    if (!couldMatch(funnel.when, known)) return more;
    const named = factsIn(funnel.when);
    if (named.has('tenure_days') && known.tenure_days === undefined) {
      const customer = await dodo.customers.retrieve(customerId);
      more.tenure_days = daysSince(customer.created_at, context.now());
    }
    if (named.has('purchase_count') && known.purchase_count === undefined) {
      let count = 0;
      for await (const payment of listPayments(dodo, { customer_id: customerId, status: 'succeeded' })) {
        if (payment.total_amount > 0) count += 1;
      }
      more.purchase_count = count;
    }
    return more;
  }

  return { evaluate };
}

/** Funnels in the order they are tried; a plan the customer asked for by name needs none. */
function candidates(
  catalog: Catalog,
  input: EvaluateInput,
): { funnel: Funnel; offers: Record<string, Offer> }[] {
  const offers = offersFor(catalog, input.trigger, input.event);
  const named = funnelsInOrder(catalog, input.trigger).map((funnel) => ({ funnel, offers }));
  const requested = requestedPlan(input.trigger, input.event);
  return requested ? [...named, requested] : named;
}

function snapshotOf(catalog: Catalog, funnel: Funnel, offers: Record<string, Offer>): FunnelSnapshot {
  const { when: _, ...kept } = funnel;
  const used = [...new Set(funnel.steps.flatMap(offerIdsOf))];
  return {
    catalogHash: catalog.hash,
    policy: catalog.policy,
    funnel: kept,
    offers: Object.fromEntries(used.flatMap((id) => (offers[id] ? [[id, offers[id]]] : []))),
  };
}

function subscriptionFacts(subscription: DodoPayments.Subscription | undefined, now: Date): Facts {
  return {
    plan: subscription?.product_id,
    subscription_status: subscription?.status,
    subscription_age_days: subscription && daysSince(subscription.created_at, now),
  };
}

function daysSince(created: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(created)) / (24 * HOUR));
}

/** A card in a wallet is both: `card` and `apple_pay`. */
function methodTypes({ payment_method, payment_method_type }: DodoPayments.Payment): string[] | undefined {
  const types = [payment_method, payment_method_type].flatMap((type) => type ?? []);
  return types.length > 0 ? types : undefined;
}

function onlyOne<T>(items: readonly T[] | null | undefined): T | undefined {
  return items?.length === 1 ? items[0] : undefined;
}
