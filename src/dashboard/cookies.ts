/** The dashboard's cookies: seen by no script, and sent by no other site. */
import type { Request, Response } from 'express';

export type CookieName = 'upsells_session' | 'upsells_sign_in';

/** @param maxAgeMs 0 removes it */
export function setCookie(
  res: Response,
  name: CookieName,
  value: string,
  { maxAgeMs, secure }: { maxAgeMs: number; secure: boolean },
): void {
  res.cookie(name, value, {
    httpOnly: true,
    sameSite: 'strict',
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
