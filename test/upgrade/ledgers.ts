/** Ledgers as earlier releases left them: their own migrations, and rows as they wrote them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { migrations } from '../../src/ledger/index.js';

interface Journal {
  entries: { idx: number; tag: string; when: number }[];
}

const { entries } = JSON.parse(
  readFileSync(join(migrations.migrationsFolder, 'meta/_journal.json'), 'utf8'),
) as Journal;

/** The tags of all migrations, oldest first. */
export const releases = entries.map(({ tag }) => tag);

/** Creates the files of a ledger that a release has migrated, up to its last migration. */
export async function ledgerOfRelease(directory: string, last: string, dump: string): Promise<void> {
  const db = await PGlite.create(join(directory, 'postgres'));
  await db.exec(
    `create table ${migrations.migrationsTable} (id serial primary key, hash text not null, created_at bigint)`,
  );
  for (const { tag, when } of entries.slice(0, releases.indexOf(last) + 1)) {
    const text = readFileSync(join(migrations.migrationsFolder, `${tag}.sql`), 'utf8');
    await db.exec(text.replaceAll('--> statement-breakpoint', ''));
    const hash = createHash('sha256').update(text).digest('hex');
    await db.query(`insert into ${migrations.migrationsTable} (hash, created_at) values ($1, $2)`, [
      hash,
      when,
    ]);
  }
  await db.exec(dumped(dump));
  await db.close();
}

/** Returns the rows of an earlier release, as statements that name the columns it knew. */
export function dumped(name: string): string {
  return readFileSync(fileURLToPath(new URL(`${name}.sql`, import.meta.url)), 'utf8');
}
