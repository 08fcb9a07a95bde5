/**
 * The kinds of values `offers.yaml` is made of. Every `error` here completes "must be ..." and "is missing;
 * expected ...".
 */
import { z } from 'zod';
import { CATALOG_ID, DODO_ID } from '../../domain/patterns.js';
import { CURRENCIES } from '../codes.js';
import { DAY, DURATION_PATTERN, SECOND, parseDuration } from '../../domain/duration.js';

const MIN_WINDOW_MS = 10 * SECOND;
const MAX_WINDOW_MS = 365 * DAY;
const MAX_PAUSE_MS = 3650 * DAY;

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

/** For an offer's quantity in a cart, or a subscription's. */
export const quantity = wholeNumber(atLeastOne, 1);

export const quantityChoiceShape = {
  min: quantity,
  max: quantity,
  default: quantity.optional().meta({ description: 'Preselected; min when left out.' }),
} as const;

/** Fixed, or bounds between which the customer chooses. */
export const quantityOrChoice = z.union([quantity, z.strictObject(quantityChoiceShape)], {
  error: `${atLeastOne}, or bounds such as { min: 1, max: 10 }`,
});

const windowWords = 'a duration from 10s to 365d such as 30s, 30m, 2h, 30d or 1d12h';
export const window = z
  .string({ error: windowWords })
  .regex(DURATION_PATTERN, { error: windowWords, abort: true })
  .refine((text) => isBetween(parseDuration(text), MIN_WINDOW_MS, MAX_WINDOW_MS), { error: windowWords })
  .meta({ description: 'How long the customer may think about it: 10s to 365d.' });

const waitWords = 'a duration from 1s to 365d such as 30m, 2d or 1d12h';
export const wait = z
  .string({ error: waitWords })
  .regex(DURATION_PATTERN, { error: waitWords, abort: true })
  .refine((text) => isBetween(parseDuration(text), SECOND, MAX_WINDOW_MS), { error: waitWords });

const pauseWords = 'never, or a duration from 1s to 3650d such as 12h or 30d';
export const afterDecline = z
  .string({ error: pauseWords })
  .regex(new RegExp(`^never$|${DURATION_PATTERN.source}`), { error: pauseWords, abort: true })
  .refine((text) => text === 'never' || isBetween(parseDuration(text), SECOND, MAX_PAUSE_MS), {
    error: pauseWords,
  })
  .meta({ description: 'When the offer may be shown again after a decline: never, or after a duration.' });

const spanWords = 'a duration from 1s to 3650d such as 12h or 30d';
/** A length of time to count back over. */
export const span = z
  .string({ error: spanWords })
  .regex(DURATION_PATTERN, { error: spanWords, abort: true })
  .refine((text) => isBetween(parseDuration(text), SECOND, MAX_PAUSE_MS), { error: spanWords });

const shareWords = 'a share of customers such as 10% or 2.5%';
export const share = z
  .string({ error: shareWords })
  .regex(/^(?!0+(\.0+)?%)\d{1,2}(\.\d{1,2})?%$/, { error: shareWords });

const instantWords = 'a time such as 2026-12-01T00:00:00Z';
const instant = z.iso.datetime({ offset: true, error: instantWords });

export const scheduleShape = {
  from: instant.optional().meta({ description: 'Shown from this moment on.' }),
  until: instant.optional().meta({ description: 'Shown before this moment.' }),
} as const;

export const schedule = z.strictObject(scheduleShape, { error: 'from and until, or one of them' });

export const capShape = { times: wholeNumber(atLeastOne, 1), within: span.optional() } as const;

/** How often one customer is shown something. */
export const cap = z.strictObject(capShape, { error: 'a cap such as { times: 3, within: 30d }' });

/** Above it, the ordinary checkout takes the place of one click. */
export const oneClickLimit = z
  .partialRecord(
    z.enum([...CURRENCIES], { error: 'an ISO 4217 currency code Dodo Payments takes, such as USD' }),
    wholeNumber('an amount in minor units, a whole number of at least 0', 0),
    { error: 'amounts in minor units by currency, such as { USD: 50000 }' },
  )
  .meta({
    description:
      'The most that is charged with one click, in minor units by currency; dearer offers, and currencies that are not listed, go through the checkout.',
  });

function isBetween(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
