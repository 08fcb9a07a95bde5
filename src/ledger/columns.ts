/** Column types that convert between SQL and the values the rest of the system uses. */
import { customType } from 'drizzle-orm/pg-core';

/** A point in time: `timestamptz` in SQL, an RFC 3339 UTC string with milliseconds in TypeScript. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (value) => utc(value),
  fromDriver: (value) => utc(value),
});

/** Money in minor units: `bigint` in SQL, a safe integer in TypeScript. */
export const money = customType<{ data: number; driverData: string }>({
  dataType: () => 'bigint',
  toDriver(value) {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`An amount must be a whole number of minor units, not ${value}.`);
    }
    return String(value);
  },
  fromDriver: (value) => Number(value),
});

/** Normalizes a time to UTC with milliseconds, like `2026-01-31T09:30:00.000Z`. Throws RangeError when it is invalid. */
export function utc(value: string): string {
  const ms = Date.parse(value);
  if (Number.isNaN(ms))
    throw new RangeError(`A time must be RFC 3339, like 2026-01-31T09:30:00Z, not ${value}.`);
  return new Date(ms).toISOString();
}
