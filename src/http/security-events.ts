/** Security events: what was refused and what operators ordered, as log lines of their own level and as metrics. */
import type { Request, Response } from 'express';
import { logSecurity, type Logger } from '../log.js';
import { securityEvents } from './metrics.js';
import type { Problem, ProblemCode } from './problem.js';

export type SecurityEvent =
  'authentication_failed' | 'forbidden' | 'rate_limited' | 'webhook_refused' | 'operator_command';

const EVENT_OF: Partial<Record<ProblemCode, SecurityEvent>> = {
  unauthorized: 'authentication_failed',
  forbidden: 'forbidden',
  rate_limited: 'rate_limited',
  invalid_signature: 'webhook_refused',
};

const MINUTE = 60_000;
const MAX_CAUSES = 1000;

export type SecurityLog = ReturnType<typeof createSecurityLog>;

/**
 * Creates the log. A cause is written at most once a minute, and the next line says how many were left out, so that a flood
 * of requests is not a flood of lines; the metric counts all of them.
 */
export function createSecurityLog(log: Pick<Logger, 'warn'>, now: () => Date) {
  const causes = new Map<string, { since: number; leftOut: number }>();

  /** Returns how many events of this cause were left out since its last line; undefined if this one is left out too. */
  function due(cause: string): number | undefined {
    const at = now().getTime();
    const known = causes.get(cause);
    if (known && at - known.since < MINUTE) {
      known.leftOut += 1;
      return undefined;
    }
    causes.delete(cause);
    if (causes.size >= MAX_CAUSES) causes.delete(causes.keys().next().value ?? '');
    causes.set(cause, { since: at, leftOut: 0 });
    return known?.leftOut ?? 0;
  }

  return {
    /** Records a request that was refused, if that concerns security. */
    refused(req: Pick<Request, 'ip' | 'method' | 'path'>, { code, detail: reason }: Problem): void {
      const event = EVENT_OF[code];
      if (event === undefined) return;
      securityEvents.inc({ event });
      // The same reason from everywhere is one cause for webhooks: they have one sender.
      const client = event === 'webhook_refused' ? '' : (req.ip ?? '');
      const leftOut = due([event, reason, client].join('\n'));
      if (leftOut === undefined) return;
      const { ip, method, path } = req;
      logSecurity(log, { event, reason, client: ip, method, path, leftOut }, event.replaceAll('_', ' '));
    },
    /** Records an operator's command. */
    command(fields: object): void {
      securityEvents.inc({ event: 'operator_command' });
      logSecurity(log, { event: 'operator_command', ...fields }, 'operator command');
    },
  };
}

/** Returns the log that the app has set for its requests. */
export function securityLogOf(res: Response): SecurityLog {
  return res.app.locals.security as SecurityLog;
}
