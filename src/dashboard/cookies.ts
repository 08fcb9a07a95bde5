/** The dashboard's cookies: seen by no script, and sent along by no other site unless they must be. */
import type { Request, Response } from 'express';

export type CookieName = 'upsells_session' | 'upsells_sign_in' | 'upsells_oidc';

interface CookieLife {
  /** 0 removes it. */
  maxAgeMs: number;
  secure: boolean;
  /** `lax` for what has to come back when another site sends the browser here. */
  sameSite?: 'strict' | 'lax';
}

export function setCookie(
  res: Response,
  name: CookieName,
  value: string,
  { maxAgeMs, secure, sameSite = 'strict' }: CookieLife,
): void {
  res.cookie(name, value, {
    httpOnly: true,
    sameSite,
    secure,
    path: '/dashboard',
    maxAge: maxAgeMs,
  });
}

export function readCookie(req: Request, name: CookieName): string | undefined {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}
