/** The audit trail of operators' commands. */
import type { Response } from 'express';
import type { Logger } from 'pino';
import { callerOf } from './auth.js';

/** Logs an operator's command: who gave it, on what, and why. */
export function audit(
  log: Logger,
  res: Response,
  command: string,
  about: { presentationId: string } | { notificationId: string },
  reason: string,
): void {
  const caller = callerOf(res);
  const by = caller.kind === 'token' ? 'token' : caller.keyId;
  log.info({ command, ...about, reason, by }, 'operator command');
}
