/** `from`, `to` and `tz` of reports. */
import { z } from 'zod';
import type { Period } from '../ledger/index.js';
import { invalidParameter } from './field-errors.js';
import { time, withinYears } from './validate.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const EXPECTED = 'must be a date such as 2026-12-01, or a time such as 2026-12-01T00:00:00Z';

const date = z.iso.date(EXPECTED).meta({ override: withinYears });
const moment = z.union([date, time], EXPECTED).refine((text) => /^(?:19[7-9]|2[01])/.test(text), {
  error: 'must be from 1970 to 2199',
});

const zone = z
  .string('must be an IANA time zone such as Europe/Berlin')
  .max(64)
  .refine(isZone, 'must be an IANA time zone such as Europe/Berlin')
  .default('UTC');

/** The fields of a query for a period. A date stands for the whole day in `tz`, as `to` too. */
export const periodFields = { from: moment.optional(), to: moment.optional(), tz: zone };

/** The query of a report. */
export const periodQuery = z.strictObject(periodFields);

/** What was asked for, and the period it stands for. */
export interface ReportPeriod extends Period {
  tz: string;
}

/**
 * Returns the period that a query stands for.
 *
 * @throws Problem `invalid_parameter` when it ends before it begins
 */
export function periodOf({ from, to, tz }: z.output<typeof periodQuery>): ReportPeriod {
  const begin = from === undefined ? undefined : DATE.test(from) ? startOfDay(from, tz) : utc(from);
  const end = to === undefined ? undefined : DATE.test(to) ? startOfDay(nextDay(to), tz) : utc(to);
  if (begin !== undefined && end !== undefined && begin >= end) {
    const result = z
      .strictObject({ to: z.never(`must be after from, which is ${from ?? ''}`) })
      .safeParse({ to });
    if (result.error) throw invalidParameter(result.error);
  }
  return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { to: end }), tz };
}

const utc = (time: string) => new Date(time).toISOString();

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Returns the first moment of a day in a time zone. Where clocks skip midnight, that is the first moment there is. */
export function startOfDay(date: string, tz: string): string {
  const asUtc = Date.parse(`${date}T00:00:00Z`);
  // The offset at the answer may differ from that at the guess, by a change of clocks.
  let guess = asUtc - offsetAt(asUtc, tz);
  guess = asUtc - offsetAt(guess, tz);
  return new Date(guess).toISOString();
}

/** Returns how far a zone's clocks are ahead of UTC at a time. Milliseconds. */
function offsetAt(time: number, tz: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
}

function isZone(tz: string): boolean {
  // Offsets are zones to Intl, but not to PostgreSQL, which reads their signs the other way round.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(tz)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: tz });
    return true;
  } catch {
    return false;
  }
}
