/** Compiles the data of `offers.yaml` into a catalog: camelCase, milliseconds, defaults filled in. */
import type { Catalog, Policy } from '../../domain/offers.js';
import { compileFunnel } from './compile-funnel.js';
import { compileOffer } from './compile-offer.js';
import { compileCap, compileOptionalDuration, compileShare, defined } from './compile-values.js';
import { catalogHash } from './hash.js';
import type { CatalogFile } from './schema.js';

/** Turns a checked file into a catalog. */
export function compileCatalog(file: CatalogFile): Catalog {
  const content = {
    version: file.version,
    policy: compilePolicy(file.policy),
    offers: Object.fromEntries(
      Object.entries(file.offers).map(([id, offer]) => [id, compileOffer(id, offer)]),
    ),
    funnels: Object.entries(file.funnels).map(([id, funnel]) => compileFunnel(id, funnel)),
  };
  return { ...content, hash: catalogHash(content) };
}

function compilePolicy(file: CatalogFile['policy']): Policy {
  return defined({
    cap: file.cap && compileCap(file.cap),
    cooldownMs: compileOptionalDuration(file.cooldown),
    holdout: compileShare(file.holdout),
    priceTolerance: compileShare(file.price_tolerance),
    oneClickLimit: file.one_click_limit,
  });
}
