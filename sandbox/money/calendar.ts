import type { TimeInterval } from '../model.js';

/** Returns the date `count` intervals later. The 31st becomes the last day of a shorter month. */
export function addInterval(from: Date, count: number, interval: TimeInterval): Date {
  const date = new Date(from);
  switch (interval) {
    case 'Day':
      date.setUTCDate(date.getUTCDate() + count);
      return date;
    case 'Week':
      date.setUTCDate(date.getUTCDate() + 7 * count);
      return date;
    case 'Month':
    case 'Year': {
      const day = date.getUTCDate();
      date.setUTCMonth(date.getUTCMonth() + (interval === 'Year' ? 12 : 1) * count);
      if (date.getUTCDate() !== day) date.setUTCDate(0);
      return date;
    }
  }
}
