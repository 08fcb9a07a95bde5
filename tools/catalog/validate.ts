/** `validate`: reports every mistake in a catalog file, and what is probably unintended. */
import type { Catalog } from '../../src/domain/offers.js';
import { catalogWarnings, loadCatalog } from '../../src/catalog/file/load.js';

export async function validate(path: string): Promise<string[]> {
  const catalog = await loadCatalog(path);
  const offers = Object.keys(catalog.offers).length;
  return [
    ...catalogWarnings(catalog).map((warning) => `${path}: warning: ${warning}`),
    `${path} is valid: ${count(offers, 'offer')}, ${count(catalog.funnels.length, 'funnel')}${inShadow(catalog)}, ${catalog.hash}.`,
  ];
}

function inShadow({ funnels }: Catalog): string {
  const shadows = funnels.filter(({ mode }) => mode === 'shadow').length;
  return shadows === 0 ? '' : ` (${String(shadows)} in shadow)`;
}

/** Returns `1 offer` or `3 offers`. */
export function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}
