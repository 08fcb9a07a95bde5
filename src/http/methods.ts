/** Responds 405 to methods that a route does not serve. */
import type { RequestHandler } from 'express';
import { Problem } from './problem.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Creates the guard of documented routes. It stands before authentication: which methods there are is no secret.
 *
 * @param paths as in an OpenAPI document, `/api/purchases/{purchaseId}`
 */
export function servedMethods(paths: Record<string, object>): RequestHandler {
  const routes = Object.entries(paths).map(([path, operations]) => {
    const served = METHODS.filter((method) => method in operations).map((method) => method.toUpperCase());
    const pattern = path
      .split(/\{[^}]+\}/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]+');
    return {
      pattern: new RegExp(`^${pattern}/?$`, 'i'),
      allow: [...served, ...(served.includes('GET') ? ['HEAD'] : []), 'OPTIONS'],
    };
  });
  return (req, res, next) => {
    const matching = routes.filter(({ pattern }) => pattern.test(req.path));
    const allow = [...new Set(matching.flatMap((route) => route.allow))];
    if (allow.length === 0) return next();
    if (req.method === 'OPTIONS') {
      res.set('Allow', allow.join(', ')).sendStatus(204);
      return;
    }
    if (allow.includes(req.method)) return next();
    throw new Problem('method_not_allowed', {
      detail: `This address serves ${allow.join(', ')}.`,
      headers: { Allow: allow.join(', ') },
    });
  };
}
