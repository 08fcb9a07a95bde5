/** Recorded evaluations, on which another catalog can be tried. */
import { z } from 'zod';
import { shownPurchaseId } from '../domain/ids.js';
import { KEEPABLE_TEXT } from '../domain/text.js';
import type { ApiDeps } from './deps.js';
import { periodFields, periodOf } from './period.js';
import { time } from './validate.js';

export const MAX_EVALUATIONS_PAGE = 500;
const DEFAULT_PAGE = 100;
const BAD_CURSOR = { error: 'must be the `cursor` of an earlier response' };
const BAD_LIMIT = { error: `must be a whole number from 1 to ${MAX_EVALUATIONS_PAGE}` };

/** The query of `GET /api/reports/evaluations`. */
export const evaluationsQuery = z.strictObject({
  ...periodFields,
  /** The same as `from`. */
  since: time.optional(),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,500}$/, BAD_CURSOR)
    .transform(readCursor)
    .refine((cursor) => cursor !== undefined, BAD_CURSOR)
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, BAD_LIMIT)
    .transform(Number)
    .refine((limit) => limit <= MAX_EVALUATIONS_PAGE, BAD_LIMIT)
    .default(DEFAULT_PAGE),
});

/** Returns one page, oldest first. Its `cursor` leads to the next page; the last page has none. */
export async function evaluationsPage(
  { ledger }: Pick<ApiDeps, 'ledger'>,
  { since, cursor, limit, ...asked }: z.output<typeof evaluationsQuery>,
) {
  const { from, to } = periodOf({ ...asked, from: asked.from ?? since });
  const evaluations = await ledger.evaluations({ since: from, until: to, after: cursor, limit });
  const last = evaluations.length === limit ? evaluations.at(-1) : undefined;
  const shown = evaluations.map((one) => ({ ...one, purchaseId: shownPurchaseId(one.purchaseId) }));
  return { evaluations: shown, ...(last && { cursor: writeCursor(last) }) };
}

/** The last evaluation of a page. */
interface Cursor {
  at: string;
  purchaseId: string;
}

function writeCursor({ at, purchaseId }: Cursor): string {
  return Buffer.from(`${at} ${purchaseId}`).toString('base64url');
}

function readCursor(text: string): Cursor | undefined {
  const [at = '', purchaseId] = Buffer.from(text, 'base64url').toString().split(' ');
  const isPlace = time.safeParse(at).success && KEEPABLE_TEXT.test(purchaseId ?? '');
  return purchaseId === undefined || !isPlace ? undefined : { at, purchaseId };
}
