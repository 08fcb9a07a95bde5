/** Finds out what came of a plan change whose run was ended from outside. */
import type { Addon } from '../../src/domain/offers.js';
import type { AttemptRecord } from '../../src/domain/attempt.js';
import { workflowId, workflowOfAttempt } from '../../src/domain/ids.js';
import { phaseOf, type PaymentEvent } from '../../src/domain/payment.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import { judgedAttempt } from '../../src/domain/evidence.js';
import { judgePayment, seenPayment } from '../../src/domain/verdict.js';
import type { ActivityContext } from '../context.js';
import { reviewDiffering } from './differing.js';
import { lookUpActivities } from './look-up.js';

export interface LostPlanChangeInput {
  purchaseId: string;
  presentationId: string;
  customerId: string;
  subscriptionId: string;
  productId: string;
  quantity: number;
  /** Set if the change sets the add-ons. */
  addons?: Addon[];
  /** The amount due at the click. Minor units. */
  dueNow: number;
  /** When the offer was accepted. */
  since: string;
  /** When its run was found to have ended. Milliseconds since the epoch. */
  lostAt: number;
  /** How long an attempt is looked for before it counts as absent. */
  reconcileWindowMs: number;
}

/** What came of it. `told`: a late payment has settled the offer, and the merchant knows. */
export type LostPlanChange =
  | {
      kind: 'fulfilled';
      paidVia: 'attempt' | 'fallback';
      newSubscription: boolean;
      attemptId: string;
      payment?: PaymentEvent;
      told?: true;
    }
  | { kind: 'failed' }
  /** It may still go either way. */
  | { kind: 'open' };

/** A run that is gone may have left an activity behind, which records its attempt within this time or not at all. */
const LONGEST_ACTIVITY_MS = 5 * 60_000;
/** A checkout or payment link lives for a day; its payment may be seen a little later. */
const LINK_LIFE_MS = (24 * 60 + 15) * 60_000;

