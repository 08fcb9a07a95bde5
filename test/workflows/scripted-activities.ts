/**
 * Activities that answer as scripted, and otherwise as a friendly Dodo would, from a few maps in memory. The workflow
 * code that calls them is the real one.
 */
import { setMaxListeners } from 'node:events';
import type { Activities } from '../../activities/index.js';
import type { Finding } from '../../src/domain/attempt.js';
import type { Closing } from '../../activities/afterwards/settle.js';
import { type SubscriptionEvent } from '../../src/contract/messages.js';
import { phaseOf, type PaymentEvent } from '../../src/domain/payment.js';
import { REFUSED_BY_MERCHANT, type Notification } from '../../src/domain/notification.js';
import { presentedAt, snapshotOf, type PurchaseFixture } from './purchase-fixture.js';

export type ActivityName = keyof Activities;
export type InputOf<N extends ActivityName> = Parameters<Activities[N]>[0];
export type ReplyOf<N extends ActivityName> = Awaited<ReturnType<Activities[N]>>;

export const ACTIVITY_NAMES = [
  'evaluate',
  'present',
  'startWait',
  'charge',
  'changePlan',
  'cancelReplacedSubscription',
  'lookUpPayment',
  'lookUpPlanChange',
  'lookUpLostPlanChange',
  'openFallback',
  'recordState',
  'settle',
  'saveSubscription',
  'resumeSubscription',
  'giveUpRetention',
  'giveUpResuming',
  'recordSecondPurchasePayment',
  'settleLatePayment',
  'recordReversal',
  'sweepPayments',
  'evaluateShadows',
  'mendPresentations',
  'mendPurchases',
  'findReversals',
  'mendCompensations',
  'mendReviews',
  'deleteExpired',
  'settleByWord',
  'closedOffer',
  'deliverNotification',
  'deliverEither',
  'buryNotification',
  'recordRedelivery',
  'compensate',
  'bulkStep',
  'giveUpCompensation',
  'followScheduledChange',
  'fenceAttempt',
  'askAgain',
] as const satisfies readonly ActivityName[];

/** The answer to one call: a value, a failure, or a function of the input. */
export type Answer<N extends ActivityName> =
  ReplyOf<N> | Error | ((input: InputOf<N>) => ReplyOf<N> | Promise<ReplyOf<N>>);

interface Call {
  name: ActivityName;
  input: unknown;
  /** When the activity began by the server's clock. Milliseconds since the epoch. */
  at: number;
}

export interface Hold {
  /** Resolves when the call has arrived. */
  reached: Promise<void>;
  release(): void;
}

/** Dodo's books. */
export interface Books {
  /** By attempt id. */
  payments: Map<string, PaymentEvent>;
  subscription: SubscriptionEvent;
  /** Ids of refunded payments. */
  refunded: string[];
  /** Whether payments carry our proof, as all do now; those of runs from before do not. */
  proven?: boolean;
}

export interface ScriptedActivities {
  fixture: PurchaseFixture;
  books: Books;
  /** What the merchant's backend received, in order. */
  delivered: Notification[];
  implementations: Activities;
  /** The activities that were called, in order. */
  calls(): ActivityName[];
  inputs<N extends ActivityName>(name: N): InputOf<N>[];
  /** When an activity was called by the server's clock. Milliseconds since the epoch. */
  times(name: ActivityName): number[];
  /** Answers the next calls of an activity, one each. */
  next<N extends ActivityName>(name: N, ...answers: Answer<N>[]): void;
  /** Answers every call that `next` has no answer for. `undefined` makes the activity friendly again. */
  always<N extends ActivityName>(name: N, answer: Answer<N> | undefined): void;
  /** Holds the next call of an activity until it is released, and then answers it as usual. */
  hold(name: ActivityName): Hold;
  /** Resolves when an activity has been called this often. */
  called(name: ActivityName, times?: number): Promise<void>;
  /** Changes the payment of an attempt in Dodo's books, without a webhook. */
  book(attemptId: string, status: string, errorCode?: string): PaymentEvent;
  /** Ends all waits for calls and for answers of the run with this error, because none will come. */
  abandon(error: Error): void;
  /** Aborted by `abandon`, with its error. */
  abandoned: AbortSignal;
}

