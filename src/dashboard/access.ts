/** Who may see the dashboard: an operator's session, or an operator key as a bearer. */
import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import {
  authenticate,
  callerOf,
  failureLimit,
  operatorWithId,
  type Caller,
  type Operator,
} from '../http/auth.js';
import { Problem } from '../http/problem.js';
import { readCookie, setCookie } from './cookies.js';
import type { DashboardDeps } from './deps.js';
import { FLOW_LIFE, oidcFlow, type OidcFlow } from './oidc.js';
import {
  formToken,
  isFormToken,
  openSession,
  seal,
  SESSION_LIFE,
  sealSession,
  unseal,
  type Session,
} from './session.js';

/** A request that was let in. */
export interface Visitor {
  /** The operator's id. */
  actor: string;
  /** For browsers. */
  session?: Session;
  /** The token that forms carry; absent for bearers, who send none. */
  token?: string;
  /** Commands are refused until the session is unlocked. */
  locked: boolean;
  /** Commands are refused whatever they do. */
  readOnly: boolean;
}

/** Lets operators in and sets `res.locals.visitor`; calls `signIn` for browsers without a session. */
export function admitOperators(deps: DashboardDeps, signIn: RequestHandler): RequestHandler {
  const { sessionKey, ledger, now, startsLocked } = deps;
  const byBearer = authenticate({
    ...deps,
    apiKeys: () => deps.apiKeys,
    operatorKeys: () => deps.operatorKeys,
    failures: failureLimit(),
  });
  return async (req, res, next) => {
    if (req.headers.authorization !== undefined) {
      await byBearer(req, res, () => undefined);
      const caller = callerOf(res);
      if (caller.kind !== 'operator')
        throw new Problem('forbidden', { detail: 'The dashboard requires an operator key.' });
      setVisitor(res, { actor: caller.keyId, locked: false, readOnly: false });
      next();
      return;
    }
    const session = openSession(sessionKey, readCookie(req, 'upsells_session'), now());
    // A key that expired or was taken out of service takes its sessions with it, and so does a name.
    const operator = session && operatorNamed(deps, session.actor);
    if (!session || !operator || (await ledger.isSessionEnded(session.id))) {
      await signIn(req, res, next);
      return;
    }
    const { actor, unlockedUntil = 0 } = session;
    res.locals.caller = { kind: 'operator', keyId: actor } satisfies Caller;
    const locked = startsLocked && unlockedUntil <= now().getTime();
    const { readOnly } = operator;
    setVisitor(res, { actor, session, token: formToken(sessionKey, session.id), locked, readOnly });
    next();
  };
}

function operatorNamed({ operatorKeys, oidc, now }: DashboardDeps, id: string): Operator | undefined {
  return operatorWithId(operatorKeys, id, now()) ?? oidc?.operatorWithId(id);
}

function setVisitor(res: Response, visitor: Visitor): void {
  res.locals.visitor = visitor;
}

export function visitorOf(res: Response): Visitor {
  const visitor = res.locals.visitor as Visitor | undefined;
  if (visitor === undefined) throw new Error('This page is not behind admitOperators().');
  return visitor;
}

/** Refuses forms that are not ours: those without the session's token, and those that another site sends. */
export function requireOwnForm({ sessionKey, appUrl }: DashboardDeps): RequestHandler {
  return (req, res, next) => {
    refuseOtherSites(req, appUrl);
    const { session } = visitorOf(res);
    const { token } = (req.body ?? {}) as { token?: unknown };
    if (session && !isFormToken(sessionKey, session.id, token)) throw foreignForm();
    next();
  };
}

/** Browsers say where a form was sent from. */
function refuseOtherSites(req: Request, appUrl: string): void {
  const site = req.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreignForm();
  const origin = req.get('origin');
  if (origin === undefined || site === 'same-origin') return;
  const own = [new URL(appUrl).origin, `${req.protocol}://${req.get('host') ?? ''}`];
  if (!own.includes(origin)) throw foreignForm();
}

function foreignForm(): Problem {
  return new Problem('forbidden', {
    detail: 'This form was not sent from the dashboard, or your session has changed. Go back and try again.',
  });
}

/** Binds a sign-in form to the browser it was sent to, and returns its token. */
export function openSignInForm({ sessionKey, appUrl }: DashboardDeps, res: Response): string {
  const nonce = randomBytes(16).toString('base64url');
  setCookie(res, 'upsells_sign_in', nonce, { maxAgeMs: SESSION_LIFE, secure: isSecure(appUrl) });
  return formToken(sessionKey, nonce);
}

/** Refuses a sign-in form that another site has made the browser send. */
export function requireOwnSignIn({ sessionKey, appUrl }: DashboardDeps, req: Request): void {
  refuseOtherSites(req, appUrl);
  const { token } = (req.body ?? {}) as { token?: unknown };
  const nonce = readCookie(req, 'upsells_sign_in');
  if (nonce === undefined || !isFormToken(sessionKey, nonce, token)) throw foreignForm();
}

export function keepSession(
  { sessionKey, appUrl, now }: DashboardDeps,
  res: Response,
  session: Session,
): void {
  setCookie(res, 'upsells_session', sealSession(sessionKey, session), {
    maxAgeMs: session.expiresAt - now().getTime(),
    secure: isSecure(appUrl),
  });
}

export function forgetSession({ appUrl }: DashboardDeps, res: Response): void {
  setCookie(res, 'upsells_session', '', { maxAgeMs: 0, secure: isSecure(appUrl) });
}

/** Remembers in the browser what its way back from the provider must match. */
export function keepFlow({ sessionKey, appUrl }: DashboardDeps, res: Response, flow: OidcFlow): void {
  const life = { maxAgeMs: FLOW_LIFE, secure: isSecure(appUrl), sameSite: 'lax' as const };
  setCookie(res, 'upsells_oidc', seal(sessionKey, 'oidc', flow), life);
}

/** Returns what `keepFlow` has kept, once; undefined if it was not this browser, or too long ago. */
export function takeFlow(
  { sessionKey, appUrl, now }: DashboardDeps,
  req: Request,
  res: Response,
): OidcFlow | undefined {
  const read = oidcFlow.safeParse(unseal(sessionKey, 'oidc', readCookie(req, 'upsells_oidc')));
  setCookie(res, 'upsells_oidc', '', { maxAgeMs: 0, secure: isSecure(appUrl), sameSite: 'lax' });
  return read.success && read.data.expiresAt > now().getTime() ? read.data : undefined;
}

const isSecure = (appUrl: string) => new URL(appUrl).protocol === 'https:';
