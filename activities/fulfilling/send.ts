/**
 * The line every attempt goes through: is it too late, does the price still stand, record it, send it once,
 * write down the reply. After `record`, nothing may throw: a reply that is lost here would be asked for again.
 */
import type DodoPayments from 'dodopayments';
import { renderCopy } from '../../src/catalog/copy.js';
import { isAboveOneClick } from '../../src/domain/choice.js';
import { classify, isKeyRejected } from '../../src/dodo/errors.js';
import { findAttempt } from '../../src/dodo/payments.js';
import { currentPrice, readProduct } from '../../src/dodo/pricing.js';
import type { BillingAddress } from '../../src/domain/purchase.js';
import type { AttemptKind } from '../../src/domain/words.js';
import type { Price } from '../../src/domain/presentation.js';
import { acceptedTerms, reopenedAt, type AcceptedTerms } from './accepted-terms.js';
import { type AttemptInput, type SendReply } from '../../src/domain/attempt.js';
import { runOfAttempt } from '../../src/domain/ids.js';
import type { ActivityContext } from '../context.js';
import { isLessCredit } from '../../src/domain/credit.js';
import { RECONCILING_MESSAGE } from './look-up.js';

export interface PreparedRequest {
  /** A code, when it is plain before asking that Dodo would refuse. */
  refused?: string;
  billing?: BillingAddress;
  subscription?: DodoPayments.Subscription;
}

export interface Submitted {
  paymentId?: string | null;
  sessionId?: string;
}

/** Refused here, before Dodo is asked. */
export const ONE_CLICK_LIMIT = 'ONE_CLICK_LIMIT';

/** Within the 45 s of the activity there must be time for the request itself. */
const TOO_LONG_MS = 18_000;

export async function sendAttempt(
  context: ActivityContext,
  kind: AttemptKind,
  input: AttemptInput,
  steps: {
    /** Reads what the request needs. Nothing has been sent when it fails. */
    prepare: () => Promise<PreparedRequest>;
    /** The one request that moves money. */
    post: (prepared: PreparedRequest) => Promise<Submitted>;
  },
): Promise<SendReply> {
  const { ledger, dodo, log } = context;
  const { attemptId, presentationId } = input;

  const started = performance.now();
  let prepared: PreparedRequest;
  let dueNow: number;
  try {
    if (context.now().getTime() > input.sendBefore)
      return { kind: 'not_sent', detail: 'Too late: the window is over.' };
    const { customerId, price, offer } = input;
    // A reset run or a restored backup goes through its attempts again, and only Dodo remembers.
    const search = findAttempt(dodo, { attemptId, customerId, since: input.runStartedAt });
    const pricing = steps.prepare().then(async (ready) => ({
      ready,
      now:
        ready.refused === undefined
          ? await currentPrice(dodo, offer, { customerId, currency: price.currency, ...ready })
          : undefined,
    }));
    const [found, known, priced] = await Promise.allSettled([search, ledger.attempt(attemptId), pricing]);
    if (found.status === 'rejected') throw notSent(found.reason as unknown);
    if (known.status === 'rejected') throw notSent(known.reason as unknown);
    const sent = found.value;
    if (sent && (known.value !== undefined || isWorth(sent, price))) {
      return { kind: 'submitted', paymentId: sent.payment_id };
    }
    if (sent)
      log.error({ attemptId, paymentId: sent.payment_id }, 'a payment bears the name of an attempt not made');
    if (known.value !== undefined) {
      return { kind: 'unknown', detail: 'This attempt was recorded before; it is not sent again.' };
    }
    if (priced.status === 'rejected') throw priced.reason as Error;
    const { ready, now } = priced.value;
    prepared = ready;
    if (prepared.refused !== undefined) return { kind: 'rejected', code: prepared.refused };
    if (!now) return { kind: 'rejected', code: 'NO_BILLING_ADDRESS' };
    const agreed = await acceptedTerms(context, input, 'one_click');
    const moved = now.hash !== price.hash || now.dueNow !== price.dueNow;
    if (moved && (await isWorse(context, input, now, { agreed, subscription: ready.subscription })))
      return await repriced(context, input, now);
    // Whatever was shown: more than this is paid at a page of Dodo's or not at all.
    if (isAboveOneClick(now, input.oneClickLimit)) return { kind: 'rejected', code: ONE_CLICK_LIMIT };
    dueNow = now.dueNow;
    const consents = input.consents?.join(', ');
    const recorded = await ledger.recordAttempt(
      {
        attemptId,
        presentationId,
        kind,
        workflowId: runOfAttempt(attemptId),
        status: 'recorded',
        amount: dueNow,
        currency: price.currency,
        createdAt: context.now().toISOString(),
      },
      {
        status: 'charging',
        decision: 'accepted',
        decidedAt: input.acceptedAt,
        message: null,
        ...agreed.patch,
      },
      [
        { at: input.acceptedAt, type: 'accepted', detail: { presentationId, ...(consents && { consents }) } },
        { at: context.now().toISOString(), type: 'attempt_recorded', detail: { presentationId, attemptId } },
      ],
    );
    if (!recorded)
      return { kind: 'unknown', detail: 'This attempt was recorded before; it is not sent again.' };
    if (performance.now() - started > TOO_LONG_MS) {
      await ledger.updateAttempt(attemptId, { status: 'absent' });
      return { kind: 'not_sent', detail: 'It took too long to get ready; the run may have moved on.' };
    }
  } catch (error) {
    const failure = classify(error);
    log.warn({ attemptId, failure }, 'attempt not sent');
    // A key that may not read says nothing about the offer: it is put right by an operator.
    return failure.kind === 'rejected' && !isKeyRejected(failure)
      ? { kind: 'rejected', code: failure.code }
      : {
          kind: 'not_sent',
          detail: failure.message,
          ...(failure.kind === 'not_sent' && { retryAfterMs: failure.retryAfterMs }),
        };
  }

  const reply = await post(() => steps.post(prepared));
  await write(reply);
  switch (reply.kind) {
    case 'submitted':
      return { kind: 'submitted', paymentId: reply.paymentId, dueNow };
    case 'unknown':
      return { ...reply, dueNow };
    default:
      return reply;
  }

  async function write(result: Awaited<ReturnType<typeof post>>): Promise<void> {
    const at = context.now().toISOString();
    const entry = { at, type: `attempt_${result.kind}`, detail: { presentationId, attemptId } };
    try {
      switch (result.kind) {
        case 'submitted': {
          const ids = { paymentId: result.paymentId, sessionId: result.sessionId };
          await ledger.updateAttempt(
            attemptId,
            { status: 'submitted', ...ids },
            { id: presentationId, patch: ids },
            [entry],
          );
          return;
        }
        case 'unknown': {
          const patch = { status: 'reconciling' as const, message: RECONCILING_MESSAGE };
          await ledger.updateAttempt(attemptId, { status: 'unknown' }, { id: presentationId, patch }, [
            entry,
          ]);
          return;
        }
        case 'rejected':
          await ledger.updateAttempt(attemptId, { status: 'rejected', errorCode: result.code }, undefined, [
            entry,
          ]);
          return;
        case 'not_sent':
          await ledger.updateAttempt(attemptId, { status: 'absent' }, undefined, [entry]);
      }
    } catch (error) {
      // The workflow has the reply in its history; the ledger catches up with the next write.
      log.error({ err: error, attemptId }, 'the ledger could not record the reply to an attempt');
    }
  }
}

