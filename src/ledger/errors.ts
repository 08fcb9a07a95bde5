/** The ledger's errors: clear sentences, and never the values of a statement, which may be personal data. */
import { DrizzleQueryError } from 'drizzle-orm';

/**
 * - `misconfigured`: what was given to open the ledger makes no sense
 * - `unreachable`: the database does not answer
 * - `refused`: the database answers, but not to this user, password or database name
 * - `in_use`: another process has the embedded ledger open
 * - `damaged`: the embedded ledger's files cannot be opened
 * - `failed`: a statement failed
 */
export type LedgerErrorCode = 'misconfigured' | 'unreachable' | 'refused' | 'in_use' | 'damaged' | 'failed';

export class LedgerError extends Error {
  override readonly name = 'LedgerError';

  constructor(
    readonly code: LedgerErrorCode,
    message: string,
    /** PostgreSQL's five-character code, where it gave one. */
    readonly sqlState?: string,
  ) {
    super(message);
  }
}

/** The error below the query builder's, whose own message repeats every parameter. */
export function rootCause(error: unknown): unknown {
  let root = error;
  while (root instanceof DrizzleQueryError && root.cause !== undefined) root = root.cause;
  // Node reports a host with several addresses as one error around one per address.
  return root instanceof AggregateError && root.errors.length > 0 ? root.errors[0] : root;
}

/** The code of a system or PostgreSQL error, like `ECONNREFUSED` or `23505`. */
export function codeOf(error: unknown): string | undefined {
  const root = rootCause(error);
  const code = root instanceof Error && 'code' in root ? root.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** Codes of the operating system, like `EPIPE`, may be as long. */
export function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^[0-9FHPX][0-9A-Z]{4}$/.test(code);
}

/** Whether an SQL state says that the server is going, gone or not there yet. */
export function isConnectionLoss(sqlState: string): boolean {
  return sqlState.startsWith('08') || sqlState.startsWith('57P');
}

/** A failed operation in words, without the statement and its values. Other errors pass as they are. */
export function describeFailure(operation: string, error: unknown): unknown {
  const root = rootCause(error);
  const code = codeOf(root);
  const fromDatabase = error instanceof DrizzleQueryError || isSqlState(code);
  if (!fromDatabase || root instanceof LedgerError) return root;
  const reason = root instanceof Error ? root.message : String(root);
  return new LedgerError(
    isSqlState(code) && !isConnectionLoss(code) ? 'failed' : 'unreachable',
    `The ledger could not do "${operation}": ${reason}${code === undefined ? '' : ` (${code})`}.`,
    isSqlState(code) ? code : undefined,
  );
}
