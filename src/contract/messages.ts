/**
 * Every message a run understands. Types and definitions only: the API, the CLI and app backends import
 * this file without the workflow code.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision, Outcome, PresentationStatus, ReasonCode, TriggerType } from '../domain/words.js';
import type { Notification } from '../domain/notification.js';
import { type PaymentEvent } from '../domain/payment.js';

/** How long this run waits for things, in milliseconds. Fixed when the run starts. */
export interface Timing {
  /** How long an unknown outcome is looked for before the attempt counts as absent. */
  reconcileWindowMs: number;
  /** First interval of polling when no webhook comes; it doubles. */
  pollIntervalMs: number;
}

/** What a merchant's backend told us that was not a purchase. */
export interface TriggerEvent {
  customerId: string;
  subscriptionId?: string;
  productId?: string;
  facts?: Record<string, string | number | boolean>;
}

export interface PurchaseInput {
  purchaseId: string;
  trigger: TriggerType;
  /** For every trigger but `purchase`. */
  event?: TriggerEvent;
  /** The checkout session, when the purchase was registered before payment. */
  checkoutSessionId?: string;
  timing: Timing;
  /** Whether the merchant's backend is told by webhook. */
  notify: boolean;
  /** What the search attributes were set to at the start, to save an upsert when the guess was right. */
  guess?: { funnelId: string; offerId: string; catalogHash?: string };
}

export interface PurchaseResult {
  outcome: Outcome;
  reason?: string;
  presentations: number;
}

/** A subscription as a webhook or a read told of it. */
export interface SubscriptionEvent {
  subscriptionId: string;
  type: string;
  status: string;
  productId: string;
  quantity: number;
  scheduledProductId?: string;
}

export interface AcceptRequest {
  presentationId: string;
  /** Refused when the price has moved from what this hash stands for. */
  priceHash?: string;
  /** What was chosen; what is shown, when left out. */
  option?: string;
  quantity?: number;
  /** What `priceHash` stands for, where it is a quoted price. Minor units. */
  dueNow?: number;
  /** Ids of the consents the customer gave. */
  consents?: string[];
  /** When the customer clicked; the arrival counts when left out. */
  at?: string;
}

export interface DeclineRequest {
  presentationId: string;
  at?: string;
}

export interface ViewRequest {
  presentationId: string;
  at?: string;
}

/** Fire-and-forget forms for app backends: without an id, the open presentation is meant. */
export type AcceptSignal = Partial<AcceptRequest>;
export type DeclineSignal = Partial<DeclineRequest>;

export interface DecisionReply {
  presentationId: string;
  status: PresentationStatus;
  decision: Decision;
  /** After a decline: the presentation that followed. */
  nextPresentationId?: string;
}

export interface OperatorRequest {
  presentationId: string;
  /** Required and recorded. */
  reason: string;
}

export interface ExtendRequest extends OperatorRequest {
  /** RFC 3339, in the future. */
  until: string;
}

export interface ResolveRequest extends OperatorRequest {
  paid: boolean;
  /** Dodo's payment, when the operator found one. */
  paymentId?: string;
}

/** From a plan-change child to its purchase run, when the way there is not straight. */
export interface FulfilmentProgress {
  presentationId: string;
  status: PresentationStatus;
  /** Whether the customer may ask for one more try. */
  mayRetry: boolean;
}

/** A pause that ends by itself. */
export interface Pause {
  subscriptionId: string;
  presentationId: string;
  /** As Dodo has it. A subscription that was paused at another time is paused by somebody else. */
  pausedAt: string;
  until: string;
}

/** A refund or dispute, as a webhook told of it. */
export interface ReversalEvent {
  kind: 'refund' | 'dispute';
  id: string;
  paymentId: string;
  /** Dodo's event type: `refund.succeeded`, `dispute.opened`, ... */
  type: string;
}

export interface ReversalInput {
  notify: boolean;
}

/** A payment of ours that came when its run had ended. */
export interface LatePaymentInput {
  paymentId: string;
  attemptId: string;
  notify: boolean;
}

/** A notification that could not be delivered, to be sent again under its own id. */
export interface RedeliveryInput {
  id: string;
  notification: Notification;
  /** The operator's, for the record. */
  reason: string;
}

export interface SweepInput {
  /** How far back payments are looked at. */
  windowMs: number;
}

export interface RunState {
  purchaseId: string;
  state: 'awaiting_payment' | 'evaluating' | 'waiting' | 'offering' | 'fulfilling' | 'settled';
  /** While waiting: for which step, and when its offer is made. */
  waiting?: { step: string; until: string };
  presentationId?: string;
  status?: PresentationStatus;
  offerId?: string;
  funnelId?: string;
  /** The version of the catalog it runs on. */
  catalogHash?: string;
  expiresAt?: string;
  outcome?: Outcome;
  /** Why there was no offer. */
  reason?: ReasonCode;
}

/** Codes a refused message fails with; the API answers with the same ones. */
export const refusal = {
  presentationNotFound: 'presentation_not_found',
  alreadyDecided: 'already_decided',
  priceChanged: 'price_changed',
  presentationExpired: 'presentation_expired',
  presentationWithdrawn: 'presentation_withdrawn',
  invalid: 'invalid_body',
} as const;

export const paymentEvent = defineSignal<[PaymentEvent]>('paymentEvent');
export const subscriptionEvent = defineSignal<[SubscriptionEvent]>('subscriptionEvent');
export const acceptOffer = defineSignal<[AcceptSignal?]>('acceptOffer');
export const declineOffer = defineSignal<[DeclineSignal?]>('declineOffer');
/** From a purchase run to its plan-change child. */
export const retryPlanChange = defineSignal('retryPlanChange');
/** The first purchase was taken back: its open offer ends. */
export const withdrawOffer = defineSignal<[{ reason: string }]>('withdrawOffer');
export const reversalEvent = defineSignal<[ReversalEvent]>('reversalEvent');
/** To the run that undoes something: Dodo has told of it. */
export const compensationEvent = defineSignal('compensationEvent');
/** To the run that waits for the end of an earlier pause. */
export const pausedAgain = defineSignal<[Pause]>('pausedAgain');
export const fulfilmentProgress = defineSignal<[FulfilmentProgress]>('fulfilmentProgress');

export const accept = defineUpdate<DecisionReply, [AcceptRequest]>('accept');
export const decline = defineUpdate<DecisionReply, [DeclineRequest]>('decline');
export const view = defineUpdate<{ viewedAt: string }, [ViewRequest]>('view');
export const withdraw = defineUpdate<DecisionReply, [OperatorRequest]>('withdraw');
export const extend = defineUpdate<{ expiresAt: string }, [ExtendRequest]>('extend');
export const resolve = defineUpdate<{ paid: boolean }, [ResolveRequest]>('resolve');

export const runState = defineQuery<RunState>('state');
