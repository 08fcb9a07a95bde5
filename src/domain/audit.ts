/** The record of operators' commands. */
import type { PresentationRecord } from './presentation.js';

/** `ordered` is written before the effect; `done` or `failed` after it. */
export type AuditPhase = 'ordered' | 'done' | 'failed';

/** The part of a subject that a command may change. */
export type AuditState = Record<string, string | number | boolean | null>;

export interface AuditEntry {
  commandId: string;
  /** RFC 3339 UTC. */
  at: string;
  phase: AuditPhase;
  /** The name of the operator's key, or a part of its hash. */
  actor: string;
  command: string;
  /** The id of what the command is about. */
  subject: string;
  reason: string;
  /** The subject before the command in an `ordered` entry, after it in a `done` one. */
  state?: AuditState;
  /** The code of the problem that the command failed with. */
  failure?: string;
}

/** Returns what commands may change of a presentation. */
export function presentationState(record: PresentationRecord | undefined): AuditState | undefined {
  if (!record) return undefined;
  const { status, decision = null, expiresAt, paymentId = null } = record;
  return { status, decision, expiresAt, paymentId };
}
