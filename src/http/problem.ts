/** RFC 9457 problem details: the table of codes, the error that carries one, and the handlers that answer with it. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { z } from 'zod';

/**
 * Every code a client can meet. Codes are stable: clients switch on them, so an entry may be added but
 * never renamed, and its status never changes.
 */
export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request is malformed' },
  invalid_body: { status: 400, title: 'The body is not what this route expects' },
  invalid_parameter: { status: 400, title: 'A parameter is not what this route expects' },
  invalid_webhook: { status: 400, title: 'The webhook is signed, but its body cannot be read' },
  unauthorized: { status: 401, title: 'No valid credentials' },
  invalid_signature: { status: 401, title: 'The webhook signature is missing, wrong or stale' },
  payment_failed: { status: 402, title: 'The payment did not go through' },
  forbidden: { status: 403, title: 'These credentials do not allow this' },
  unknown_route: { status: 404, title: 'There is nothing at this address' },
  no_open_offer: { status: 404, title: 'No offer is open for this customer' },
  presentation_not_found: { status: 404, title: 'There is no such presentation' },
  purchase_not_found: { status: 404, title: 'There is no such purchase' },
  notification_not_found: { status: 404, title: 'There is no such dead notification' },
  method_not_allowed: { status: 405, title: 'This address does not answer that method' },
  already_decided: { status: 409, title: 'The offer was decided before' },
  price_changed: { status: 409, title: 'The price changed since it was shown' },
  not_in_review: { status: 409, title: 'The presentation does not wait for a review' },
  presentation_expired: { status: 410, title: 'The offer has expired' },
  presentation_withdrawn: { status: 410, title: 'The offer was withdrawn' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is in a form this route does not read' },
  product_unavailable: { status: 422, title: 'The product cannot be sold' },
  dodo_rejected: { status: 422, title: 'Dodo Payments refused the request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  dodo_unavailable: { status: 502, title: 'Dodo Payments gave no usable answer' },
  temporarily_unavailable: { status: 503, title: 'The service is not available right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The media type of every error answer. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** One mistake in a body (`pointer`, a JSON pointer as a URI fragment) or in the URL or headers (`parameter`). */
export type FieldError = { pointer: string; detail: string } | { parameter: string; detail: string };

export interface ProblemOptions {
  /** What happened this time, for a person. Never a secret, never a stack. */
  detail?: string;
  /** Extra members of the answer, such as `checkoutUrl` or `price`. They cannot replace the standard ones. */
  members?: Record<string, unknown>;
  /** Extra response headers, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** The error behind this one, for the log only. */
  cause?: unknown;
}

/** An error that the client is told about. Throw it from any handler. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly members: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? PROBLEMS[code].title, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.detail = options.detail;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }

  /** The JSON document of the answer. */
  toJSON(): Record<string, unknown> {
    return {
      ...this.members,
      type: `urn:problem-type:durable-upsells:${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
    };
  }
}

/**
 * The one answer for a presentation that does not exist and for one that is not the caller's: byte for byte
 * the same, so that an answer never tells whether an id exists.
 */
export function presentationNotFound(): Problem {
  return new Problem('presentation_not_found', {
    detail: 'There is no presentation with this id, or it is not yours.',
  });
}

/** `invalid_body` with one `errors` entry per mistake in the body. */
export function invalidBody(error: z.ZodError): Problem {
  return new Problem('invalid_body', {
    detail: 'The body was refused; `errors` lists every mistake.',
    members: { errors: fieldErrors(error, (path) => ({ pointer: jsonPointer(path) })) },
  });
}

/** `invalid_parameter` with one `errors` entry per mistake. `name` is the parameter; without it, the first key of each path is. */
export function invalidParameter(error: z.ZodError, name?: string): Problem {
  return new Problem('invalid_parameter', {
    detail: 'A parameter was refused; `errors` lists every mistake.',
    members: {
      errors: fieldErrors(error, (path) => ({ parameter: name ?? clip(String(path[0] ?? '')) })),
    },
  });
}

const MAX_FIELD_ERRORS = 20;
const MAX_NAME_LENGTH = 100;

function fieldErrors(
  error: z.ZodError,
  where: (path: PropertyKey[]) => { pointer: string } | { parameter: string },
): FieldError[] {
  const found: FieldError[] = [];
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        found.push({ ...where([...issue.path, key]), detail: 'is not a known field' });
      }
    } else {
      found.push({ ...where(issue.path), detail: issue.message });
    }
  }
  return found.slice(0, MAX_FIELD_ERRORS);
}

/** RFC 6901 in its URI fragment form, as in RFC 9457's example: `#/items/0/name`. */
function jsonPointer(path: PropertyKey[]): string {
  const steps = path.map((key) => {
    const escaped = clip(String(key)).replaceAll('~', '~0').replaceAll('/', '~1');
    // A lone surrogate, which JSON can carry, would make encodeURIComponent throw.
    return `/${encodeURIComponent(escaped.replace(/\p{Surrogate}/gu, '\ufffd'))}`;
  });
  return `#${steps.join('')}`;
}

function clip(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}...` : name;
}

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

/** The handler behind the methods of one route: names the allowed ones, in the `Allow` header too. */
export function methodNotAllowed(...allowed: string[]): RequestHandler {
  const list = allowed.join(', ');
  return () => {
    throw new Problem('method_not_allowed', {
      detail: `This address answers ${list} only.`,
      headers: { Allow: list },
    });
  };
}

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
