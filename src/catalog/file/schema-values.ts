/** The schemas of the values in `offers.yaml`. Every `error` completes "must be ..." and "is missing; expected ...". */
import { z } from 'zod';
import { CATALOG_ID, DODO_ID } from '../../domain/patterns.js';
import { CURRENCIES } from '../codes.js';
import { DAY, DURATION_PATTERN, SECOND, formatDuration, parseDuration } from '../../domain/duration.js';

const MIN_WINDOW_MS = 10 * SECOND;
const MAX_WINDOW_MS = 365 * DAY;
const MAX_SPAN_MS = 3650 * DAY;

export const id = (what: string) => {
  const error = `${what} (${CATALOG_ID.expected})`;
  return z.string({ error }).regex(CATALOG_ID.regex, { error });
};

export const dodoId = (what: string) => {
  const error = `the id of ${what} at Dodo Payments (${DODO_ID.expected})`;
  return z.string({ error }).regex(DODO_ID.regex, { error });
};

export const wholeNumber = (error: string, least: number) =>
  z.number({ error }).int({ error }).min(least, { error });

export const words = (what: string, longest: number) => {
  const error = `text of 1 to ${String(longest)} characters for ${what}`;
  return z.string({ error }).regex(/\S/, { error }).max(longest, { error });
};

const atLeastOne = 'a whole number of at least 1';

/** The quantity of a product in a cart, or of a subscription. */
export const quantity = wholeNumber(atLeastOne, 1);

export const quantityChoiceShape = {
  min: quantity,
  max: quantity,
  default: quantity.optional().meta({
    description: 'The preselected quantity. By default min, or for a plan change the current quantity.',
  }),
} as const;

/** A fixed quantity, or bounds within which the customer chooses. */
export const quantityOrChoice = z.union([quantity, z.strictObject(quantityChoiceShape)], {
  error: `${atLeastOne}, or bounds such as { min: 1, max: 10 }`,
});

/** The words for a duration between two bounds, both included. */
function durationWords(min: number, max: number, examples: string): string {
  return `a duration from ${formatDuration(min)} to ${formatDuration(max)}, such as ${examples}`;
}

function duration(min: number, max: number, error: string) {
  return z
    .string({ error })
    .regex(DURATION_PATTERN, { error, abort: true })
    .refine((text) => isBetween(parseDuration(text), min, max), { error });
}

export const window = duration(
  MIN_WINDOW_MS,
  MAX_WINDOW_MS,
  durationWords(MIN_WINDOW_MS, MAX_WINDOW_MS, '30s, 30m, 2h or 1d12h'),
).meta({ description: 'How long the customer has to decide: 10s to 365d.' });

export const wait = duration(SECOND, MAX_WINDOW_MS, durationWords(SECOND, MAX_WINDOW_MS, '30m, 2d or 1d12h'));

const spanWords = durationWords(SECOND, MAX_SPAN_MS, '12h or 30d');
export const span = duration(SECOND, MAX_SPAN_MS, spanWords);

const afterDeclineWords = `never, or ${spanWords}`;
export const afterDecline = z
  .string({ error: afterDeclineWords })
  .regex(new RegExp(`^never$|${DURATION_PATTERN.source}`), { error: afterDeclineWords, abort: true })
  .refine((text) => text === 'never' || isBetween(parseDuration(text), SECOND, MAX_SPAN_MS), {
    error: afterDeclineWords,
  })
  .meta({ description: 'When the offer may be shown again after a decline: never, or after this duration.' });

const shareWords = 'a percentage of customers such as 10% or 2.5%';
export const share = z
  .string({ error: shareWords })
  .regex(/^(?!0+(\.0+)?%)\d{1,2}(\.\d{1,2})?%$/, { error: shareWords });

const toleranceWords = 'a percentage from 0.01% to 5%, such as 1%';
export const tolerance = z
  .string({ error: toleranceWords })
  .regex(/^\d(\.\d{1,2})?%$/, { error: toleranceWords, abort: true })
  .refine((text) => parseFloat(text) > 0 && parseFloat(text) <= 5, { error: toleranceWords });

const instantWords = 'a time such as 2026-12-01T00:00:00Z';
const instant = z.iso.datetime({ offset: true, error: instantWords });

export const scheduleShape = {
  from: instant.optional().meta({ description: 'The offer or funnel is not shown before this time.' }),
  until: instant
    .optional()
    .meta({ description: 'The offer or funnel is no longer shown from this time on.' }),
} as const;

export const schedule = z.strictObject(scheduleShape, { error: 'from and until, or one of them' });

export const capShape = { times: wholeNumber(atLeastOne, 1), within: span.optional() } as const;

/** How often one customer may be shown an offer. */
export const cap = z.strictObject(capShape, { error: 'a cap such as { times: 3, within: 30d }' });

/** The amount above which the ordinary checkout replaces the one-click charge. */
export const oneClickLimit = z
  .partialRecord(
    z.enum([...CURRENCIES], { error: 'an ISO 4217 currency code that Dodo Payments supports, such as USD' }),
    wholeNumber('an amount in minor units, as a whole number of at least 0', 0),
    { error: 'amounts in minor units by currency, such as { USD: 50000 }' },
  )
  .meta({
    description:
      'The highest amount charged with one click, in minor units by currency. More expensive offers, and currencies that are not listed, go through the checkout.',
  });

function isBetween(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
