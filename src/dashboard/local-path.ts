/** Returns a path of the dashboard, and its first page for whatever else a form names. */
export function localPath(to: unknown): string {
  const base = 'http://dashboard.invalid';
  if (typeof to !== 'string' || !to.startsWith('/dashboard')) return '/dashboard';
  const url = new URL(to, base);
  const isOurs = url.origin === base && /^\/dashboard(\/|$)/.test(url.pathname);
  return isOurs ? url.pathname + url.search + url.hash : '/dashboard';
}
