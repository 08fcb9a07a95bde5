/** The kinds of values that variables hold, each with its check and a description for errors. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { LIMITED_DATA, type DataRetention, type LimitedData } from '../domain/customer-data.js';
import { DAY, formatDuration, parseDuration } from '../domain/duration.js';
import { keyText, parseKey, type GivenKey } from './keys.js';
import { parseWebhookSecret } from '../webhooks/sign.js';
import type { Field } from './reader.js';

/** The shortest key that HS256 allows (RFC 7518, section 3.2). */
export const MIN_TOKEN_SECRET_BYTES = 32;

/** A duration between two bounds, in milliseconds. */
export function duration(min: number, max: number): Field<number> {
  return {
    schema: z
      .string()
      .transform((text) => parseDuration(text) ?? NaN)
      .refine((ms) => ms >= min && ms <= max),
    expected: `a duration from ${formatDuration(min)} to ${formatDuration(max)}, such as 500ms, 10s, 20m, 1h30m or 7d`,
  };
}

const MAX_PORT = 65_535;

export const port: Field<number> = {
  schema: z
    .string()
    .regex(/^[0-9]{1,5}$/)
    .transform(Number)
    .refine((number) => number <= MAX_PORT),
  expected: `a whole number from 0 to ${MAX_PORT}`,
};

const MAX_REQUESTS = 100_000;

export const requestsPerMinute: Field<number> = {
  schema: z
    .string()
    .regex(/^[0-9]{1,6}$/)
    .transform(Number)
    .refine((number) => number >= 1 && number <= MAX_REQUESTS),
  expected: `a whole number from 1 to ${MAX_REQUESTS}`,
};

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

export const host: Field<string> = {
  schema: z.string().refine((text) => isIP(text) !== 0 || HOST_NAME.test(text)),
  expected: 'an IP address or host name to listen on, such as 127.0.0.1 or 0.0.0.0',
};

export const path: Field<string> = {
  schema: z.string().refine((text) => !text.includes('\0')),
  expected: 'a path',
};

export const address: Field<string> = {
  schema: z.string().regex(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$/),
  expected: 'a host and a port, such as localhost:7233',
};

/** A Temporal namespace or task queue. */
export const name: Field<string> = {
  schema: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/),
  expected: '1 to 200 letters, digits, ".", "_" or "-", the first a letter or digit',
};

/** A Worker Deployment. Temporal joins its name and a build id with a dot. */
export const deploymentName: Field<string> = {
  schema: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/),
  expected: '1 to 200 letters, digits, "_" or "-", the first a letter or digit',
};

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const logLevel: Field<LogLevel> = {
  schema: z.enum(LOG_LEVELS),
  expected: `one of ${LOG_LEVELS.join(', ')}`,
};

export const onOff: Field<'on' | 'off'> = { schema: z.enum(['on', 'off']), expected: 'on or off' };

/** Temporal remembers runs for a month or more, and payments are disputed for months: what they need is not deleted earlier. */
const SHORTEST_RETENTION: Partial<Record<LimitedData, number>> = {
  idempotency_keys: 30 * DAY,
  purchases: 180 * DAY,
};

/** A list such as `facts=90d,purchases=3650d`. */
export const dataRetention: Field<DataRetention> = {
  schema: z
    .string()
    .transform((text) =>
      splitList(text).map((entry) => {
        const [name = '', time = ''] = entry.split('=').map((part) => part.trim());
        return { name: name as LimitedData, ms: parseDuration(time) ?? NaN };
      }),
    )
    .refine(
      (entries) =>
        new Set(entries.map(({ name }) => name)).size === entries.length &&
        entries.every(
          ({ name, ms }) => LIMITED_DATA.includes(name) && ms >= (SHORTEST_RETENTION[name] ?? DAY),
        ),
    )
    .transform((entries) => Object.fromEntries(entries.map(({ name, ms }) => [name, ms]))),
  expected: `a list such as facts=90d,quotes=30d of ${LIMITED_DATA.join(', ')}, each once and at least 1d (idempotency_keys 30d, purchases 180d)`,
};

