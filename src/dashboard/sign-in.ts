/** Signing in with an operator key or by OpenID Connect, and out again. */
import { randomUUID } from 'node:crypto';
import { Router, type Response } from 'express';
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
  keepFlow,
  keepSession,
  openSignInForm,
  requireOwnForm,
  requireOwnSignIn,
  takeFlow,
  visitorOf,
} from './access.js';
import type { DashboardDeps } from './deps.js';
import { localPath } from './local-path.js';
import { FLOW_LIFE } from './oidc.js';
import { enteringPage, signInPage } from './pages/sign-in.js';
import { newSession, UNLOCKED_FOR } from './session.js';

/** A person mistypes a few times; a program guesses for ever. */
const TRIES_PER_MINUTE = 10;

const unlockForm = z.strictObject({ token: z.string(), reason: reasonField });

const WORDS = {
  stranger: (provider: string) => `${provider} knows you, and this dashboard does not admit you.`,
  failed: (provider: string) => `${provider} did not sign you in. Try again.`,
  unreachable: (provider: string) => `${provider} cannot be reached. Try again in a minute.`,
};
const STATUSES = { stranger: 403, failed: 401, unreachable: 503 };

export function sessionRoutes(deps: DashboardDeps): Router {
  const { now, ledger, log, oidc } = deps;
  const provider = oidc?.name;
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
    res
      .type('html')
      .send(signInPage({ token: openSignInForm(deps, res), to: '/dashboard', provider }).markup);
  });

  router.post('/sign-in', limited, (req, res) => {
    requireOwnSignIn(deps, req);
    const { key, to } = (req.body ?? {}) as { key?: unknown; to?: unknown };
    const operator =
      typeof key === 'string' ? operatorWithKey(deps.operatorKeys, key.trim(), now()) : undefined;
    if (operator === undefined) {
      const failed = 'This is not an operator key. It may have expired.';
      securityLogOf(res).refused(req, new Problem('unauthorized', { detail: failed }));
      sendSignIn(res, 401, failed, to);
      return;
    }
    keepSession(deps, res, newSession(operator.id, now()));
    log.info({ by: operator.id }, 'an operator signed in');
    res.redirect(303, localPath(to));
  });

  /** Shows the form again, with what went wrong. */
  function sendSignIn(res: Response, status: number, failed: string, to: unknown): void {
    const token = openSignInForm(deps, res);
    res
      .status(status)
      .type('html')
      .send(signInPage({ token, to: localPath(to), failed, provider }).markup);
  }

  if (oidc) {
    router.get('/sign-in/provider', limited, async (req, res) => {
      const { to } = req.query;
      const begun = await oidc.begin();
      if (!begun) {
        sendSignIn(res, 503, `${oidc.name} cannot be reached. Try again in a minute.`, to);
        return;
      }
      const expiresAt = now().getTime() + FLOW_LIFE;
      keepFlow(deps, res, { ...begun.flow, to: localPath(to), expiresAt });
      res.redirect(303, begun.url);
    });

    router.get('/sign-in/callback', limited, async (req, res) => {
      const flow = takeFlow(deps, req, res);
      if (!flow) {
        sendSignIn(
          res,
          400,
          'Signing in took too long, or was begun in another browser. Try again.',
          undefined,
        );
        return;
      }
      const { search } = new URL(req.originalUrl, 'http://dashboard.invalid');
      const signedIn = await oidc.finish(search, flow);
      if (signedIn.kind === 'operator') {
        const { id } = signedIn.operator;
        keepSession(deps, res, newSession(id, now()));
        log.info({ by: id }, 'an operator signed in');
        // A redirect would still count as the provider's, and take no session along.
        res.type('html').send(enteringPage(flow.to).markup);
        return;
      }
      const words = WORDS[signedIn.kind](oidc.name);
      if ('reason' in signedIn) log.warn({ reason: signedIn.reason, provider }, 'signing in failed');
      const code = signedIn.kind === 'stranger' ? 'forbidden' : 'unauthorized';
      if (signedIn.kind !== 'unreachable')
        securityLogOf(res).refused(req, new Problem(code, { detail: words }));
      sendSignIn(res, STATUSES[signedIn.kind], words, flow.to);
    });
  }

  const admitted = admitOperators(deps, (_req, res) => res.redirect(303, '/dashboard'));

  router.post('/sign-out', admitted, requireOwnForm(deps), async (_req, res) => {
    const { session } = visitorOf(res);
    if (session)
      await ledger.endSession(session.id, new Date(session.expiresAt).toISOString(), now().toISOString());
    forgetSession(deps, res);
    res.redirect(303, '/dashboard/sign-in');
  });

  router.post('/unlock', admitted, requireOwnForm(deps), async (req, res) => {
    const { session, actor, readOnly } = visitorOf(res);
    if (readOnly)
      throw new Problem('forbidden', { detail: 'You may look at everything, and give no commands.' });
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
