/**
 * Writes `docs/offers.schema.json`. Run it with `npm run schema` after a change to the schema.
 */
import { writeFile } from 'node:fs/promises';
import { catalogJsonSchema } from './schema.js';

const target = new URL('../../../docs/offers.schema.json', import.meta.url);

await writeFile(target, `${JSON.stringify(catalogJsonSchema(), null, 2)}\n`);
