import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Left out of every log line, however it is spelled (`client_secret`, `clientSecret`, `Client-Secret`). */
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
/** Everything about a card: `card_last_four`, `cardNetwork`, ... */
const CARD_KEY = /^card(?:[-_]|[A-Z])/;
const REDACTED = '[redacted]';
const MAX_DEPTH = 8;

/**
 * The program's logger: a JSON object per line, or a readable line where standard output is a terminal.
 * Personal data, card data and secrets are blanked by key, at any depth; keep them out of messages.
 *
 * @param level `LOG_LEVEL` of the environment when absent, else `info`
 * @param destination where lines go; standard output when absent
 */
export function createLogger(level?: string, destination?: DestinationStream): Logger {
  const logger = pino(
    {
      level: level ?? process.env.LOG_LEVEL ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: Error) => redact(stdSerializers.err(error)) },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
    },
    destination ?? (process.stdout.isTTY ? readableLines(process.stdout) : pino.destination(1)),
  );
  // Children do not inherit a formatter for their own fields; they do inherit this method.
  const plain = Object.getPrototypeOf(logger) as Logger;
  logger.child = function (this: Logger, bindings, options) {
    return plain.child.call(this, redact(bindings) as typeof bindings, options);
  } as Logger['child'];
  return logger;
}

/** A copy of `value` with the secret fields of its objects and arrays blanked. Other kinds of objects stay as they are. */
export function redact(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) {
    return depth >= MAX_DEPTH ? REDACTED : value.map((item) => redact(item, depth + 1));
  }
  if (!isPlainObject(value)) return value;
  if (depth >= MAX_DEPTH) return REDACTED;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      isSecret(key) && field !== undefined && field !== null ? REDACTED : redact(field, depth + 1),
    ]),
  );
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

function readableLines(out: { write(text: string): unknown }): DestinationStream {
  return { write: (line) => void out.write(readableLine(line)) };
}

/** `12:00:01 INFO  listening port=3000`, with an error's stack on the lines after it. */
export function readableLine(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const label = String(level).toUpperCase().padEnd(5);
  const rest = Object.entries(fields).map(
    ([key, field]) => ` ${key}=${typeof field === 'string' ? field : JSON.stringify(field)}`,
  );
  const { stack, message } = (err ?? {}) as { stack?: string; message?: string };
  const error = stack ?? message;
  return `${clock} ${label} ${typeof msg === 'string' ? msg : ''}${rest.join('')}${error ? `\n${error}` : ''}\n`;
}
