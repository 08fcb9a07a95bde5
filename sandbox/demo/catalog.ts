import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';

const EXAMPLE = fileURLToPath(new URL('../../offers.yaml', import.meta.url));

/**
 * Writes the example catalog to `path` with the windows of some offers shortened, so that they expire within the
 * demo.
 *
 * @param windows durations by offer, such as `{ 'team-license': '10s' }`
 * @throws Error when the example has no such offer
 */
export async function writeShortCatalog(path: string, windows: Record<string, string>): Promise<void> {
  const catalog = parseDocument(await readFile(EXAMPLE, 'utf8'));
  for (const [offer, window] of Object.entries(windows)) {
    if (!catalog.hasIn(['offers', offer])) throw new Error(`The example catalog has no offer "${offer}".`);
    catalog.setIn(['offers', offer, 'window'], window);
  }
  await writeFile(path, catalog.toString());
}
