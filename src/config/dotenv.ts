/** Loads `.env` files. */
import { existsSync } from 'node:fs';

/**
 * Adds the variables of a `.env` file to `process.env`; those already set win. Requires Node 20.12.
 *
 * @returns `unsupported` when the file exists but this Node cannot load it
 */
export function loadDotEnv(path = '.env'): 'loaded' | 'absent' | 'unsupported' {
  if (!existsSync(path)) return 'absent';
  if (typeof process.loadEnvFile !== 'function') return 'unsupported';
  process.loadEnvFile(path);
  return 'loaded';
}
