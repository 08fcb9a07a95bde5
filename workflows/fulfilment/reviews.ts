/** Operators' verdicts on attempts that cannot be proven. */
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { refusal, resolve, type ResolveRequest } from '../../src/contract/messages.js';
import type { Proof } from '../../src/domain/payment.js';

export interface Reviews {
  of(presentationId: string): Review;
}

export interface Review {
  /** Discards the verdict on an earlier attempt. */
  begin(): void;
  verdict(): ResolveRequest | undefined;
}

/** Takes an operator's `resolve` from now on. The first verdict on an attempt counts, and answers every later one. */
export function openReviews(needsReview: (presentationId: string) => boolean): Reviews {
  const verdicts = new Map<string, ResolveRequest>();
  setHandler(
    resolve,
    (request) => {
      const verdict = verdicts.get(request.presentationId) ?? request;
      verdicts.set(request.presentationId, verdict);
      return { paid: verdict.paid };
    },
    {
      validator: ({ presentationId }: ResolveRequest) => {
        if (!verdicts.has(presentationId) && !needsReview(presentationId)) {
          throw ApplicationFailure.create({
            type: refusal.alreadyDecided,
            message: 'Only a presentation that needs review can be resolved.',
            nonRetryable: true,
          });
        }
      },
      description: 'An operator states whether an attempt that cannot be proven was paid. Needs a reason.',
    },
  );
  return {
    of: (presentationId) => ({
      begin: () => void verdicts.delete(presentationId),
      verdict: () => verdicts.get(presentationId),
    }),
  };
}

/** Returns what a verdict proves. Without one the attempt counts as failed. */
export function proofByVerdict(verdict: ResolveRequest | undefined): Proof {
  if (!verdict?.paid) return { kind: 'failed' };
  const { paymentId, payment } = verdict;
  if (paymentId === undefined) return { kind: 'paid' };
  return { kind: 'paid', payment: { ...payment, paymentId, status: 'succeeded' } };
}
