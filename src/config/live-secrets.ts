/** Secrets that are rotated while a process runs: those read from files are read again when the files change. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SECOND } from '../domain/duration.js';
import type { Config } from './config.js';
import { ConfigError, type Environment } from './reader.js';

const ROTATED = [
  'API_KEYS',
  'OPERATOR_KEYS',
  'TOKEN_SECRET',
  'DODO_PAYMENTS_WEBHOOK_KEY',
  'MERCHANT_WEBHOOK_SECRET',
  'TEMPORAL_PAYLOAD_KEYS',
] as const;
const LOOK_EVERY = 5 * SECOND;

export interface LiveConfig<C extends Config> {
  /** Returns the configuration with the secrets of now. */
  current: () => C;
  stop: () => void;
}

/**
 * Reads the configuration again whenever a file named by `<NAME>_FILE` of a rotated secret changes. One that is invalid then
 * is refused as a whole, and what was valid before stays in force.
 *
 * @param load reads the whole configuration
 */
export function followSecrets<C extends Config>(
  first: C,
  {
    env,
    load,
    log,
    everyMs = LOOK_EVERY,
  }: {
    env: Environment;
    load: () => C;
    log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
    everyMs?: number;
  },
): LiveConfig<C> {
  const files = ROTATED.flatMap((name) => {
    const path = env[`${name}_FILE`]?.trim();
    return path ? [{ name, path }] : [];
  });
  let current = first;
  let known = files.map(({ path }) => digestOf(path));

  function look(): void {
    const now = files.map(({ path }) => digestOf(path));
    const changed = files.filter((_, index) => now[index] !== known[index]).map(({ name }) => name);
    if (changed.length === 0) return;
    known = now;
    try {
      const { auth, dodo, merchantWebhook, temporal } = load();
      const { payloadKeys } = temporal;
      current = { ...current, auth, dodo, merchantWebhook, temporal: { ...current.temporal, payloadKeys } };
      log.info({ changed }, 'secrets have changed, and are in force');
    } catch (error) {
      // Its messages quote no secret.
      const problems = error instanceof ConfigError ? error.problems : undefined;
      log.error(
        { changed, problems },
        'secrets have changed, and are refused: those of before stay in force',
      );
    }
  }

  const timer = files.length > 0 ? setInterval(look, everyMs) : undefined;
  timer?.unref();
  return { current: () => current, stop: () => clearInterval(timer) };
}

/** A file that is being replaced may be away for a moment. */
function digestOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return '';
  }
}
