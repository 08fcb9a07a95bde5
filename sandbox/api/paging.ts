import { z } from 'zod';

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 100;

/** Query parameters of every list. Pages are counted from 0. */
export const listQuery = {
  page_number: z.coerce.number().int().min(0).default(0),
  page_size: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
};

/** Inclusive bounds on `created_at`. */
export const createdQuery = {
  created_at_gte: z.iso.datetime({ offset: true }).optional(),
  created_at_lte: z.iso.datetime({ offset: true }).optional(),
};

export function createdWithin(
  row: { created_at: string },
  range: { created_at_gte?: string | undefined; created_at_lte?: string | undefined },
): boolean {
  const at = new Date(row.created_at).getTime();
  if (range.created_at_gte !== undefined && at < new Date(range.created_at_gte).getTime()) return false;
  return range.created_at_lte === undefined || at <= new Date(range.created_at_lte).getTime();
}

/** Returns one page of rows, newest first. */
export function page<Row, View>(
  rows: Row[],
  { page_number, page_size }: { page_number: number; page_size: number },
  view: (row: Row) => View,
): { items: View[] } {
  const newestFirst = rows.toReversed();
  return { items: newestFirst.slice(page_number * page_size, (page_number + 1) * page_size).map(view) };
}
