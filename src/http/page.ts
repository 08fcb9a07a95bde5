/** Lists that are answered page by page. */
import { z } from 'zod';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

/** Returns the fields of a query for a page. `cursor` is the form of a `nextCursor`. */
export function pageQuery(cursor: RegExp) {
  return {
    limit: z.coerce
      .number(`must be a number from 1 to ${MAX_PAGE}`)
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(MAX_PAGE, `must be at most ${MAX_PAGE}`)
      .default(DEFAULT_PAGE),
    cursor: z.string().regex(cursor, 'must be the `nextCursor` of an earlier response').optional(),
  };
}
