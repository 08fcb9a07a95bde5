/** Answers every error as problem details: the last handlers of the API. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { PROBLEM_MEDIA_TYPE, Problem } from './problem.js';

/** What the error handler needs of a logger; pino fits. */
export interface ProblemLog {
  error(fields: Record<string, unknown>, message: string): void;
}

/**
 * The last error handler: answers every error as problem details. Errors that are not a `Problem` and not a
 * client's mistake become `internal_error`, are logged, and show the client nothing of themselves.
 */
export function problemHandler(log: ProblemLog): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.status >= 500) {
      // The path without its query, and named fields of the error only: SDK errors carry headers and bodies.
      log.error(
        { code: problem.code, method: req.method, path: req.path, error: describeError(error) },
        'A request failed.',
      );
    }
    res
      .status(problem.status)
      .set({ 'Cache-Control': 'no-store', ...problem.headers, 'Content-Type': PROBLEM_MEDIA_TYPE })
      .send(Buffer.from(JSON.stringify(problem)));
  };
}

/** The handler behind every route: nothing is at this address. */
export const notFound: RequestHandler = (req) => {
  throw new Problem('unknown_route', { detail: `No route answers ${req.method} at this address.` });
};

/** Errors that Express and its body parsers raise carry `status` and, mostly, `type`. */
function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = field(error, 'status');
  const type = field(error, 'type');
  const limit = field(error, 'limit');
  switch (type) {
    case 'entity.too.large':
      return new Problem('payload_too_large', {
        detail: typeof limit === 'number' ? `The body may have ${limit} bytes at most.` : undefined,
        cause: error,
      });
    case 'entity.parse.failed':
      return new Problem('invalid_body', { detail: malformedJson(error), cause: error });
    case 'encoding.unsupported':
      return new Problem('unsupported_media_type', {
        detail: 'Content-Encoding may be absent, gzip, deflate or br.',
        cause: error,
      });
    case 'charset.unsupported':
      return new Problem('unsupported_media_type', { detail: 'The charset must be UTF-8.', cause: error });
    case 'request.size.invalid':
    case 'request.aborted':
      return new Problem('invalid_body', {
        detail: 'The body does not have the length that Content-Length names.',
        cause: error,
      });
  }
  if (error instanceof URIError && status === 400) {
    return new Problem('invalid_parameter', {
      detail: 'The path holds a % that is not followed by valid hexadecimal UTF-8.',
      cause: error,
    });
  }
  // The HTTP machinery marks an error as the client's fault; a provider's error that has a status is ours.
  if (field(error, 'expose') === true) {
    if (status === 413) return new Problem('payload_too_large', { cause: error });
    if (status === 415) return new Problem('unsupported_media_type', { cause: error });
    if (status === 400) return new Problem('bad_request', { cause: error });
  }
  return new Problem('internal_error', {
    detail: 'The request could not be completed. It was logged; try again later.',
    cause: error,
  });
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}

/** Where the parser stopped, without the excerpt of the body that V8 puts into its message. */
function malformedJson(error: unknown): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined
    ? 'The body is not valid JSON (an object was expected).'
    : `The body is not valid JSON: it breaks at character ${position}.`;
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
