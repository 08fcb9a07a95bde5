/** The last handlers of the API: they respond to every error with problem details. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { SecurityLog } from './security-events.js';
import { LedgerError, type LedgerErrorCode } from '../ledger/index.js';
import { hasGrpcStatus } from '../temporal/grpc-errors.js';
import { PROBLEM_MEDIA_TYPE, Problem, temporarilyUnavailable } from './problem.js';

/** The part of a logger that the error handler uses, such as pino's. */
export interface ProblemLog {
  error(fields: Record<string, unknown>, message: string): void;
}

/**
 * Creates the last error handler. An error that is neither a `Problem` nor the client's mistake becomes
 * `internal_error`: it is logged, and the client learns nothing about it.
 */
export function problemHandler(
  log: ProblemLog,
  security?: Pick<SecurityLog, 'refused'>,
): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    security?.refused(req, problem);
    if (problem.status >= 500) {
      // Log the path without its query, and only these fields of the error: SDK errors carry headers and bodies.
      log.error(
        { code: problem.code, method: req.method, path: req.path, error: describeError(error) },
        'request failed',
      );
    }
    res
      .status(problem.status)
      .set({ 'Cache-Control': 'no-store', ...problem.headers, 'Content-Type': PROBLEM_MEDIA_TYPE })
      .send(Buffer.from(JSON.stringify(problem)));
  };
}

/** Responds 404 to a request that no route has taken. */
export const notFound: RequestHandler = (req) => {
  throw new Problem('unknown_route', { detail: `There is no route for ${req.method} at this address.` });
};

/** Turns any error into a problem. Those of Express and its body parsers carry `status` and usually `type`. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = field(error, 'status');
  const type = field(error, 'type');
  const limit = field(error, 'limit');
  switch (type) {
    case 'entity.too.large':
      return new Problem('payload_too_large', {
        detail: typeof limit === 'number' ? `The body must not exceed ${limit} bytes.` : undefined,
        cause: error,
      });
    case 'entity.parse.failed':
      return new Problem('invalid_body', { detail: malformedJson(error), cause: error });
    case 'encoding.unsupported':
      return new Problem('unsupported_media_type', {
        detail: 'Content-Encoding, if present, must be gzip, deflate or br.',
        cause: error,
      });
    case 'charset.unsupported':
      return new Problem('unsupported_media_type', { detail: 'The charset must be UTF-8.', cause: error });
    case 'request.size.invalid':
    case 'request.aborted':
      return new Problem('invalid_body', {
        detail: 'The length of the body does not match Content-Length.',
        cause: error,
      });
  }
  if (error instanceof URIError && status === 400) {
    return new Problem('invalid_parameter', {
      detail: 'The path contains a % that does not begin a valid UTF-8 percent-encoding.',
      cause: error,
    });
  }
  // `expose` marks the client's mistakes. A provider's error may have a status too, but is not the client's fault.
  if (field(error, 'expose') === true) {
    if (status === 413) return new Problem('payload_too_large', { cause: error });
    if (status === 415) return new Problem('unsupported_media_type', { cause: error });
    if (status === 400) return new Problem('bad_request', { cause: error });
  }
  if (isAway(error))
    return temporarilyUnavailable('A part of the system cannot be reached. Please try again.', error);
  return new Problem('internal_error', {
    detail: 'The request could not be completed. The error was logged; please try again later.',
    cause: error,
  });
}

const AWAY = new Set<LedgerErrorCode>(['unreachable', 'refused', 'read_only', 'disk_full', 'outdated']);
/** The database's classes of errors that pass: it lacks resources, was interrupted, or can only be read at the moment. */
const PASSING_SQL_STATES = /^(?:53|57|58|25006|42P01|55P03|40)/;

/** Checks whether an error says that the store or Temporal is away, and nothing about the request. */
function isAway(error: unknown): boolean {
  if (error instanceof LedgerError)
    return AWAY.has(error.code) || PASSING_SQL_STATES.test(error.sqlState ?? '');
  return hasGrpcStatus(error, 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED');
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}

/** Says where the parser stopped, without the excerpt of the body that V8 includes in its message. */
function malformedJson(error: unknown): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined
    ? 'The body is not valid JSON (an object was expected).'
    : `The body is not valid JSON: unexpected input at character ${position}.`;
}

const MAX_CAUSES = 5;

function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = error.cause;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(cause instanceof Error && depth < MAX_CAUSES ? { cause: describeError(cause, depth + 1) } : {}),
  };
}
