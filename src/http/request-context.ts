/** Gives every request an id, which its answer, its log lines and the runs it reaches bear, and a span. */
import { randomUUID } from 'node:crypto';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { RequestHandler } from 'express';
import { withIds, type WorkIds } from '../ids-in-log.js';
import { startSpan, traceOf } from '../tracing.js';

export const REQUEST_ID_HEADER = 'X-Request-Id';

/** It is written into histories, so it has to be an id and nothing else. */
const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;

/** Comes first: everything after it is a part of the request. A caller may send an id of its own. */
export const requestContext: RequestHandler = (req, res, next) => {
  const given = req.get(REQUEST_ID_HEADER);
  const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
  res.set(REQUEST_ID_HEADER, requestId);
  const ids = { requestId, ...idsIn(req.path) };
  const parent = traceOf(req.get('traceparent'));
  const attributes = { 'http.request.method': req.method, 'upsells.requestId': requestId };
  startSpan(`${req.method} ${routeOf(req.path)}`, { kind: SpanKind.SERVER, parent, attributes }, (span) => {
    res.once('close', () => {
      span.setAttribute('http.response.status_code', res.statusCode);
      if (res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    withIds(ids, next);
  });
};

const PLACES: [RegExp, keyof WorkIds][] = [
  [/^\/(?:api|dashboard)\/presentations\/(prs_[A-Za-z0-9_-]{1,100})(?:\/|$)/, 'presentationId'],
  [/^\/(?:api|dashboard)\/purchases\/([A-Za-z0-9_.:-]{1,200})(?:\/|$)/, 'purchaseId'],
  [/^\/api\/upsell\/([A-Za-z0-9_-]{1,100})(?:\/|$)/, 'customerId'],
];

/** Returns what a request is about, as its path says. */
function idsIn(path: string): WorkIds {
  for (const [place, name] of PLACES) {
    const [, id] = place.exec(path) ?? [];
    if (id !== undefined) return { [name]: id };
  }
  return {};
}

/** `/api/presentations/prs_1/accept` is `/api/presentations/{id}/accept`: spans of one kind have one name. */
function routeOf(path: string): string {
  return path
    .split('/')
    .slice(0, 6)
    .map((part, place) => (place > 2 && !/^[a-z-]{1,20}$/.test(part) ? '{id}' : part))
    .join('/');
}
