/** Attempts: recorded before they are sent, then followed to their end. */
import type { AttemptRecord } from '../../domain/attempt.js';
import type { PresentationPatch } from '../../domain/presentation.js';
import type { TimelineEntry } from '../../domain/timeline.js';

export type AttemptChange = Partial<
  Pick<AttemptRecord, 'status' | 'sessionId' | 'paymentId' | 'paidAmount' | 'errorCode'>
>;

export interface AttemptLedger {
  /** Records an attempt before it is sent. Returns false when it was already recorded: then nothing may be sent. */
  recordAttempt(
    attempt: AttemptRecord,
    patch: PresentationPatch,
    timeline: TimelineEntry[],
  ): Promise<boolean>;
  attempt(attemptId: string): Promise<AttemptRecord | undefined>;
  updateAttempt(
    attemptId: string,
    change: AttemptChange,
    presentation?: { id: string; patch: PresentationPatch },
    timeline?: TimelineEntry[],
  ): Promise<void>;
}
