/**
 * Every message a run understands, and the inputs and results of runs. Types and definitions only: the API, the CLI and
 * app backends import this file without the workflow code.
 *
 * Names and shapes are a public interface, and they are in recorded histories. Times are RFC 3339 UTC strings, money is in
 * minor units.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision, Outcome, PresentationStatus, ReasonCode, TriggerType } from '../domain/words.js';
import type { Addon } from '../domain/offers.js';
import type { Notification } from '../domain/notification.js';
import type { PaymentEvent } from '../domain/payment.js';
import type { MerchantFacts } from '../domain/purchase.js';
import type { PlanChangeAnswer, PlanChangeClaim } from './plan-change.js';

/** How long a run waits, in milliseconds. Fixed when the run starts. */
export interface Timing {
  /** How long an attempt with an unknown outcome is looked up before it counts as absent. */
  reconcileWindowMs: number;
  /** The first polling interval when no webhook comes; it doubles. */
  pollIntervalMs: number;
  /** How long the customer may take to confirm a charge with their bank. Absent in runs that began before it existed. */
  actionWindowMs?: number;
  /** How long after the click an acceptance may be sent. Absent in runs that began before it existed. */
  sendWindowMs?: number;
}

/** A trigger that the merchant's backend sent. */
export interface TriggerEvent {
  customerId: string;
  subscriptionId?: string;
  productId?: string;
  /** In runs that the API started, the ledger has them instead: a history is no place for what a merchant knows of somebody. */
  facts?: MerchantFacts;
}

/** A change of plan that waits for the next billing date. */
export interface ScheduledChangeInput {
  presentationId: string;
  purchaseId: string;
  /** The attempt that scheduled it. */
  attemptId: string;
  subscriptionId: string;
  productId: string;
  quantity: number;
  /** Set if the change sets the add-ons. */
  addons?: Addon[];
  notify: boolean;
}

/** The input of a purchase run. */
export interface PurchaseInput {
  purchaseId: string;
  trigger: TriggerType;
  /** Set for every trigger but `purchase`. */
  event?: TriggerEvent;
  /** The checkout session, when the purchase was registered before payment. */
  checkoutSessionId?: string;
  timing: Timing;
  /** The merchant's backend is notified by webhook. */
  notify: boolean;
  /** The search attributes set at the start; if the guess was right, an upsert is saved. */
  guess?: { funnelId: string; offerId: string; catalogHash?: string };
}

/** The result of a purchase run. */
export interface PurchaseResult {
  outcome: Outcome;
  /** Why there was no offer. */
  reason?: string;
  /** How many offers were shown. */
  presentations: number;
}

/** A subscription as a webhook or a read reported it. */
export interface SubscriptionEvent {
  subscriptionId: string;
  type: string;
  status: string;
  productId: string;
  quantity: number;
  addons?: Addon[];
  scheduledProductId?: string;
  scheduledQuantity?: number;
  scheduledAddons?: Addon[];
}

/** The customer accepts an offer. */
export interface AcceptRequest {
  presentationId: string;
  /** The price the customer saw; the accept is refused if the price has changed since. */
  priceHash?: string;
  /** The chosen option; the one shown if left out. */
  option?: string;
  /** The chosen quantity; the one shown if left out. */
  quantity?: number;
  /** The amount `priceHash` stands for, if it is a quoted price. Minor units. */
  dueNow?: number;
  /** Ids of the consents the customer gave. */
  consents?: string[];
  /** The hash of what the customer was shown, which the ledger keeps in clear. */
  evidence?: string;
  /** When the customer clicked; the time of arrival if left out. */
  at?: string;
}

/** The customer declines an offer. */
export interface DeclineRequest {
  presentationId: string;
  /** When the customer clicked; the time of arrival if left out. */
  at?: string;
}

/** The customer has seen an offer. */
export interface ViewRequest {
  presentationId: string;
  /** When it was seen; the time of arrival if left out. */
  at?: string;
}

/** Accepts without waiting for an answer. Without an id, the open presentation is meant. */
export type AcceptSignal = Partial<AcceptRequest>;
/** Declines without waiting for an answer. Without an id, the open presentation is meant. */
export type DeclineSignal = Partial<DeclineRequest>;

/** The answer to a decision. */
export interface DecisionReply {
  presentationId: string;
  status: PresentationStatus;
  /** The decision that stands. */
  decision: Decision;
  /** The presentation that followed, if there is one. */
  nextPresentationId?: string;
}

/** An operator's command about one presentation. */
export interface OperatorRequest {
  presentationId: string;
  /** Required and recorded. */
  reason: string;
}

/** An operator extends the window of an open offer. */
export interface ExtendRequest extends OperatorRequest {
  /** The new end of the window; in the future. */
  until: string;
}

/** An operator's verdict on an attempt that cannot be proven. */
export interface ResolveRequest extends OperatorRequest {
  paid: boolean;
  /** Dodo's payment, if the operator found one. */
  paymentId?: string;
  /** That payment as Dodo showed it when the operator named it. */
  payment?: PaymentEvent;
}

/** The input of a resolution run: it settles an offer by an operator's word, because its own run is gone. */
export interface ResolutionInput {
  reviewId: string;
  presentationId: string;
  purchaseId: string;
  paid: boolean;
  /** The attempt in doubt. */
  attemptId?: string;
  /** What the offer was paid with. */
  payment?: PaymentEvent;
  reason: string;
  notify?: boolean;
}

/** The input of a closing run: an offer is settled as unpaid, because its own run is gone. */
export interface ClosingInput {
  presentationId: string;
  purchaseId: string;
  notify?: boolean;
}

