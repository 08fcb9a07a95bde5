/** What is allowed in a catalog, and probably not meant. */
import { PLACEHOLDER_PATTERN } from './copy.js';
import type { Catalog, FunnelStep, Offer } from './model.js';

/** Sentences for the merchant: offers no funnel uses, and amounts in copy that will always be zero. */
export function catalogWarnings(catalog: Catalog): string[] {
  const used = new Set(catalog.funnels.flatMap(({ steps }) => steps.flatMap(offersOf)));
  return Object.values(catalog.offers).flatMap((offer) => [
    ...(used.has(offer.id) ? [] : [`offers.${offer.id}: no funnel uses this offer, so nobody will see it.`]),
    ...alwaysZero(offer).map(
      ({ field, name }) =>
        `offers.${offer.id}.copy.${field}: {${name}} is always zero for an action of kind ${offer.action.kind}.`,
    ),
  ]);
}

function offersOf({ offer, variants }: FunnelStep): string[] {
  return variants?.map((variant) => variant.offer) ?? [offer];
}

function alwaysZero(offer: Offer): { field: string; name: string }[] {
  if (offer.action.kind === 'change_plan') return [];
  // A one-click charge may start a subscription; a one-time payment has no recurring price either.
  const never =
    offer.action.kind === 'charge' ? ['difference', 'credit'] : ['difference', 'credit', 'recurring'];
  const { locales: _, locale: __, ...words } = offer.copy;
  return Object.entries(words).flatMap(([field, text]: [string, string]) =>
    [...text.matchAll(PLACEHOLDER_PATTERN)].flatMap(([, name]) =>
      name !== undefined && never.includes(name) ? [{ field, name }] : [],
    ),
  );
}
