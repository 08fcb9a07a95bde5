/** Secrets that are generated once and kept in files, so that a restart finds the same ones. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const RANDOM_BYTES = 32;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;

/**
 * Reads the secret kept as `name` in `directory`, or generates it if there is none: `prefix` and 256 random bits.
 *
 * @throws Error naming the file when it cannot be read or written, or is damaged
 */
export function keepSecret(directory: string, name: string, prefix: string): string {
  const file = join(directory, name);
  mkdirSync(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
  const made = prefix + randomBytes(RANDOM_BYTES).toString('base64url');
  try {
    // `wx` never overwrites: of two processes that start at once, the later one reads what the earlier one wrote.
    writeFileSync(file, `${made}\n`, { flag: 'wx', mode: OWNER_ONLY_FILE, flush: true });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const kept = readFileSync(file, 'utf8').trim();
  if (kept.length !== made.length || !kept.startsWith(prefix)) {
    throw new Error(`${file} is damaged; delete it, and the next start generates a new secret`);
  }
  return kept;
}
