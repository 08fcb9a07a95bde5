/**
 * Writes `docs/offers.schema.json`. Run it after a change to `schema.ts`:
 * `npx tsx src/catalog/file/write-schema.ts && npx prettier --write docs/offers.schema.json`.
 */
import { writeFile } from 'node:fs/promises';
import { catalogJsonSchema } from './schema.js';

const target = new URL('../../../docs/offers.schema.json', import.meta.url);

await writeFile(target, `${JSON.stringify(catalogJsonSchema(), null, 2)}\n`);
