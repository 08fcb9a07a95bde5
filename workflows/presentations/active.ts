/** A presentation and its decision, as the run keeps them. */
import type { PresentationRef } from '../../activities/offering/presentation-ref.js';
import type { Decision, PresentationStatus } from '../../src/domain/words.js';

export interface DecisionRecord {
  kind: Decision;
  at: string;
  consents?: string[];
  /** The hash of what the customer was shown. */
  evidence?: string;
  /** Why an operator or a refund withdrew the offer. */
  reason?: string;
  /** Set when an acceptance is refused after all: the offer is open again, at another price unless `unreachable`. */
  refused?: boolean;
  /** Dodo could not be reached in time, so nothing was sent. */
  unreachable?: boolean;
}

/** Also part of what a plan-change or retention run is started with: its shape is in recorded histories. */
export interface ActivePresentation extends PresentationRef {
  /** The end of the window. Milliseconds since the epoch. */
  expiresAt: number;
  status: PresentationStatus;
  /** The choice shown first, if there is a choice. */
  preselected?: { option?: string; quantity: number };
  decision?: DecisionRecord;
  viewedAt?: string;
  /** Set once there is an answer for the customer: money moved, a fallback, a link, or a next offer. */
  answered: boolean;
  nextPresentationId?: string;
  /** Retries the charge after a fallback; set while a retry is possible. */
  retry?: () => void;
}

/** A reason not to let a message in. */
export interface Refused {
  /** One of the codes in `refusal`. */
  code: string;
  message: string;
  /** The decision that was made before. */
  won?: Decision;
}

/** Formats milliseconds since the epoch as RFC 3339. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
