/**
 * The path of every attempt that moves money: check the time and the price, record the attempt, send it once, record the
 * reply. Nothing may throw after the attempt is recorded: a reply that got lost here would be asked for again.
 */
import type DodoPayments from 'dodopayments';
import { classify, isKeyRejected } from '../../src/dodo/errors.js';
import { findAttempt, type ListedPayment } from '../../src/dodo/payments.js';
import { currentPrice } from '../../src/dodo/pricing.js';
import type { AttemptInput, ConfirmationHandles, SendReply } from '../../src/domain/attempt.js';
import { isAboveOneClick } from '../../src/domain/choice.js';
import { runOfAttempt } from '../../src/domain/ids.js';
import type { BillingAddress } from '../../src/domain/purchase.js';
import type { AttemptKind } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';
import { whyNotSold } from '../offering/ownership.js';
import { acceptedEntry } from './accepted-entry.js';
import { acceptedTerms, type AcceptedTerms } from './accepted-terms.js';
import { recordReply, type Answer } from './record-reply.js';
import { attemptClaim } from './requests.js';
import { isWorse, reopenAtPrice } from './reprice.js';

/** What the request needs. */
export interface PreparedRequest {
  /** A code, when it is clear without asking that Dodo would refuse. */
  refused?: string;
  billing?: BillingAddress;
  /** Where the customer comes back to from a page of Dodo's. */
  return_url?: string;
  subscription?: DodoPayments.Subscription;
}

/** The ids in Dodo's answer, and what it gives for its SDK. */
export interface Submitted {
  paymentId?: string | null;
  sessionId?: string;
  confirmation?: ConfirmationHandles;
}

export interface SendSteps {
  /** Reads what the request needs. If it fails, nothing was sent. */
  prepare: () => Promise<PreparedRequest>;
  /** Makes the one request that moves money. */
  post: (prepared: PreparedRequest) => Promise<Submitted>;
}

/** The code of attempts refused here, before Dodo is asked, because one click may not charge that much. */
const ONE_CLICK_LIMIT = 'ONE_CLICK_LIMIT';

/** The activity has 45 s, and the request itself needs most of what is left after this. */
const TOO_LONG_MS = 18_000;

const RECORDED_BEFORE: SendReply = {
  kind: 'unknown',
  detail: 'This attempt was already recorded, so it is not sent again.',
};

/**
 * Sends one attempt, at most once ever.
 *
 * @returns `submitted`, `rejected`, `unknown` or `not_sent`, or `price_changed` when the price moved against the customer
 * and the presentation is open again at the new one. Never throws.
 */
export async function sendAttempt(
  context: ActivityContext,
  kind: AttemptKind,
  input: AttemptInput,
  steps: SendSteps,
): Promise<SendReply> {
  const ready = await getReady(context, kind, input, steps);
  if ('kind' in ready) return ready;
  const { request, dueNow } = ready;
  const answer = await post(() => steps.post(request));
  await recordReply(context, input, answer);
  switch (answer.kind) {
    case 'submitted':
      return { kind: 'submitted', paymentId: answer.paymentId, dueNow };
    case 'unknown':
      return { ...answer, dueNow };
    default:
      return answer;
  }
}

/** Does everything up to the recording of the attempt. Returns the reply when the attempt must not be sent. */
async function getReady(
  context: ActivityContext,
  kind: AttemptKind,
  input: AttemptInput,
  { prepare }: SendSteps,
): Promise<{ request: PreparedRequest; dueNow: number } | SendReply> {
  const { ledger, log } = context;
  const { attemptId, price } = input;
  const started = performance.now();
  try {
    if (context.now().getTime() > input.sendBefore)
      return { kind: 'not_sent', detail: 'Too late: the window is over.' };
    const looked = await lookAndPrice(context, input, prepare);
    if ('kind' in looked) return looked;
    const { request, now } = looked;
    if (request.refused !== undefined) return { kind: 'rejected', code: request.refused };
    if (!now) return { kind: 'rejected', code: 'NO_BILLING_ADDRESS' };
    const agreed = await acceptedTerms(context, input, 'one_click');
    const moved = now.hash !== price.hash || now.dueNow !== price.dueNow;
    if (moved && (await isWorse(context, input, now, { agreed, subscription: request.subscription })))
      return await reopenAtPrice(context, input, now);
    // Whatever was shown: more than this is paid on a page of Dodo's or not at all.
    if (isAboveOneClick(now, input.oneClickLimit)) return { kind: 'rejected', code: ONE_CLICK_LIMIT };
    if (!(await record(context, kind, input, now.dueNow, agreed))) return RECORDED_BEFORE;
    if (performance.now() - started > TOO_LONG_MS) {
      await ledger.updateAttempt(attemptId, { status: 'absent' });
      return { kind: 'not_sent', detail: 'Preparing took too long; the run may have moved on.' };
    }
    return { request, dueNow: now.dueNow };
  } catch (error) {
    const failure = classify(error);
    log.warn({ attemptId, failure }, 'attempt not sent');
    // A rejected key says nothing about the offer.
    if (failure.kind === 'rejected' && !isKeyRejected(failure))
      return { kind: 'rejected', code: failure.code };
    return {
      kind: 'not_sent',
      detail: failure.message,
      ...(failure.kind === 'not_sent' && { retryAfterMs: failure.retryAfterMs }),
    };
  }
}

