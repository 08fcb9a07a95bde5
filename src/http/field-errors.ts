/** The `errors` of a refused request: one entry per mistake. */
import type { z } from 'zod';
import { Problem } from './problem.js';

/** One mistake in a body (`pointer`, a JSON pointer as a URI fragment) or in the URL or headers (`parameter`). */
export type FieldError = { pointer: string; detail: string } | { parameter: string; detail: string };

/** Creates `invalid_body` with one `errors` entry per mistake in the body. */
export function invalidBody(error: z.ZodError): Problem {
  return refusedBody(fieldErrors(error, (path) => ({ pointer: jsonPointer(path) })));
}

/** Creates `invalid_body` for one mistake, in the top-level field `name`. */
export function invalidField(name: string, detail: string): Problem {
  return refusedBody([{ pointer: `#/${name}`, detail }]);
}

function refusedBody(errors: FieldError[]): Problem {
  return new Problem('invalid_body', {
    detail: 'The body was refused; `errors` lists every mistake.',
    members: { errors },
  });
}

/**
 * Creates `invalid_parameter` with one `errors` entry per mistake.
 *
 * @param name the parameter; by default, the first key of each path
 */
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

/** Returns an RFC 6901 pointer in URI fragment form, as in RFC 9457's example: `#/items/0/name`. */
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
