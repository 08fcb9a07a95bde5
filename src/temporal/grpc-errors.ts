/** gRPC status codes, and what an error of Temporal's client means. */
import { isGrpcServiceError } from '@temporalio/client';

/** The codes in use here, of those that gRPC defines. */
export const GRPC_STATUS = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

export type GrpcStatus = keyof typeof GRPC_STATUS;

/** Returns true when `error`, or the error it wraps, has one of these statuses. */
export function hasGrpcStatus(error: unknown, ...statuses: GrpcStatus[]): boolean {
  // The client wraps the status it received in an error of its own.
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | undefined)?.cause);
  return statuses.some((status) => GRPC_STATUS[status] === code);
}

function codeOf(error: unknown): number | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}