async function post(send: () => Promise<Submitted>) {
  try {
    const { paymentId, sessionId } = await send();
    return { kind: 'submitted' as const, paymentId: paymentId ?? undefined, sessionId };
  } catch (error) {
    const failure = classify(error);
    switch (failure.kind) {
      case 'rejected':
        return { kind: 'rejected' as const, code: failure.code };
      case 'not_sent':
        return { kind: 'not_sent' as const, detail: failure.message, retryAfterMs: failure.retryAfterMs };
      case 'unknown':
        return { kind: 'unknown' as const, detail: failure.message };
    }
  }
}

/** Whether the customer would pay more than they accepted, now or in any period to come, or get less credit. */
async function isWorse(
  { ledger }: ActivityContext,
  { presentationId, price, choice }: AttemptInput,
  now: Price,
  { agreed, subscription }: { agreed: AcceptedTerms; subscription: DodoPayments.Subscription | undefined },
): Promise<boolean> {
  if (now.currency !== price.currency || now.dueNow > price.dueNow) return true;
  if (now.hash === price.hash) return false;
  const shown = agreed.price ?? (await ledger.presentation(presentationId))?.price;
  // Of a choice nobody was shown the price of, what is to be paid every period was not agreed to.
  if (choice && !agreed.price) return now.recurring !== undefined;
  if (shown?.hash !== price.hash) return false;
  if (isLessCredit(shown, now, subscription?.next_billing_date)) return true;
  if (!now.recurring) return false;
  const { amount, interval, count } = now.recurring;
  const before = shown.recurring;
  return before?.interval !== interval || before.count !== count || amount > before.amount;
}

/** The offer is open again at what it costs now. */
async function repriced(
  { dodo, ledger }: ActivityContext,
  input: AttemptInput,
  now: Price,
): Promise<SendReply> {
  const product = await readProduct(dodo, input.offer.action.productId);
  const shown = input.choice && (await ledger.presentation(input.presentationId));
  await ledger.updatePresentation(input.presentationId, {
    ...reopenedAt(shown, input, now),
    status: 'open',
    price: now,
    copy: renderCopy(input.offer.copy, now, product?.name ?? input.offer.action.productId),
  });
  return { kind: 'price_changed', price: { dueNow: now.dueNow, priceHash: now.hash } };
}

/** Whether a payment found under an attempt's name can be the attempt's. Anybody could name it in their metadata. */
function isWorth(
  payment: Pick<DodoPayments.PaymentListResponse, 'currency' | 'total_amount'>,
  price: AttemptInput['price'],
): boolean {
  return payment.currency === price.currency && payment.total_amount >= price.dueNow;
}

/** Whatever kept us from looking, nothing was sent: not even Dodo's refusal to be read is a refusal of the offer. */
function notSent(reason: unknown): Error {
  if (reason instanceof Error && classify(reason).kind !== 'rejected') return reason;
  return new Error('It could not be looked up whether the attempt was made before.', { cause: reason });
}
