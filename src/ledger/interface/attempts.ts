/** Attempts: recorded before they are sent, then followed to their end. */
import type { AttemptRecord, ConfirmationHandles } from '../../domain/attempt.js';
import type { PresentationPatch } from '../../domain/presentation.js';
import type { TimelineEntry } from '../../domain/timeline.js';

export type AttemptChange = Partial<
  Pick<AttemptRecord, 'status' | 'sessionId' | 'paymentId' | 'paidAmount' | 'errorCode'> & ConfirmationHandles
>;

export interface AttemptLedger {
  /** Records an attempt before it is sent. Returns false when it was already recorded: then nothing may be sent. */
  recordAttempt(
    attempt: AttemptRecord,
    patch: PresentationPatch,
    timeline: TimelineEntry[],
  ): Promise<boolean>;
  /** Never holds the confirmation handles. */
  attempt(attemptId: string): Promise<AttemptRecord | undefined>;
  /**
   * Returns with what the customer confirms the payment of a presentation, while an attempt of it waits for that. It is
   * forgotten when the attempt ends or the presentation moves on.
   */
  confirmationOf(presentationId: string): Promise<ConfirmationHandles | undefined>;
  updateAttempt(
    attemptId: string,
    change: AttemptChange,
    presentation?: { id: string; patch: PresentationPatch },
    timeline?: TimelineEntry[],
  ): Promise<void>;
}
