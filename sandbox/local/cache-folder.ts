import { homedir } from 'node:os';
import { join } from 'node:path';

const NAME = 'durable-upsells';

/**
 * The user's folder for programs fetched once and kept between checkouts: `XDG_CACHE_HOME` where it is set,
 * else the platform's own place.
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

/** `name` as an executable is called on this platform. */
export function executableName(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? `${name}.exe` : name;
}
