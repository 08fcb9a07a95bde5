/** Sessions in a signed cookie, and the tokens that prove a form to be ours. */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { HOUR, MINUTE } from '../domain/duration.js';

export const SESSION_LIFE = 8 * HOUR;
/** How long a session in live mode may give commands once it was unlocked. */
export const UNLOCKED_FOR = 15 * MINUTE;

const session = z.strictObject({
  id: z.string(),
  /** The operator's id. */
  actor: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.int(),
  unlockedUntil: z.int().optional(),
});
export type Session = z.output<typeof session>;

/** Derives the key that sessions are signed with from the secret that signs presentation tokens. */
export function sessionKeyFrom(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'dashboard sessions', 32));
}

export function newSession(actor: string, now: Date): Session {
  return { id: randomBytes(16).toString('base64url'), actor, expiresAt: now.getTime() + SESSION_LIFE };
}

/** Writes a session as the value of a cookie. */
export function sealSession(key: Buffer, value: Session): string {
  return seal(key, 'session', value);
}

/** Reads a session from the value of a cookie; undefined if we did not write it, or it has expired. */
export function openSession(key: Buffer, cookie: string | undefined, now: Date): Session | undefined {
  const read = session.safeParse(unseal(key, 'session', cookie));
  return read.success && read.data.expiresAt > now.getTime() ? read.data : undefined;
}

/** Writes a value so that nobody else can change it. It can be read. */
export function seal(key: Buffer, purpose: string, value: object): string {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${payload}.${sign(key, `${purpose} ${payload}`)}`;
}

/** Reads what `seal` wrote for the same purpose; undefined for anything else. */
export function unseal(key: Buffer, purpose: string, sealed: string | undefined): unknown {
  const [payload = '', signature = ''] = (sealed ?? '').split('.');
  if (!isSame(signature, sign(key, `${purpose} ${payload}`))) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

/** Returns the token that every form of a session carries. `of` is the session's id, or that of a sign-in form. */
export function formToken(key: Buffer, of: string): string {
  return sign(key, `form ${of}`);
}

export function isFormToken(key: Buffer, of: string, token: unknown): boolean {
  return typeof token === 'string' && isSame(token, formToken(key, of));
}

function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
