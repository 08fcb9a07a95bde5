/** The audit trail of operators' commands. */
import type { Response } from 'express';
import type { Logger } from 'pino';
import { callerOf } from './auth.js';

/** Logs an operator's command: who gave it, on what, and why. */
export function audit(
  log: Logger,
  res: Response,
  command: string,
  about:
    { presentationId: string } | { notificationId: string } | { reviewId: string } | { purchaseId: string },
  reason: string,
): void {
  log.info({ command, ...about, reason, by: keyOf(res) }, 'operator command');
}

/** Returns the id of the caller's key, which records of commands carry. */
export function keyOf(res: Response): string {
  const caller = callerOf(res);
  return caller.kind === 'token' ? 'token' : caller.keyId;
}
