import { existsSync } from 'node:fs';

/**
 * Adds the variables of a `.env` file to `process.env`; those already set win. Node can do this from 20.12 on.
 *
 * @returns `unsupported` when there is a file and this Node cannot read it
 */
export function loadDotEnv(path = '.env'): 'loaded' | 'absent' | 'unsupported' {
  if (!existsSync(path)) return 'absent';
  if (typeof process.loadEnvFile !== 'function') return 'unsupported';
  process.loadEnvFile(path);
  return 'loaded';
}
