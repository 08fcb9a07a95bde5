/** Quotes: prices shown for a choice, so that an acceptance can refer to one. */
import { and, desc, eq } from 'drizzle-orm';
import { utc } from './columns.js';
import type { Choice, QuoteRecord } from '../domain/presentation.js';
import { quotes } from './schema.js';
import type { Database } from './store.js';

export async function recordQuote(
  db: Database,
  { presentationId, option = '', quantity, price, quotedAt }: QuoteRecord,
): Promise<void> {
  await db
    .insert(quotes)
    .values({ presentationId, option, quantity, hash: price.hash, price, quotedAt: utc(quotedAt) })
    // The same hash again may come with a newer credit.
    .onConflictDoUpdate({
      target: [quotes.presentationId, quotes.option, quotes.quantity, quotes.hash],
      set: { price, quotedAt: utc(quotedAt) },
    });
}

export async function quotesOf(
  db: Database,
  presentationId: string,
  choice?: Choice,
): Promise<QuoteRecord[]> {
  const rows = await db
    .select()
    .from(quotes)
    .where(
      and(
        eq(quotes.presentationId, presentationId),
        ...(choice ? [eq(quotes.option, choice.option ?? ''), eq(quotes.quantity, choice.quantity)] : []),
      ),
    )
    .orderBy(desc(quotes.quotedAt));
  return rows.map(({ option, quantity, price, quotedAt }) => ({
    presentationId,
    ...(option !== '' && { option }),
    quantity,
    price,
    quotedAt,
  }));
}
