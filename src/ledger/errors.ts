/** The ledger's errors: clear sentences, without the values of statements, which may be personal data. */
import { DrizzleQueryError } from 'drizzle-orm';

/**
 * - `misconfigured`: the settings to open the ledger with are invalid
 * - `unreachable`: the database does not answer
 * - `refused`: the database rejects the user, password or database name
 * - `in_use`: another process has the embedded ledger open
 * - `damaged`: the embedded ledger's files cannot be opened
 * - `outdated`: its tables are missing or older than this build
 * - `too_new`: its tables are those of a later build
 * - `read_only`: it cannot be written
 * - `disk_full`: nothing can be written, because the database's disk is full
 * - `failed`: a statement failed
 */
export type LedgerErrorCode =
  | 'misconfigured'
  | 'unreachable'
  | 'refused'
  | 'in_use'
  | 'damaged'
  | 'outdated'
  | 'too_new'
  | 'read_only'
  | 'disk_full'
  | 'failed';

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

/** Unwraps the query builder's error, whose own message repeats every parameter. */
export function rootCause(error: unknown): unknown {
  let root = error;
  while (root instanceof DrizzleQueryError && root.cause !== undefined) root = root.cause;
  // For a host with several addresses, Node wraps one error per address.
  return root instanceof AggregateError && root.errors.length > 0 ? root.errors[0] : root;
}

/** Returns the code of a system or PostgreSQL error, like `ECONNREFUSED` or `23505`. */
export function codeOf(error: unknown): string | undefined {
  const root = rootCause(error);
  const code = root instanceof Error && 'code' in root ? root.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** Tells PostgreSQL's codes from the operating system's, such as `EPIPE`, which may be as long. */
export function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^[0-9FHPX][0-9A-Z]{4}$/.test(code);
}

/** Returns true when an SQL state means that the server is shutting down, gone or not ready yet. */
export function isConnectionLoss(sqlState: string): boolean {
  return sqlState.startsWith('08') || sqlState.startsWith('57P');
}

/** PostgreSQL's codes. */
const DISK_FULL = '53100';
const READ_ONLY = '25006';

/** Turns a database failure into a LedgerError without the statement and its values. Returns other errors unchanged. */
export function describeFailure(operation: string, error: unknown): unknown {
  const root = rootCause(error);
  const code = codeOf(root);
  const fromDatabase = error instanceof DrizzleQueryError || isSqlState(code);
  if (!fromDatabase || root instanceof LedgerError) return root;
  const reason = root instanceof Error ? root.message : String(root);
  if (code === DISK_FULL || /no space left on device/i.test(reason))
    return new LedgerError(
      'disk_full',
      `The ledger failed at "${operation}", because the disk of its database is full: ${reason}. Free some space on it.`,
      DISK_FULL,
    );
  if (code === READ_ONLY)
    return new LedgerError(
      'read_only',
      `The ledger failed at "${operation}", because it can only be read: the database is a standby, or was set read-only.`,
      code,
    );
  return new LedgerError(
    isSqlState(code) && !isConnectionLoss(code) ? 'failed' : 'unreachable',
    `The ledger failed at "${operation}": ${reason}${code === undefined ? '' : ` (${code})`}.`,
    isSqlState(code) ? code : undefined,
  );
}
