/** Warns about parts of a catalog that are allowed but probably not intended. */
import { PLACEHOLDER_PATTERN } from '../copy.js';
import type { Catalog, Offer } from '../../domain/offers.js';
import { offerIdsOf } from '../../domain/funnel.js';
import { labelsWithoutPayment } from './payment-labels.js';

/**
 * Returns a sentence for each offer that no funnel shows, for each amount in copy that is always zero, and for each button
 * that sells to consumers in the European Union without saying so.
 */
export function catalogWarnings(catalog: Catalog): string[] {
  const used = new Set(catalog.funnels.flatMap(({ steps }) => steps.flatMap(offerIdsOf)));
  const live = new Set(
    catalog.funnels.filter(({ mode }) => mode !== 'shadow').flatMap(({ steps }) => steps.flatMap(offerIdsOf)),
  );
  return Object.values(catalog.offers).flatMap((offer) => [
    ...(used.has(offer.id) && !live.has(offer.id)
      ? [`offers.${offer.id}: only funnels with mode shadow use this offer, so it is never shown.`]
      : []),
    ...(used.has(offer.id) ? [] : [`offers.${offer.id}: no funnel uses this offer, so it is never shown.`]),
    ...alwaysZero(offer).map(
      ({ field, name }) =>
        `offers.${offer.id}.copy.${field}: {${name}} is always zero for an action of kind ${offer.action.kind}.`,
    ),
    ...labelsWithoutPayment(offer),
  ]);
}

/** Amounts that each kind of action never has. A one-click charge may start a subscription; a one-time payment cannot. */
const NEVER: Record<Offer['action']['kind'], readonly string[]> = {
  change_plan: [],
  charge: ['difference', 'credit'],
  payment: ['difference', 'credit', 'recurring'],
  pause: ['dueNow', 'difference', 'credit'],
  extend_trial: ['dueNow', 'difference', 'credit'],
};

function alwaysZero(offer: Offer): { field: string; name: string }[] {
  const never = NEVER[offer.action.kind];
  const { locales: _, locale: __, consents: ___, ...words } = offer.copy;
  return Object.entries(words).flatMap(([field, text]: [string, string]) =>
    [...text.matchAll(PLACEHOLDER_PATTERN)].flatMap(([, name]) =>
      name !== undefined && never.includes(name) ? [{ field, name }] : [],
    ),
  );
}
