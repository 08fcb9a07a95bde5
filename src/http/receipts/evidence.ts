/** Keeps what is before a customer at the click. Its hash goes into the run's history, the words into the ledger only. */
import { createHash } from 'node:crypto';
import { displayPrice, renderCopy } from '../../catalog/copy.js';
import { wordsFor } from '../../catalog/words.js';
import { paymentModeAt, priceShown, productOf } from '../../domain/choice.js';
import type { Presentation, PresentationRecord, Price } from '../../domain/presentation.js';
import type { Acceptance } from '../../domain/receipt.js';
import type { ApiDeps } from '../deps.js';

/** A click, as it is passed on to the run. */
export interface Click {
  at: string;
  priceHash: string;
  option?: string;
  quantity?: number;
  consents?: readonly string[];
  /** The customer's languages, most preferred first. */
  locales: readonly string[];
  via: Acceptance['via'];
}

/**
 * Records what the customer had before them, and returns its hash. Undefined when the ledger does not know the price:
 * the run will refuse the click, or is ahead of the ledger.
 */
export async function keepEvidence(
  { ledger }: Pick<ApiDeps, 'ledger'>,
  record: PresentationRecord,
  click: Click,
): Promise<string | undefined> {
  const option = click.option ?? record.option;
  const choice = { ...(option !== undefined && { option }), quantity: click.quantity ?? record.quantity };
  const price =
    record.price.hash === click.priceHash
      ? record.price
      : priceShown(record, await ledger.quotes(record.id, choice), choice, click.priceHash);
  if (price === undefined) return undefined;
  const acceptance = acceptanceAt(record, click, { ...choice, price });
  const hash = evidenceHash(acceptance);
  await ledger.recordAcceptance(hash, acceptance);
  return hash;
}

/** Writes down what a presentation says at a price, for one reader. */
export function acceptanceAt(
  record: PresentationRecord,
  click: Omit<Click, 'priceHash'>,
  { price, ...choice }: { option?: string; quantity: number; price: Price },
): Acceptance {
  const product = productOf(record, choice);
  const { words, locale } = wordsFor(record.words ?? record.copy, click.locales);
  const { consents = [], ...copy } = record.words
    ? renderCopy(words, price, product.name, locale)
    : record.copy;
  const asked = new Set(consents.map(({ id }) => id));
  const otherConsents = (click.consents ?? []).filter((id) => !asked.has(id));
  return {
    presentationId: record.id,
    purchaseId: record.purchaseId,
    customerId: record.customerId,
    offerId: record.offerId,
    ...(record.catalogHash !== undefined && { catalogHash: record.catalogHash }),
    product,
    ...choice,
    price,
    display: displayPrice(price, locale),
    payment: paymentAt(record, price),
    copy,
    locale,
    consents: consents.map((consent) => ({
      ...consent,
      given: click.consents?.includes(consent.id) === true,
    })),
    ...(otherConsents.length > 0 && { otherConsents }),
    via: click.via,
    clickedAt: click.at,
  };
}

function paymentAt(record: PresentationRecord, price: Price): Presentation['payment'] {
  const { terms, choices, payment } = record;
  const method = terms?.method ?? payment.method;
  const mode = paymentModeAt(price.dueNow, {
    shown: payment.mode,
    hasChoices: choices !== undefined,
    oneClickLimit: terms?.oneClickLimit,
    hasSavedMethod: method !== undefined,
    changesSubscription: terms?.subscriptionId !== undefined,
  });
  return { mode, ...(mode === 'one_click' && method && { method }) };
}

/** Returns `sha256:` and the hash of an acceptance. The order of keys does not matter. */
export function evidenceHash(acceptance: object): string {
  return `sha256:${createHash('sha256').update(canonicalJson(acceptance)).digest('hex')}`;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
