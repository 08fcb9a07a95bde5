import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { searchAttributeKeys } from '../contract/search-attributes.js';

/** The members of `temporal.api.enums.v1.IndexedValueType` in use here. */
const INDEXED_VALUE_TYPE = { KEYWORD: 2, DATETIME: 6 } as const;

const GRPC_ALREADY_EXISTS = 6;
const GRPC_UNAVAILABLE = 14;
const GRPC_INVALID_ARGUMENT = 3;
/** Managed servers keep the operator service to themselves. */
const GRPC_NOT_ALLOWED = [7, 12, 16];

/** The name of every search attribute with its type, as the operator service takes them. */
export function indexedValueTypes(): Record<string, number> {
  return Object.fromEntries(
    Object.values(searchAttributeKeys).map(({ name, type }) => [name, INDEXED_VALUE_TYPE[type]]),
  );
}

/** Another process may be registering the same names: what failed is read again before it counts. */
const ATTEMPTS = 5;
const PAUSE_MS = 300;

/**
 * Makes every search attribute of `src/contract/search-attributes.ts` known to a namespace.
 * Safe to call at every start and from several processes at once; needs the right to change the namespace
 * only when something is missing.
 *
 * @param log is told when the server lets nobody look, as managed ones may; without it, that is an error
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
      if (log && isGrpcServiceError(error) && GRPC_NOT_ALLOWED.includes(error.code)) {
        const names = Object.keys(indexedValueTypes());
        log.warn(
          { names, reason: error.details },
          'search attributes could not be checked; make them by hand',
        );
        return [];
      }
      if (attempt === ATTEMPTS || !mayBeLostRace(error)) throw error;
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
        `The search attribute ${name} exists in the Temporal namespace "${namespace}" with another type than ${wanted}. ` +
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

function mayBeLostRace(error: unknown): boolean {
  return (
    isGrpcServiceError(error) &&
    [GRPC_ALREADY_EXISTS, GRPC_UNAVAILABLE, GRPC_INVALID_ARGUMENT].includes(error.code)
  );
}
