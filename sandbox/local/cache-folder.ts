import { homedir } from 'node:os';
import { join } from 'node:path';

const NAME = 'durable-upsells';

/**
 * Returns the user's folder for programs that are fetched once and shared by all checkouts: under
 * `XDG_CACHE_HOME` if that is set, else in the platform's usual location.
 */
export function cacheFolder(
  env: Record<string, string | undefined> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, NAME);
  switch (platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Caches', NAME);
    case 'win32':
      return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), NAME, 'cache');
    default:
      return join(homedir(), '.cache', NAME);
  }
}

/** Returns the file name of an executable on this platform. */
export function executableName(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? `${name}.exe` : name;
}
