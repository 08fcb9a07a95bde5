/** Return URLs: customers are sent back to the merchant's own origin and nowhere else. */

export type ReturnUrl =
  { ok: true; /** Absolute, normalised. */ url: string } | { ok: false; reason: string };

const MAX_LENGTH = 2048;
/** No spaces or backslashes: browsers and parsers disagree about them. */
const VISIBLE_ASCII = /^[\x21-\x5b\x5d-\x7e]+$/;
const ABSOLUTE = /^https?:\/\/([^/?#]+)(?:[/?#]|$)/i;
const ENCODED_CONTROL = /%(?:[01][0-9a-f]|7f)/i;
const ENCODED_SLASH = /%(?:2f|5c)/i;

/**
 * Checks the URL a client wants customers to return to: a path on `appUrl` (`/thanks?x=1`), which is resolved, or an
 * absolute URL on exactly the same origin (scheme, host and port).
 *
 * Anything that a browser and another parser could read differently is refused before it is parsed, not repaired.
 */
export function checkReturnUrl(input: unknown, appUrl: string): ReturnUrl {
  const { origin } = new URL(appUrl);
  if (typeof input !== 'string' || input === '') return refuse('it must be a path or a URL');
  if (input.length > MAX_LENGTH) return refuse(`it must have at most ${MAX_LENGTH} characters`);
  if (!VISIBLE_ASCII.test(input)) {
    return refuse('it must contain visible ASCII only, without backslashes; percent-encode everything else');
  }
  if (ENCODED_CONTROL.test(input)) return refuse('it must not contain encoded control characters');

  if (!input.startsWith('/')) {
    const authority = ABSOLUTE.exec(input)?.[1];
    if (authority === undefined) {
      return refuse(`it must start with one slash, or with ${origin}`);
    }
    if (authority.includes('@')) return refuse('it must not contain a user name or password');
  } else if (input.startsWith('//')) {
    return refuse('two leading slashes point to another host');
  }

  let url: URL;
  try {
    url = new URL(input, origin);
  } catch {
    return refuse('it is not a valid URL');
  }
  if (url.origin !== origin) return refuse(`it must be on ${origin}`);
  // The path, used on its own, must not become an address on another host.
  if (url.pathname.startsWith('//')) return refuse('two leading slashes in its path point to another host');
  if (ENCODED_SLASH.test(url.pathname)) return refuse('its path must not contain encoded slashes');
  return { ok: true, url: url.href };
}

function refuse(reason: string): ReturnUrl {
  return { ok: false, reason };
}
