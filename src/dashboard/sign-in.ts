/** Signing in with an operator key, and out again. */
import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { z } from 'zod';
import { MINUTE } from '../domain/duration.js';
import { operatorWithKey } from '../http/auth.js';
import { Problem } from '../http/problem.js';
import { securityLogOf } from '../http/security-events.js';
import { parseBody, reason as reasonField } from '../http/validate.js';
import {
  admitOperators,
  forgetSession,
  keepSession,
  openSignInForm,
  requireOwnForm,
  requireOwnSignIn,
  visitorOf,
} from './access.js';
import type { DashboardDeps } from './deps.js';
import { localPath } from './local-path.js';
import { signInPage } from './pages/sign-in.js';
import { newSession, UNLOCKED_FOR } from './session.js';

/** A person mistypes a few times; a program guesses for ever. */
const TRIES_PER_MINUTE = 10;

const unlockForm = z.strictObject({ token: z.string(), reason: reasonField });

export function sessionRoutes(deps: DashboardDeps): Router {
  const { now, ledger, log } = deps;
  const router = Router();
  const limited = rateLimit({
    windowMs: MINUTE,
    limit: TRIES_PER_MINUTE,
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: () => {
      throw new Problem('rate_limited', { detail: 'Too many tries. Wait a minute.' });
    },
  });

  router.get('/sign-in', (_req, res) => {
    res.type('html').send(signInPage({ token: openSignInForm(deps, res), to: '/dashboard' }).markup);
  });

  router.post('/sign-in', limited, (req, res) => {
    requireOwnSignIn(deps, req);
    const { key, to } = (req.body ?? {}) as { key?: unknown; to?: unknown };
    const actor = typeof key === 'string' ? operatorWithKey(deps.operatorKeys, key.trim()) : undefined;
    if (actor === undefined) {
      const failed = 'This is not an operator key.';
      securityLogOf(res).refused(req, new Problem('unauthorized', { detail: failed }));
      const token = openSignInForm(deps, res);
      res
        .status(401)
        .type('html')
        .send(signInPage({ token, to: localPath(to), failed }).markup);
      return;
    }
    keepSession(deps, res, newSession(actor, now()));
    log.info({ by: actor }, 'an operator signed in');
    res.redirect(303, localPath(to));
  });

  const admitted = admitOperators(deps, (_req, res) => res.redirect(303, '/dashboard'));

  router.post('/sign-out', admitted, requireOwnForm(deps), async (_req, res) => {
    const { session } = visitorOf(res);
    if (session)
      await ledger.endSession(session.id, new Date(session.expiresAt).toISOString(), now().toISOString());
    forgetSession(deps, res);
    res.redirect(303, '/dashboard/sign-in');
  });

  router.post('/unlock', admitted, requireOwnForm(deps), async (req, res) => {
    const { session, actor } = visitorOf(res);
    const { reason } = parseBody(unlockForm, req.body);
    if (session) {
      const at = now();
      const unlockedUntil = at.getTime() + UNLOCKED_FOR;
      await ledger.recordAudit({
        commandId: randomUUID(),
        at: at.toISOString(),
        phase: 'done',
        actor,
        command: 'unlock',
        subject: `session of ${actor}`,
        reason,
        state: { until: new Date(unlockedUntil).toISOString() },
      });
      securityLogOf(res).command({ command: 'unlock', reason, by: actor, client: req.ip });
      keepSession(deps, res, { ...session, unlockedUntil });
    }
    res.redirect(303, '/dashboard');
  });

  return router;
}