/**
 * Looks for an earlier try in the ledger and at Dodo, and prices the attempt meanwhile. A reset run or a restored backup
 * goes through its attempts again, and only Dodo remembers them all.
 */
async function lookAndPrice(context: ActivityContext, input: AttemptInput, prepare: SendSteps['prepare']) {
  const { dodo, ledger, log, proofs } = context;
  const { attemptId, customerId, price, offer } = input;
  const others: ListedPayment[] = [];
  const search = findAttempt(dodo, { attemptId, customerId, since: input.runStartedAt, proofs }, others);
  const pricing = prepare().then(async (request) => ({
    request,
    now:
      request.refused === undefined
        ? await currentPrice(dodo, offer, { customerId, currency: price.currency, ...request })
        : undefined,
  }));
  const [found, known, priced] = await Promise.allSettled([search, ledger.attempt(attemptId), pricing]);
  if (found.status === 'rejected') throw notSent(found.reason as unknown);
  if (known.status === 'rejected') throw notSent(known.reason as unknown);
  const sent = found.value;
  // Anybody could name an attempt in the metadata of a payment. Attempts of older versions carry no proof.
  if (sent && (sent.proven || (known.value !== undefined && known.value.proof !== true))) {
    return { kind: 'submitted', paymentId: sent.payment.payment_id } satisfies SendReply;
  }
  if (sent) {
    log.error(
      { attemptId, paymentId: sent.payment.payment_id },
      'payment metadata names an attempt that was never sent',
    );
  }
  if (known.value !== undefined) return RECORDED_BEFORE;
  const isRecurring = priced.status === 'fulfilled' && priced.value.now?.recurring !== undefined;
  const refused = await whyNotSold(context, input, others, isRecurring).catch((error: unknown) => {
    throw notSent(error);
  });
  if (refused !== undefined) return { kind: 'rejected', code: refused } satisfies SendReply;
  if (priced.status === 'rejected') throw priced.reason as Error;
  return priced.value;
}

/** Records the attempt, and the acceptance with it. False when it was recorded before. */
function record(
  { ledger, now }: ActivityContext,
  kind: AttemptKind,
  input: AttemptInput,
  amount: number,
  agreed: AcceptedTerms,
): Promise<boolean> {
  const { attemptId, presentationId, price } = input;
  return ledger.recordAttempt(
    {
      ...attemptClaim(input),
      proof: true,
      presentationId,
      kind,
      workflowId: runOfAttempt(attemptId),
      status: 'recorded',
      amount,
      currency: price.currency,
      createdAt: now().toISOString(),
    },
    {
      status: 'charging',
      decision: 'accepted',
      decidedAt: input.acceptedAt,
      message: null,
      ...agreed.patch,
    },
    [
      acceptedEntry(input),
      { at: now().toISOString(), type: 'attempt_recorded', detail: { presentationId, attemptId } },
    ],
  );
}

async function post(send: () => Promise<Submitted>): Promise<Answer> {
  try {
    const { paymentId, sessionId, confirmation } = await send();
    return { kind: 'submitted', paymentId: paymentId ?? undefined, sessionId, confirmation };
  } catch (error) {
    const failure = classify(error);
    switch (failure.kind) {
      case 'rejected':
        // A rejected key says nothing about the offer, and Dodo did nothing.
        return isKeyRejected(failure)
          ? { kind: 'not_sent', detail: failure.message }
          : { kind: 'rejected', code: failure.code };
      case 'not_sent':
        return { kind: 'not_sent', detail: failure.message, retryAfterMs: failure.retryAfterMs };
      case 'unknown':
        return { kind: 'unknown', detail: failure.message };
    }
  }
}

/** A failed look-up means that nothing was sent. Even Dodo's refusal to be read is no refusal of the offer. */
function notSent(reason: unknown): Error {
  if (reason instanceof Error && classify(reason).kind !== 'rejected') return reason;
  return new Error('Could not look up whether the attempt was made before.', { cause: reason });
}
