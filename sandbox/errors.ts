import type { z } from 'zod';

/** An error in Dodo's form: `{code, message}` under an HTTP status. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export function notFound(kind: string, id: string): ApiError {
  return new ApiError(404, 'NOT_FOUND', `${kind} ${id} not found`);
}

export function unprocessable(code: string, message: string): ApiError {
  return new ApiError(422, code, message);
}

export function conflict(code: string, message: string): ApiError {
  return new ApiError(409, code, message);
}

/**
 * Checks a value against a schema.
 *
 * @throws ApiError 422 INVALID_REQUEST_BODY (or `code`), naming each wrong field
 */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code = 'INVALID_REQUEST_BODY',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw unprocessable(code, `Your request is invalid. ${issues.join('; ')}`);
}