/** @param now the server's time in milliseconds since the epoch */
export function scriptActivities(fixture: PurchaseFixture, now: () => Promise<number>): ScriptedActivities {
  const calls: Call[] = [];
  const scripted = new Map<ActivityName, unknown[]>();
  const standing = new Map<ActivityName, unknown>();
  const holds = new Map<ActivityName, { reached: () => void; released: Promise<void> }>();
  const waiting = new Set<() => void>();
  const books: Books = { payments: new Map(), subscription: { ...fixture.subscription }, refunded: [] };
  const delivered: Notification[] = [];
  const presentationOf = new Map<string, string>();
  /** Checkout sessions of fallbacks, by attempt id. */
  const sessions = new Map<string, string>();
  const paidBy = new Map<string, string | undefined>();
  let presented: string | undefined;
  const abandonment = new AbortController();
  // Every call to the server adds a listener.
  setMaxListeners(0, abandonment.signal);
  const neverCalled = new Promise<never>((_resolve, reject) => {
    abandonment.signal.addEventListener('abort', () => reject(abandonment.signal.reason as Error));
  });
  neverCalled.catch(() => undefined);

  /** Rejects once the activities are abandoned; without an unhandled rejection if the test no longer waits. */
  function unlessAbandoned<T>(promise: Promise<T>): Promise<T> {
    const either = Promise.race([promise, neverCalled]);
    either.catch(() => undefined);
    return either;
  }

  function book(attemptId: string, status: string, errorCode?: string): PaymentEvent {
    const payment: PaymentEvent = {
      paymentId: `pay_${attemptId}`,
      status,
      attemptId,
      customerId: fixture.customerId,
      amount: fixture.dueNow,
      currency: fixture.currency,
      ...(sessions.has(attemptId) && { sessionId: sessions.get(attemptId) }),
      ...(errorCode !== undefined && { errorCode }),
      ...(books.proven && { proven: true }),
    };
    books.payments.set(attemptId, payment);
    return payment;
  }

  function found(attemptId: string): Finding {
    const payment = books.payments.get(attemptId);
    return payment ? { kind: 'payment', payment } : { kind: 'absent' };
  }

  function closed(closing: Closing | undefined): void {
    if (!closing) return;
    const { presentationId, paid } = closing;
    if (paid) paidBy.set(presentationId, paid.paymentId);
  }

  const friendly: Activities = {
    async evaluate() {
      const [first] = fixture.steps;
      if (!first) return { kind: 'ineligible', reason: 'no_matching_funnel' };
      if (first.waitMs !== undefined) {
        const { customerId, currency, subscription } = fixture;
        const subject = { customerId, currency, subscriptionId: subscription.subscriptionId };
        const until = new Date((await now()) + first.waitMs).toISOString();
        return { kind: 'waiting', snapshot: snapshotOf(fixture), step: first.id, until, subject };
      }
      presented = first.id;
      return { kind: 'presented', snapshot: snapshotOf(fixture), presented: presentedAt(fixture, first.id) };
    },
    async present({ step, previous }) {
      closed(previous);
      presented = step;
      return { kind: 'presented', presented: presentedAt(fixture, step) };
    },
    async startWait({ previous, until }) {
      closed(previous);
      return { until };
    },
    async recordSecondPurchasePayment() {},
    async charge({ attemptId }) {
      return { kind: 'submitted', paymentId: book(attemptId, 'processing').paymentId };
    },
    async changePlan({ attemptId, presentationId }) {
      presentationOf.set(attemptId, presentationId);
      return { kind: 'submitted', paymentId: book(attemptId, 'processing').paymentId };
    },
    async cancelReplacedSubscription() {
      books.subscription.status = 'cancelled';
    },
    lookUpPayment: async ({ attemptId }) => found(attemptId),
    async lookUpPlanChange({ attemptId, productId, quantity, dueNow }) {
      const { subscription } = books;
      const payment = books.payments.get(attemptId);
      const paid = payment !== undefined && phaseOf(payment.status) === 'paid';
      const changed = subscription.productId === productId && subscription.quantity === quantity;
      if (subscription.scheduledProductId === productId || (changed && (paid || dueNow === 0)))
        return { kind: 'done', payment };
      if (paid) return { kind: 'payment', payment: { ...payment, status: 'processing' } };
      return found(attemptId);
    },
    async lookUpLostPlanChange({ presentationId, productId, dueNow }) {
      const { subscription, payments } = books;
      const attemptId = [...presentationOf].find(([, of]) => of === presentationId)?.[0] ?? '';
      const payment = payments.get(attemptId);
      const isPaid = dueNow === 0 || (payment !== undefined && phaseOf(payment.status) === 'paid');
      return subscription.productId === productId && isPaid
        ? { kind: 'fulfilled', paidVia: 'attempt', newSubscription: false, attemptId, payment }
        : { kind: 'open' };
    },
    async openFallback({ attemptId, presentationId }) {
      presentationOf.set(attemptId, presentationId);
      return { kind: 'checkout', sessionId: `cks_${attemptId}`, retry: false };
    },
    async recordState() {},
    fenceAttempt: async () => ({ neverSent: true }),
    askAgain: async ({ attemptId, price }) => ({ dueNow: price.dueNow, priceHash: `again_${attemptId}` }),
    async settle({ presentation }) {
      if (presentation) closed(presentation);
    },
    async saveSubscription({ offer, refused }) {
      if (refused !== undefined) return { kind: 'refused', code: refused };
      if (offer.action.kind !== 'pause') return { kind: 'done' };
      books.subscription.status = 'paused';
      return { kind: 'done', pausedAt: new Date(await now()).toISOString() };
    },
    async resumeSubscription() {
      books.subscription.status = 'active';
    },
    async giveUpRetention() {
      return { kind: 'refused', code: 'UNPROVEN' };
    },
    async giveUpResuming() {},
    async settleLatePayment({ attemptId, paymentId, compensates, rejected }) {
      const presentationId = presentationOf.get(attemptId);
      if (presentationId === undefined) return { kind: 'nothing' };
      if (!paidBy.has(presentationId) && !rejected) {
        paidBy.set(presentationId, paymentId);
        return { kind: 'fulfilled', presentationId, purchaseId: fixture.purchaseId };
      }
      if (paidBy.get(presentationId) === paymentId) return { kind: 'nothing' };
      if (compensates) {
        const { purchaseId } = fixture;
        const refund = { kind: 'refund' as const, paymentId, attemptId, amount: 0, currency: 'USD' };
        return { kind: 'goes_back', undo: [{ ...refund, presentationId, purchaseId }] };
      }
      books.refunded.push(paymentId);
      return { kind: 'refunded' };
    },
    async recordReversal({ type }) {
      if (type === 'refund.succeeded' && presented !== undefined) return { withdraw: fixture.workflowId };
      return {};
    },
    sweepPayments: async () => ({ seen: 0, told: 0 }),
    evaluateShadows: async () => ({ purchases: 0, requests: 0 }),
    mendPresentations: async () => ({}),
    mendPurchases: async () => ({}),
    findReversals: async () => ({}),
    mendCompensations: async () => ({}),
    mendReviews: async () => ({}),
    deleteExpired: async () => ({}),
    settleByWord: async () => ({ kind: 'nothing' }),
    closedOffer: async () => ({ kind: 'failed' }),
    async deliverNotification(notification) {
      delivered.push(notification);
    },
    // As the real one: each is one delivery, and fares as scripted for it.
    async deliverEither([first, second]) {
      try {
        await answer('deliverNotification', first);
        return 'first';
      } catch (failure) {
        if ((failure as { type?: unknown }).type === REFUSED_BY_MERCHANT) throw failure;
        await answer('deliverNotification', second).catch(() => {
          throw failure;
        });
        return 'second';
      }
    },
    async buryNotification() {},
    async recordRedelivery() {},
    async compensate(input) {
      if (input.kind === 'refund') books.refunded.push(input.paymentId);
      return { kind: 'ended', status: 'confirmed' };
    },
    async followScheduledChange() {
      return { kind: 'happened' };
    },
    async bulkStep() {
      return { kind: 'ended' };
    },
    async giveUpCompensation() {
      return { kind: 'pending' };
    },
  };

  async function answer<N extends ActivityName>(name: N, input: InputOf<N>): Promise<ReplyOf<N>> {
    calls.push({ name, input, at: await now() });
    for (const look of waiting) look();
    // Whatever it answers, its payment may come.
    if (name === 'charge') {
      const { attemptId, presentationId } = input as InputOf<'charge'>;
      presentationOf.set(attemptId, presentationId);
    }
    const hold = holds.get(name);
    if (hold) {
      holds.delete(name);
      hold.reached();
      await unlessAbandoned(hold.released);
    }
    const script = scripted.get(name)?.shift() ?? standing.get(name);
    if (script === undefined) {
      const usual = friendly[name] as (input: InputOf<N>) => Promise<ReplyOf<N>>;
      return usual(input);
    }
    if (script instanceof Error) throw script;
    if (typeof script === 'function') return (script as (input: InputOf<N>) => Promise<ReplyOf<N>>)(input);
    return script as ReplyOf<N>;
  }

  const implementations = Object.fromEntries(
    ACTIVITY_NAMES.map((name) => [name, (input: InputOf<typeof name>) => answer(name, input)]),
  ) as unknown as Activities;

  const count = (name: ActivityName) => calls.filter((call) => call.name === name).length;
  return {
    fixture,
    books,
    delivered,
    implementations,
    book,
    abandon: (error) => abandonment.abort(error),
    abandoned: abandonment.signal,
    calls: () => calls.map(({ name }) => name),
    inputs: <N extends ActivityName>(name: N) =>
      calls.filter((call) => call.name === name).map(({ input }) => input as InputOf<N>),
    times: (name) => calls.filter((call) => call.name === name).map(({ at }) => at),
    next(name, ...answers) {
      scripted.set(name, [...(scripted.get(name) ?? []), ...answers]);
    },
    always(name, standingAnswer) {
      if (standingAnswer === undefined) standing.delete(name);
      else standing.set(name, standingAnswer);
    },
    hold(name) {
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      const reached = new Promise<void>((resolve) => holds.set(name, { reached: resolve, released }));
      return { reached: unlessAbandoned(reached), release };
    },
    called: (name, times = 1) =>
      unlessAbandoned(
        new Promise((resolve) => {
          const look = () => {
            if (count(name) < times) return;
            waiting.delete(look);
            resolve();
          };
          waiting.add(look);
          look();
        }),
      ),
  };
}