export function lostPlanChangeActivities(context: ActivityContext) {
  const { ledger, now } = context;
  const lookUps = lookUpActivities(context);

  /** The attempts of the change, oldest first. Each is in the timeline from the moment it may be sent. */
  async function attemptsOf({ purchaseId, presentationId, subscriptionId }: LostPlanChangeInput) {
    const { timeline = [] } = (await ledger.purchase(purchaseId)) ?? {};
    const ids = timeline.flatMap(({ detail }) => {
      const id = detail?.presentationId === presentationId ? detail.attemptId : undefined;
      const isOurs =
        typeof id === 'string' && workflowOfAttempt(id) === workflowId.planChange(subscriptionId);
      return isOurs ? [id] : [];
    });
    const found = await Promise.all([...new Set(ids)].map((id) => ledger.attempt(id)));
    return found.filter((attempt) => attempt !== undefined);
  }

  async function outcomeOf(input: LostPlanChangeInput, attempt: AttemptRecord): Promise<LostPlanChange> {
    const { presentationId, customerId, since } = input;
    const { attemptId, paymentId } = attempt;
    const about = { attemptId, presentationId, customerId, since, paymentId };
    const age = now().getTime() - Date.parse(attempt.createdAt);
    if (attempt.kind !== 'fallback') {
      const finding = await lookUps.lookUpPlanChange({ ...input, ...about });
      const changed = {
        kind: 'fulfilled',
        paidVia: 'attempt',
        newSubscription: false,
        attemptId,
        payment: finding.kind === 'absent' ? undefined : finding.payment,
      } as const;
      if (finding.kind === 'done') return unlessDiffering(input, attempt, finding.payment, changed);
      if (finding.kind === 'payment') {
        const phase = phaseOf(finding.payment.status);
        // Only what is not as it was accepted counts as paid before the plan is changed.
        if (phase === 'paid') return unlessDiffering(input, attempt, finding.payment, changed);
        return phase === 'failed' ? FAILED : OPEN;
      }
      const neverSent = attempt.status === 'rejected' || attempt.status === 'absent';
      return neverSent || age > input.reconcileWindowMs ? FAILED : OPEN;
    }
    const finding = await lookUps.lookUpPayment(about);
    const payment = finding.kind === 'payment' ? finding.payment : undefined;
    const judged = payment && judge(payment, attempt, customerId);
    if (judged?.kind === 'counts' || judged?.kind === 'review') {
      const newSubscription = attempt.sessionId !== undefined;
      const paid = { kind: 'fulfilled', paidVia: 'fallback', newSubscription, attemptId, payment } as const;
      return unlessDiffering(input, attempt, payment, paid);
    }
    const isUnderWay = judged?.kind === 'undecided' && judged.phase !== 'failed';
    return isUnderWay || age <= LINK_LIFE_MS ? OPEN : FAILED;
  }

  function judge(payment: PaymentEvent, attempt: AttemptRecord, customerId: string) {
    return judgePayment(seenPayment(payment), judgedAttempt(attempt, { customerId }));
  }

  /** Leaves it open while a person has to look at a payment that is not what was accepted; their word decides. */
  async function unlessDiffering(
    { presentationId, customerId }: LostPlanChangeInput,
    attempt: AttemptRecord,
    payment: PaymentEvent | undefined,
    fulfilled: LostPlanChange,
  ): Promise<LostPlanChange> {
    const judged = payment && judge(payment, attempt, customerId);
    if (!payment || judged?.kind !== 'review') return fulfilled;
    const { attemptId } = attempt;
    const about = { attemptId, presentationId, attempt, source: 'look_up' } as const;
    const { status, resolution } = await reviewDiffering(context, payment, judged.doubt, about);
    if (status === 'open') return OPEN;
    return resolution?.paid === true ? fulfilled : FAILED;
  }

  return {
    /**
     * Looks a plan change up of which nobody knows how it ended: each of its attempts, and its fallback.
     *
     * Dodo: reads the subscription and the payments of the attempts. Ledger: reads the attempts; records what the
     * look-ups record, and opens a review of a payment that is not what was accepted. Repeated: reads again.
     *
     * @throws as `lookUpPlanChange`
     */
    async lookUpLostPlanChange(input: LostPlanChangeInput): Promise<LostPlanChange> {
      const presentation = await ledger.presentation(input.presentationId);
      const attempts = await attemptsOf(input);
      if (presentation?.status === 'paid') return paidLate(presentation, attempts);
      if (attempts.length === 0) return now().getTime() - input.lostAt > LONGEST_ACTIVITY_MS ? FAILED : OPEN;
      let isOpen = false;
      for (const attempt of attempts) {
        const outcome = await outcomeOf(input, attempt);
        if (outcome.kind === 'fulfilled') return outcome;
        isOpen ||= outcome.kind === 'open';
      }
      return isOpen ? OPEN : FAILED;
    },
  };
}

const OPEN: LostPlanChange = { kind: 'open' };
const FAILED: LostPlanChange = { kind: 'failed' };

function paidLate(
  { id, paymentId, paidAmount, recovered, price, customerId }: PresentationRecord,
  attempts: readonly AttemptRecord[],
): LostPlanChange {
  const paid = attempts.find((attempt) => paymentId !== undefined && attempt.paymentId === paymentId);
  const attemptId = (paid ?? attempts.at(-1))?.attemptId ?? id;
  const payment =
    paymentId === undefined
      ? undefined
      : {
          paymentId,
          status: 'succeeded',
          attemptId,
          customerId,
          currency: price.currency,
          ...(paidAmount !== undefined && { amount: paidAmount }),
        };
  return {
    kind: 'fulfilled',
    paidVia: recovered ? 'fallback' : 'attempt',
    newSubscription: false,
    attemptId,
    payment,
    told: true,
  };
}
