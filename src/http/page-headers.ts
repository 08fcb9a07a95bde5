/** The headers of pages, which replace those of the API's answers. */
import helmet from 'helmet';

type Directives = Record<string, Iterable<string>>;

/**
 * Returns a handler that sets the headers of a page, which may load its own styles and what `directives` allow. Whether a browser
 * must come by TLS is left to what is set for every answer.
 */
export function pageHeaders(
  directives: Directives,
  referrer?: 'no-referrer' | 'same-origin',
): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        ...directives,
        styleSrc: ["'self'"],
        imgSrc: ['data:'],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
    ...(referrer && { referrerPolicy: { policy: referrer } }),
  });
}
