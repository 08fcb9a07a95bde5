/** What a call comes to: one member for each status and code that the API documents, so that `switch` can be exhaustive. */
import type { operations } from './openapi.js';

export type OperationId = keyof operations;

type Responses<K extends OperationId> = operations[K]['responses'];
type Content<R> = R extends { content: infer C } ? C[keyof C] : undefined;
type Documented<K extends OperationId> = Extract<keyof Responses<K>, number>;
type Success = 200 | 201 | 202 | 204;

/** A documented success. */
export type Succeeded<K extends OperationId> = {
  [S in Documented<K>]: S extends Success
    ? { ok: true; status: S; code?: undefined; data: Content<Responses<K>[S]> }
    : never;
}[Documented<K>];

type ProblemIn<S, P> = P extends { code: infer C } ? { ok: false; status: S; code: C; problem: P } : never;

/** A documented error. */
export type Refused<K extends OperationId> = {
  [S in Documented<K>]: S extends Success ? never : ProblemIn<S, Content<Responses<K>[S]>>;
}[Documented<K>];

/** Anything else: no answer, an answer of something between, or an error of a newer version. */
export interface Failed {
  ok: false;
  status: 'other';
  code: 'unreachable' | 'unexpected';
  /** The status of the answer, if there was one. */
  httpStatus?: number;
  problem?: unknown;
  cause?: unknown;
}

export type Result<K extends OperationId> = Succeeded<K> | Refused<K> | Failed;

/** The body that an operation takes. */
export type BodyOf<K extends OperationId> = operations[K] extends {
  requestBody?: { content: { 'application/json': infer B } };
}
  ? B
  : never;

/** Returns the data of a success. @throws OffersError for everything else */
export function dataOf<K extends OperationId>(result: Result<K>): Succeeded<K>['data'] {
  if (result.ok) return result.data;
  throw new OffersError(result as { code: string; status: number | 'other'; problem?: unknown });
}

export class OffersError extends Error {
  readonly code: string;
  readonly status: number | 'other';

  constructor(result: { code: string; status: number | 'other'; problem?: unknown; cause?: unknown }) {
    const { detail } = (result.problem ?? {}) as { detail?: string };
    super(detail ?? `The API answered ${result.code}.`, { cause: result.cause });
    this.name = 'OffersError';
    this.code = result.code;
    this.status = result.status;
  }
}
