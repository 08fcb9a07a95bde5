/** The program's logger, with secrets and personal data left out. */
import { createRequire } from 'node:module';
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import type PinoPretty from 'pino-pretty';
import { currentIds } from './ids-in-log.js';

export type { Logger } from 'pino';

/** Fields blanked in every log line, in any spelling (`client_secret`, `clientSecret`, `Client-Secret`). */
const SECRET_KEYS = new Set([
  'apikey',
  'authorization',
  'clientsecret',
  'cookie',
  'email',
  'password',
  'paymentlink',
  'phone',
  'phonenumber',
  'setcookie',
  'token',
  'webhooksignature',
]);
/** Card data: `card_last_four`, `cardNetwork`, ... */
const CARD_KEY = /^card(?:[-_]|[A-Z])/;
const REDACTED = '[redacted]';
const MAX_DEPTH = 8;

/** Above errors, so that no ordinary `LOG_LEVEL` leaves them out. */
const SECURITY_LEVEL = 55;

/** Writes a line of the level `security`; loggers without it warn. */
export function logSecurity(log: Pick<Logger, 'warn'>, fields: object, message: string): void {
  const { security } = log as { security?: (fields: object, message: string) => void };
  if (security) security.call(log, fields, message);
  else log.warn(fields, message);
}

/**
 * Creates a logger that writes one JSON object per line, or readable lines on a terminal where `pino-pretty` is
 * installed. Personal data, card data and secrets are blanked by key, at any depth, and by their form in
 * every text.
 *
 * @param level defaults to the environment's `LOG_LEVEL`, then to `info`
 * @param destination receives the lines; standard output by default
 */
export function createLogger(level?: string, destination?: DestinationStream): Logger {
  const leveled = pino(
    {
      customLevels: { security: SECURITY_LEVEL },
      level: level ?? process.env.LOG_LEVEL ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // What a line says itself comes before what it is a part of.
      mixin: () => ({ ...currentIds() }),
      serializers: { err: (error: Error) => redact(stdSerializers.err(error)) },
      hooks: {
        logMethod(args, method) {
          const texts = args as unknown[];
          return method.apply(
            this,
            texts.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg)) as typeof args,
          );
        },
      },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
    },
    destination ?? (process.stdout.isTTY ? terminalLines(process.stdout) : pino.destination(1)),
  );
  // Only `logSecurity` uses the level.
  const logger = leveled as unknown as Logger;
  // Children do not inherit a formatter for their own fields; they do inherit this method.
  const plain = Object.getPrototypeOf(logger) as Logger;
  logger.child = function (this: Logger, bindings, options) {
    return plain.child.call(this, redact(bindings) as typeof bindings, options);
  } as Logger['child'];
  return logger;
}

/** Returns a copy of `value` with the secret fields of its objects and arrays blanked, and its texts scrubbed. Other objects stay as they are. */
export function redact(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) {
    return depth >= MAX_DEPTH ? REDACTED : value.map((item) => redact(item, depth + 1));
  }
  if (typeof value === 'string') return scrub(value);
  if (!isPlainObject(value)) return value;
  if (depth >= MAX_DEPTH) return REDACTED;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      isSecret(key) && field !== undefined && field !== null ? REDACTED : redact(field, depth + 1),
    ]),
  );
}

/** Secrets and personal data that may stand in any text, whoever wrote it: a provider's message, an exception, a URL. */
const IN_TEXT: [RegExp, string][] = [
  [/[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}/gi, '[e-mail]'],
  [/\b(?:whsec_|whsk_|dodo_(?:live|test)_)[A-Za-z0-9+/=_-]+/g, REDACTED],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, REDACTED],
  [/\bBearer\s+[A-Za-z0-9._~+/-]+=*/gi, `Bearer ${REDACTED}`],
  [/\b(\w+:\/\/[^\s:/@]*):[^\s/@]+@/g, `$1:${REDACTED}@`],
];

/** Returns a text without the secrets and personal data that can be told by their form. */
export function scrub(text: string): string {
  return IN_TEXT.reduce((left, [found, put]) => left.replace(found, put), text);
}

function isSecret(key: string): boolean {
  return CARD_KEY.test(key) || SECRET_KEYS.has(key.toLowerCase().replaceAll(/[-_]/g, ''));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Error) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The error serializer makes objects with a prototype of their own.
  return prototype === Object.prototype || prototype === null || 'stack' in value;
}

/** Writes lines for people where `pino-pretty` is installed; it is a development dependency, so production prints JSON. */
export function terminalLines(
  out: { write(text: string): unknown },
  load: (name: string) => unknown = createRequire(import.meta.url),
): DestinationStream {
  const format = loadFormatter(load);
  return { write: (line) => void out.write(format ? format(line) : line) };
}

/** Returns what makes `[10:20:30] WARN: waiting {"port":3000}` of a JSON line, or undefined without `pino-pretty`. */
function loadFormatter(load: (name: string) => unknown): ((line: string) => string) | undefined {
  try {
    const { prettyFactory } = load('pino-pretty') as typeof PinoPretty;
    return prettyFactory({ singleLine: true, translateTime: 'UTC:HH:MM:ss' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
