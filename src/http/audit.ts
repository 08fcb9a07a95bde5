/** The audit trail of operators' commands. */
import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { AuditEntry, AuditState } from '../domain/audit.js';
import { callerOf } from './auth.js';
import type { ApiDeps } from './deps.js';
import { pageQuery } from './page.js';
import { Problem } from './problem.js';
import { securityLogOf } from './security-events.js';
import { text } from './validate.js';

interface Command {
  command: string;
  /** The id of what it is about. */
  subject: string;
  reason: string;
}

/**
 * Carries out an operator's command between two entries of the audit trail. The first one is written before the effect: a
 * command that cannot be recorded is not carried out.
 *
 * @param stateOf reads what the command may change, before it and after it
 */
export async function audited<T>(
  { ledger, log, now }: Pick<ApiDeps, 'ledger' | 'log' | 'now'>,
  res: Response,
  command: Command,
  stateOf: () => Promise<AuditState | undefined>,
  act: () => Promise<T>,
): Promise<T> {
  const about = { ...command, commandId: randomUUID(), actor: keyOf(res) };
  const record = async (entry: Pick<AuditEntry, 'phase' | 'state' | 'failure'>) =>
    ledger.recordAudit({ ...about, at: now().toISOString(), ...entry });

  await record({ phase: 'ordered', state: await stateOf() });
  securityLogOf(res).command({ ...command, by: about.actor, client: (res.req as Request).ip });
  /** What has happened stays true if it cannot be written down a second time. */
  const conclude = async (entry: Pick<AuditEntry, 'phase' | 'failure'>, state?: AuditState) =>
    record({ ...entry, ...(state && { state }) }).catch((error: unknown) =>
      log.warn({ err: error, ...about }, 'the end of a command could not be recorded'),
    );
  try {
    const result = await act();
    await conclude({ phase: 'done' }, await stateOf().catch(() => undefined));
    return result;
  } catch (error) {
    await conclude({ phase: 'failed', failure: error instanceof Problem ? error.code : 'internal_error' });
    throw error;
  }
}

/** Returns the id of the caller's key, which records of commands carry. */
export function keyOf(res: Response): string {
  const caller = callerOf(res);
  return caller.kind === 'token' ? 'token' : caller.keyId;
}

/** The query of `GET /api/audit`. */
export const auditQuery = z.strictObject({
  subject: text(1, 250).optional(),
  ...pageQuery(/^\d{1,15}$/),
});

/** Returns one page of the trail, newest first, with a `nextCursor` if there are more. */
export async function auditPage(
  { ledger }: Pick<ApiDeps, 'ledger'>,
  { subject, limit, cursor }: z.output<typeof auditQuery>,
) {
  const before = cursor === undefined ? undefined : Number(cursor);
  const found = await ledger.auditTrail({ subject, before, limit: limit + 1 });
  const entries = found.slice(0, limit);
  const last = found.length > limit ? entries.at(-1) : undefined;
  return { entries, ...(last && { nextCursor: String(last.seq) }) };
}
