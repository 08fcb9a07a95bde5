/** Chooses the language in which a customer reads an offer. */
import type { CopyTemplate, OfferCopy } from '../domain/offers.js';

export interface Words {
  words: CopyTemplate;
  /** For amounts and dates: the customer's own tag if the words are in that language. */
  locale: string;
}

const DEFAULT_LOCALE = 'en';

/**
 * Returns the words for the first preferred language that the offer has, by RFC 4647 lookup: `de-AT` falls back to
 * `de`, never the other way round. Returns the catalog's own words if it has none of them.
 *
 * @param wanted BCP 47 tags in order of preference; malformed ones are skipped
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

/** Shortens `zh-Hant-TW` to `zh-Hant`. A single letter that would then be last is dropped as well, as in RFC 4647. */
function shorter(tag: string): string | undefined {
  const parts = tag.split('-').slice(0, -1);
  if (parts.at(-1)?.length === 1) parts.pop();
  return parts.length > 0 ? parts.join('-') : undefined;
}

/** Returns the tag in the form of BCP 47 (`pt-br` becomes `pt-BR`), or undefined if it is not a language tag. */
export function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
