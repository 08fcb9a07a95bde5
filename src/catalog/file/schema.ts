/**
 * The shape of `offers.yaml`: the name, type and pattern of each field. Rules that concern several fields (references,
 * cycles, contradictions) are checked in `check-offers.ts` and `check-funnels.ts`.
 */
import { z } from 'zod';
import { funnelShape } from './schema-funnel.js';
import { offerShape } from './schema-offer.js';
import { CATALOG_ID, CUSTOM_FACT } from '../../domain/patterns.js';
import { cap, oneClickLimit, share, span, tolerance } from './schema-values.js';
import { when } from './schema-when.js';

export const policyShape = {
  cap: cap.optional().meta({ description: 'How often one customer may be shown any offer.' }),
  cooldown: span
    .optional()
    .meta({ description: 'The minimum time between two offers to the same customer.' }),
  holdout: share
    .optional()
    .meta({ description: 'The share of customers who are never shown an offer, for comparison.' }),
  price_tolerance: tolerance.optional().meta({
    description:
      'How far a price may rise with the exchange rate between a refused click and the next one, which names the most it may charge.',
  }),
  one_click_limit: oneClickLimit.optional(),
} as const;

export const catalogShape = {
  version: z.literal(1, { error: '1' }),
  policy: z
    .strictObject(policyShape, {
      error: 'limits on how customers are contacted: cap, cooldown, holdout, ...',
    })
    .prefault({})
    .meta({ description: 'Limits that apply to every offer.' }),
  offers: z.record(z.string(), z.strictObject(offerShape, { error: 'an offer with type, action and copy' }), {
    error: 'a map of offers by id',
  }),
  funnels: z.record(z.string(), z.strictObject(funnelShape, { error: 'a funnel with trigger and steps' }), {
    error: 'a map of funnels by id',
  }),
} as const;

/** `offers.yaml` as parsed, before references are checked: keys in snake_case, durations as text. */
export const catalogFileSchema = z.strictObject(catalogShape, {
  error: 'a map with version, offers and funnels',
});

export type CatalogFile = z.output<typeof catalogFileSchema>;
export type OfferFile = CatalogFile['offers'][string];
export type FunnelFile = CatalogFile['funnels'][string];

/** Returns the JSON Schema (draft 2020-12) of `offers.yaml`, for editors. It cannot express references between entries. */
export function catalogJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(catalogFileSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === catalogShape.offers || zodSchema === catalogShape.funnels) {
        jsonSchema.propertyNames = { type: 'string', pattern: CATALOG_ID.regex.source };
      }
      if ((zodSchema as unknown) === when) {
        jsonSchema.patternProperties = {
          [`^facts\\.${CUSTOM_FACT.regex.source.slice(1)}`]: jsonSchema.additionalProperties ?? {},
        };
        jsonSchema.additionalProperties = false;
      }
    },
  });
  return { ...schema, title: 'Offers and funnels for post-purchase upsells' };
}
