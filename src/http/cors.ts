/** CORS for what a customer's browser calls with a presentation token, from the pages of configured origins. */
import type { RequestHandler } from 'express';

const TOKEN_ROUTE = /^\/api\/presentations\/[^/]+(?:\/(?:accept|decline|view|quote|events))?\/?$/;
const MAX_AGE_SECONDS = '600';

/** Answers preflights and marks answers as readable. Credentials are never allowed: a token travels in a header. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (req, res, next) => {
    if (!TOKEN_ROUTE.test(req.path)) return next();
    res.vary('Origin');
    const { origin } = req.headers;
    if (origin === undefined || !allowed.has(origin)) return next();
    res.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers':
        'Location, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, X-Request-Id',
      // Pages of other origins read these answers.
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) return next();
    res
      .set({
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers':
          'Authorization, Content-Type, Idempotency-Key, Accept-Language, Last-Event-ID',
        'Access-Control-Max-Age': MAX_AGE_SECONDS,
      })
      .sendStatus(204);
  };
}
