/** Days, or weeks and months where there are many, without gaps. */
import { DAY } from '../../domain/duration.js';

const MOST_DAYS = 62;
const MOST_WEEKS = 366;

export interface Buckets {
  /** What one of them is. */
  unit: 'day' | 'week' | 'month';
  /** The first day of each, `YYYY-MM-DD`. */
  starts: string[];
  /** Returns the place of a day. */
  placeOf: (day: string) => number;
}

/** Divides the days from one to another, both included. */
export function bucketsOf(from: string, to: string): Buckets {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += DAY)
    days.push(new Date(at).toISOString().slice(0, 10));
  const unit = days.length <= MOST_DAYS ? 'day' : days.length <= MOST_WEEKS ? 'week' : 'month';
  const keyOf = (day: string) => startOf(day, unit);
  const starts = [...new Set(days.map(keyOf))];
  return { unit, starts, placeOf: (day) => starts.indexOf(keyOf(day)) };
}

function startOf(day: string, unit: Buckets['unit']): string {
  if (unit === 'day') return day;
  if (unit === 'month') return `${day.slice(0, 7)}-01`;
  const at = Date.parse(`${day}T00:00:00Z`);
  const sinceMonday = (new Date(at).getUTCDay() + 6) % 7;
  return new Date(at - sinceMonday * DAY).toISOString().slice(0, 10);
}

/** `2026-11-23` as `23 Nov`. */
export function dayLabel(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}
