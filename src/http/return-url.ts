/** Where a customer may be sent back to: the merchant's own origin, nowhere else. */

export type ReturnUrl =
  { ok: true; /** Absolute, normalised. */ url: string } | { ok: false; reason: string };

const MAX_LENGTH = 2048;
/** Without spaces and backslashes, which browsers and parsers read in different ways. */
const VISIBLE_ASCII = /^[\x21-\x5b\x5d-\x7e]+$/;
const ABSOLUTE = /^https?:\/\/([^/?#]+)(?:[/?#]|$)/i;
const ENCODED_CONTROL = /%(?:[01][0-9a-f]|7f)/i;
const ENCODED_SLASH = /%(?:2f|5c)/i;

/**
 * Checks a URL that a client named as the place to return to. Either it is a path of `appUrl` (`/thanks?x=1`),
 * which is resolved, or an absolute URL of exactly its origin: scheme, host and port.
 *
 * What a browser and another parser could read differently is refused before it is parsed, not repaired.
 */
export function checkReturnUrl(input: unknown, appUrl: string): ReturnUrl {
  const { origin } = new URL(appUrl);
  if (typeof input !== 'string' || input === '') return refuse('it must be a path or a URL');
  if (input.length > MAX_LENGTH) return refuse(`it may have ${MAX_LENGTH} characters at most`);
  if (!VISIBLE_ASCII.test(input)) {
    return refuse('it may hold visible ASCII characters only, and no backslash; percent-encode the others');
  }
  if (ENCODED_CONTROL.test(input)) return refuse('it may not hold encoded control characters');

  if (!input.startsWith('/')) {
    const authority = ABSOLUTE.exec(input)?.[1];
    if (authority === undefined) {
      return refuse(`it must start with one slash, or with ${origin}`);
    }
    if (authority.includes('@')) return refuse('it may not hold a user name or password');
  } else if (input.startsWith('//')) {
    return refuse('two slashes at the start name another host');
  }

  let url: URL;
  try {
    url = new URL(input, origin);
  } catch {
    return refuse('it is not a valid URL');
  }
  if (url.origin !== origin) return refuse(`it must be on ${origin}`);
  // Whoever takes the path out of this URL and uses it alone must not get an address of another host.
  if (url.pathname.startsWith('//')) return refuse('two slashes at the start of the path name another host');
  if (ENCODED_SLASH.test(url.pathname)) return refuse('its path may not hold encoded slashes');
  return { ok: true, url: url.href };
}

function refuse(reason: string): ReturnUrl {
  return { ok: false, reason };
}
