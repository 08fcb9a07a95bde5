/**
 * `POST /dashboard/decode`: shows Temporal's UI and command line what runs carry in clear, to operators alone. Set
 * `<this API>/dashboard` as the codec endpoint there.
 */
import express, { Router, type RequestHandler } from 'express';
import { z } from 'zod';
import { Problem } from '../http/problem.js';
import { parseBody } from '../http/validate.js';
import { readablePayload } from '../temporal/payload-codec.js';
import type { DashboardDeps } from './deps.js';

/** What Temporal accepts as the payloads of one event. */
const LIMIT = '4mb';
const MAX_AGE_SECONDS = '600';

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
/** As protobuf writes a payload as JSON. Fields that are newer than this are dropped. */
const body = z.object({
  payloads: z.array(
    z.object({
      metadata: z.record(z.string(), base64).optional(),
      data: base64.optional(),
    }),
  ),
});

/** @param admit lets operators in */
export function decodeRoutes({ payloads }: Pick<DashboardDeps, 'payloads'>, admit: RequestHandler): Router {
  const router = Router();
  if (payloads === undefined) return router;
  const { keys, uiOrigin } = payloads;

  router.use('/decode', (req, res, next) => {
    res.vary('Origin');
    if (uiOrigin === undefined || req.headers.origin !== uiOrigin) return next();
    res.set({
      'Access-Control-Allow-Origin': uiOrigin,
      // The session's cookie, where the browser takes the UI and this page for one site.
      'Access-Control-Allow-Credentials': 'true',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    if (req.method !== 'OPTIONS') return next();
    res
      .set({
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Namespace',
        'Access-Control-Max-Age': MAX_AGE_SECONDS,
      })
      .sendStatus(204);
  });

  router.post('/decode', admit, express.json({ limit: LIMIT }), (req, res) => {
    const { payloads: given } = parseBody(body, req.body);
    res.json({
      payloads: given.map((payload) => {
        const { metadata, data } = readablePayload(payload, keys());
        return {
          metadata: Object.fromEntries(
            Object.entries(metadata ?? {}).map(([name, value]) => [name, toBase64(value)]),
          ),
          data: toBase64(data ?? Buffer.alloc(0)),
        };
      }),
    });
  });
  return router;
}

/** For a request that no page made: there is nobody to show a sign-in form to. */
export const refuseStranger: RequestHandler = () => {
  throw new Problem('unauthorized', {
    detail: 'Sign in to the dashboard, or send an operator key as a bearer.',
  });
};

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
