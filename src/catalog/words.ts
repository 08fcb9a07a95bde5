/** Which of an offer's languages a customer reads. */
import type { CopyTemplate, OfferCopy } from '../domain/offers.js';

export interface Words {
  words: CopyTemplate;
  /** For amounts and dates: the customer's own tag where the words are in that language. */
  locale: string;
}

const DEFAULT_LOCALE = 'en';

/**
 * The words for the first wanted language the offer has, by RFC 4647 lookup: `de-AT` is content with `de`, never the
 * other way round. Without any, the catalog's own.
 *
 * @param wanted BCP 47 tags, the most wanted first; malformed ones are passed over
 */
export function wordsFor(copy: OfferCopy, wanted: readonly string[]): Words {
  const own = copy.locale ?? DEFAULT_LOCALE;
  const written: Record<string, CopyTemplate> = { ...copy.locales, [own]: copy };
  for (const tag of wanted) {
    const canonical = canonicalTag(tag);
    for (let range = canonical; range; range = shorter(range)) {
      const words = written[range];
      if (words && canonical) return { words, locale: canonical };
    }
  }
  return { words: copy, locale: own };
}

/** `zh-Hant-TW` -> `zh-Hant`; a single letter before the end goes with it, as in RFC 4647. */
function shorter(tag: string): string | undefined {
  const parts = tag.split('-').slice(0, -1);
  if (parts.at(-1)?.length === 1) parts.pop();
  return parts.length > 0 ? parts.join('-') : undefined;
}

/** As BCP 47 writes it (`pt-br` is `pt-BR`); undefined when it is no language tag. */
export function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