/** The input of a janitor run. Milliseconds. */
export interface JanitorInput {
  /** How far back refunds and disputes are read. */
  windowMs: number;
  /** How long after an attempt a search that finds nothing proves that it was never made. */
  reconcileWindowMs: number;
  /** How long a run is left alone before it may count as gone. */
  graceMs: number;
}

/** Sent by a plan-change run to its purchase run when the change does not go straight through. */
export interface FulfilmentProgress {
  presentationId: string;
  status: PresentationStatus;
  /** The customer may ask for one retry. */
  mayRetry: boolean;
}

/** The input of a pause run: a pause that ends by itself. */
export interface Pause {
  subscriptionId: string;
  presentationId: string;
  /** As Dodo reports it. A subscription paused at any other time was not paused by us. */
  pausedAt: string;
  until: string;
}

/** A refund or dispute as a webhook reported it. */
export interface ReversalEvent {
  kind: 'refund' | 'dispute';
  id: string;
  paymentId: string;
  /** Dodo's event type: `refund.succeeded`, `dispute.opened`, ... */
  type: string;
  /** The refunded or disputed amount. Minor units of `currency`; both are absent where the event does not say. */
  amount?: number;
  currency?: string;
  /** It is a refund of a part, whether or not it says how much of it. */
  partial?: true;
}

/** The input of a reversal run. */
export interface ReversalInput {
  notify: boolean;
}

/** The input of a late-payment run: a payment of ours that no run waits for any more. */
export interface LatePaymentInput {
  paymentId: string;
  attemptId: string;
  notify: boolean;
  /** A person has decided that it does not pay for the offer: it goes back. */
  rejected?: boolean;
}

/** The input of a redelivery run: a notification that could not be delivered is sent again under its own id. */
export interface RedeliveryInput {
  id: string;
  notification: Notification;
  /** The operator's reason, for the record. */
  reason: string;
}

/** The input of a sweep. */
export interface SweepInput {
  /** How far back payments are read. Milliseconds. */
  windowMs: number;
}

/** The state of a purchase run, as the query `state` returns it. */
export interface RunState {
  purchaseId: string;
  state: 'awaiting_payment' | 'evaluating' | 'waiting' | 'offering' | 'fulfilling' | 'settled';
  /** While waiting: the step, and when it is offered. */
  waiting?: { step: string; until: string };
  presentationId?: string;
  /** The status of that presentation. */
  status?: PresentationStatus;
  offerId?: string;
  funnelId?: string;
  /** The catalog version the run uses. */
  catalogHash?: string;
  expiresAt?: string;
  outcome?: Outcome;
  /** Why there was no offer. */
  reason?: ReasonCode;
}

/** The codes a refused message fails with, as the type of an `ApplicationFailure`. The API answers with the same ones. */
export const refusal = {
  presentationNotFound: 'presentation_not_found',
  alreadyDecided: 'already_decided',
  priceChanged: 'price_changed',
  presentationExpired: 'presentation_expired',
  presentationWithdrawn: 'presentation_withdrawn',
  invalid: 'invalid_body',
  consentRequired: 'consent_required',
} as const;

/** From webhooks and the sweep: a payment changed at Dodo. */
export const paymentEvent = defineSignal<[PaymentEvent]>('paymentEvent');
/** From webhooks, to the plan-change run: the subscription changed at Dodo. */
export const subscriptionEvent = defineSignal<[SubscriptionEvent]>('subscriptionEvent');
export const acceptOffer = defineSignal<[AcceptSignal?]>('acceptOffer');
export const declineOffer = defineSignal<[DeclineSignal?]>('declineOffer');
/** From a purchase run to its plan-change run: the customer asks for one retry. */
export const retryPlanChange = defineSignal('retryPlanChange');
/** From a purchase run that was reset, to the run that holds the subscription: is it carrying out this offer? */
export const adoptPlanChange = defineSignal<[PlanChangeClaim]>('adoptPlanChange');
/** From a purchase run to the run that holds the subscription: the customer wants something else now. */
export const supersedePlanChange = defineSignal<[PlanChangeClaim]>('supersedePlanChange');
/** The answer to either, to the purchase run that asked. */
export const planChangeAnswer = defineSignal<[PlanChangeAnswer]>('planChangeAnswer');
/** Ends the open offer, for instance because the purchase was refunded. */
export const withdrawOffer = defineSignal<[{ reason: string }]>('withdrawOffer');
/** From webhooks, to a reversal run. */
export const reversalEvent = defineSignal<[ReversalEvent]>('reversalEvent');
/** To a compensation run: Dodo has told of what it undoes. */
export const compensationEvent = defineSignal('compensationEvent');
/** To a late-payment run: an operator has resolved the review of its payment. */
export const reviewResolved = defineSignal('reviewResolved');
/** To a pause run that waits for the end of an earlier pause: the new one counts. */
export const pausedAgain = defineSignal<[Pause]>('pausedAgain');
export const fulfilmentProgress = defineSignal<[FulfilmentProgress]>('fulfilmentProgress');

/** Accepts an offer. Answers when the outcome of the payment is known. */
export const accept = defineUpdate<DecisionReply, [AcceptRequest]>('accept');
/** Declines an offer. Answers with the next one, if there is one. */
export const decline = defineUpdate<DecisionReply, [DeclineRequest]>('decline');
export const view = defineUpdate<{ viewedAt: string }, [ViewRequest]>('view');
export const withdraw = defineUpdate<DecisionReply, [OperatorRequest]>('withdraw');
export const extend = defineUpdate<{ expiresAt: string }, [ExtendRequest]>('extend');
export const resolve = defineUpdate<{ paid: boolean }, [ResolveRequest]>('resolve');

/** The current state of a purchase run. */
export const runState = defineQuery<RunState>('state');
