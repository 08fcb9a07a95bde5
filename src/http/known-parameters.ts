/** Refuses query parameters that a route does not know: what is ignored looks as if it had been obeyed. */
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { locale } from './locale.js';
import { parseQuery, reason } from './validate.js';

/** Routes that check the whole of their query themselves. */
const CHECKED_BY_ROUTE = /^\/(reviews|notifications\/dead|audit|search|reports\/[a-z-]+)\/?$/;
/** Routes that answer in the language of `?locale=`, which they check. */
const IN_LANGUAGE = /^\/(upsell|presentations|purchases)\//;

/** Where a reason may stand in the query. */
const ERASURE = /^\/customers\/[^/]+\/data\/?$/;

const none = z.strictObject({});
const reasonOnly = z.strictObject({ reason: reason.optional() });
const languageOnly = z.strictObject({ locale });

/** Checks the query of a request below `/api`. */
export const knownParameters: RequestHandler = (req, _res, next) => {
  if (!(req.method === 'GET' && CHECKED_BY_ROUTE.test(req.path))) parseQuery(allowed(req), req.query);
  next();
};

function allowed({ method, path }: Request) {
  if (method === 'DELETE' && ERASURE.test(path)) return reasonOnly;
  return IN_LANGUAGE.test(path) ? languageOnly : none;
}
