/** Registers the search attributes with a Temporal server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { searchAttributeKeys } from '../contract/search-attributes.js';
import { hasGrpcStatus, type GrpcStatus } from './grpc-errors.js';

/** The members of `temporal.api.enums.v1.IndexedValueType` in use here. */
const INDEXED_VALUE_TYPE = { KEYWORD: 2, DATETIME: 6 } as const;

/** The answers of managed servers, which do not offer the operator service. */
const NOT_ALLOWED: GrpcStatus[] = ['PERMISSION_DENIED', 'UNIMPLEMENTED', 'UNAUTHENTICATED'];
/** The answers when another process registers the same names at the same time. */
const LOST_RACE: GrpcStatus[] = ['ALREADY_EXISTS', 'UNAVAILABLE', 'INVALID_ARGUMENT'];

/** Returns every search attribute's name with its type, in the form the operator service takes. */
export function indexedValueTypes(): Record<string, number> {
  return Object.fromEntries(
    Object.values(searchAttributeKeys).map(({ name, type }) => [name, INDEXED_VALUE_TYPE[type]]),
  );
}

const ATTEMPTS = 5;
const PAUSE_MS = 300;

/**
 * Registers every search attribute of `src/contract/search-attributes.ts` in a namespace. Safe to call at every start
 * and from several processes at once. Needs permission to change the namespace only when something is missing.
 *
 * @param log gets a warning when the server denies access, as managed ones may; without it, that is an error
 * @returns the names that were added by this call
 * @throws Error when a name exists with another type, or the server refuses
 */
export async function registerSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  log?: { warn(fields: object, message: string): void },
): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await addMissing(connection, namespace);
    } catch (error) {
      if (log && isGrpcServiceError(error) && hasGrpcStatus(error, ...NOT_ALLOWED)) {
        const names = Object.keys(indexedValueTypes());
        log.warn(
          { names, reason: error.details },
          'search attributes could not be checked; create them by hand',
        );
        return [];
      }
      if (attempt === ATTEMPTS || !hasGrpcStatus(error, ...LOST_RACE)) throw error;
      await sleep(PAUSE_MS * attempt);
    }
  }
}

async function addMissing(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const present: Record<string, number> = customAttributes;
  const missing: Record<string, number> = {};
  for (const [name, type] of Object.entries(indexedValueTypes())) {
    const known = present[name];
    if (known === undefined) {
      missing[name] = type;
    } else if (known !== type) {
      const wanted = type === INDEXED_VALUE_TYPE.DATETIME ? 'Datetime' : 'Keyword';
      throw new Error(
        `The search attribute ${name} exists in the Temporal namespace "${namespace}" with a type other than ${wanted}. ` +
          'Remove or rename it there, or use another namespace.',
      );
    }
  }
  const names = Object.keys(missing);
  if (names.length > 0) {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  }
  return names;
}
