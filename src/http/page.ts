/** Lists that are answered page by page. */
import { z } from 'zod';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

/** Returns the fields of a query for a page. `cursor` is the form of a `nextCursor`. */
export function pageQuery(cursor: RegExp) {
  return {
    limit: z
      .string()
      .regex(/^(?:[1-9]\d?|1\d\d|200)$/, `must be a whole number from 1 to ${MAX_PAGE}`)
      .transform(Number)
      .default(DEFAULT_PAGE),
    cursor: z.string().regex(cursor, 'must be the `nextCursor` of an earlier response').optional(),
  };
}