const ENVIRONMENTS = ['test_mode', 'live_mode'] as const;
export type DodoEnvironment = (typeof ENVIRONMENTS)[number];

export const dodoEnvironment: Field<DodoEnvironment> = {
  schema: z.enum(ENVIRONMENTS),
  expected: 'test_mode or live_mode',
};

/** Parses an http(s) URL. Rejects user names and passwords, which would end up in logs. */
function web(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url !== undefined && /^https?:\/\//i.test(text) && !text.includes('\\');
  return isWeb && url.username === '' && url.password === '' ? url : undefined;
}

/** An http(s) URL, without a trailing slash. */
export const httpUrl: Field<string> = {
  schema: z
    .string()
    .refine((text) => web(text)?.hash === '')
    .transform((text) => new URL(text).href.replace(/\/$/, '')),
  expected: 'an http:// or https:// URL without a user name',
};

export const origin: Field<string> = {
  schema: z
    .string()
    .refine((text) => {
      const url = web(text);
      return url !== undefined && url.href === `${url.origin}/` && !/[?#]/.test(text);
    })
    .transform((text) => new URL(text).origin),
  expected: 'an origin: http:// or https://, a host and optionally a port, such as https://shop.example',
};

/** A list of origins. */
export const origins: Field<string[]> = {
  schema: z
    .string()
    .transform(splitList)
    .refine((texts) => texts.every((text) => origin.schema.safeParse(text).success))
    .transform((texts) => texts.map((text) => new URL(text).origin)),
  expected: 'origins separated by commas, such as https://shop.example,https://www.shop.example',
};

const MAX_PROXIES = 10;
const NETWORK = /^(.+?)(?:\/(\d{1,3}))?$/;

/** How many proxies are in front, or their addresses. */
export const trustProxy: Field<number | string[]> = {
  schema: z
    .string()
    .transform((text) => (/^\d{1,2}$/.test(text) ? Number(text) : splitList(text)))
    .refine((value) =>
      typeof value === 'number'
        ? value <= MAX_PROXIES
        : value.every((text) => {
            const [, address = '', bits = '0'] = NETWORK.exec(text) ?? [];
            return isIP(address) !== 0 && Number(bits) <= (isIP(address) === 6 ? 128 : 32);
          }),
    ),
  expected: 'how many proxies are in front of the API, or their addresses, such as 1 or 10.0.0.0/8',
};

export const databaseUrl: Field<string> = {
  schema: z
    .string()
    .refine(
      (text) => /^postgres(?:ql)?:\/\/./.test(text) && URL.canParse(text),
      'it is not a PostgreSQL URL',
    ),
  expected: 'a URL such as postgres://user:password@host:5432/database',
  secret: true,
};

/** A key or a name that somebody else has made up. */
export const opaque = z
  .string()
  .regex(/^[\x21-\x7e]{1,500}$/, 'it contains spaces or other characters that no key has, or is too long');

export const dodoApiKey: Field<string> = {
  schema: opaque,
  expected: 'an API key from the Dodo Payments dashboard',
  secret: true,
};

const MIN_KEY_LENGTH = 24;
const MAX_KEY_LENGTH = 256;
/** What `Authorization: Bearer` can carry (RFC 6750). */
const KEY_CHARACTERS = /^[A-Za-z0-9._~+/-]+=*$/;

export const keyList: Field<GivenKey[]> = {
  schema: z.string().transform((text, context) =>
    splitList(text).flatMap((entry, index, entries) => {
      const parsed = parseKey(entry);
      const key = parsed === undefined ? '' : keyText(parsed);
      if (parsed === undefined) {
        context.addIssue(`${nth(index, entries)} is not name:key, name+read:key or name@2027-01-31:key`);
      } else if (key.length < MIN_KEY_LENGTH || key.length > MAX_KEY_LENGTH) {
        context.addIssue(`${nth(index, entries)} has ${key.length} characters`);
      } else if (!KEY_CHARACTERS.test(key)) {
        context.addIssue(
          `${nth(index, entries)} contains characters that an Authorization header cannot carry`,
        );
      }
      return parsed === undefined ? [] : [parsed];
    }),
  ),
  expected: `keys of ${MIN_KEY_LENGTH} to ${MAX_KEY_LENGTH} letters, digits or ._~+/-, separated by commas, each after a name and a colon if it is to have one`,
  secret: true,
};

const PAYLOAD_KEY = /^([A-Za-z0-9][A-Za-z0-9._-]{0,39}):([A-Za-z0-9+/]{43}=)$/;
const MAX_PAYLOAD_KEYS = 5;

/** Keys that encrypt what runs carry. The first one encrypts, each of them decrypts. */
export const payloadKeys: Field<{ id: string; key: Buffer }[]> = {
  schema: z.string().transform((text, context) => {
    const parts = splitList(text);
    const keys = parts.flatMap((part, index) => {
      const [, id, key] = PAYLOAD_KEY.exec(part) ?? [];
      if (id !== undefined && key !== undefined) return [{ id, key: Buffer.from(key, 'base64') }];
      context.addIssue(`${nth(index, parts)} is not an id, a colon and base64 of 32 bytes`);
      return [];
    });
    if (parts.length > MAX_PAYLOAD_KEYS) context.addIssue(`it lists ${parts.length} keys`);
    if (new Set(keys.map(({ id }) => id)).size < keys.length) context.addIssue('two keys have the same id');
    return keys;
  }),
  expected: `an id, a colon and the output of openssl rand -base64 32, such as 2027-01:<key>, or up to ${MAX_PAYLOAD_KEYS} of these separated by commas`,
  secret: true,
};

const MAX_TOKEN_SECRETS = 3;

/** One secret, or several during a rotation. */
export const tokenSecrets: Field<Buffer[]> = {
  schema: z.string().transform((text, context) => {
    const parts = splitList(text).map((part) => Buffer.from(part));
    // A secret may itself contain a comma: it is a list if every part could be a secret.
    const secrets = parts.every(({ length }) => length >= MIN_TOKEN_SECRET_BYTES)
      ? parts
      : [Buffer.from(text)];
    if (secrets.length > MAX_TOKEN_SECRETS) context.addIssue(`it lists ${secrets.length} secrets`);
    for (const { length } of secrets)
      if (length < MIN_TOKEN_SECRET_BYTES) context.addIssue(`its length in bytes is ${length}`);
    return secrets;
  }),
  expected: `at least ${MIN_TOKEN_SECRET_BYTES} random bytes of text, such as the output of openssl rand -base64 48, or up to three of these separated by commas during a rotation`,
  secret: true,
};

const SECRET_FORM = '"whsec_" and base64 of 24 to 64 bytes';
const MAX_WEBHOOK_SECRETS = 2;

/** One secret, or two during a rotation. */
export const webhookSecrets: Field<Buffer[]> = {
  schema: z.string().transform((text, context) => {
    const parts = splitList(text);
    if (parts.length > MAX_WEBHOOK_SECRETS) context.addIssue(`it lists ${parts.length} keys`);
    return parts.flatMap((part, index) => {
      const parsed = parseWebhookSecret(part);
      if (parsed.ok) return [parsed.secret];
      context.addIssue(parts.length === 1 ? parsed.problem : `${nth(index, parts)}: ${parsed.problem}`);
      return [];
    });
  }),
  expected: `${SECRET_FORM}, or two of these separated by a comma during a rotation`,
  secret: true,
};

/** Splits a list at its commas. */
export function splitList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function nth(index: number, list: string[]): string {
  return list.length === 1 ? 'the key' : `key ${index + 1} of ${list.length}`;
}
