/**
 * In the European Union, the button that places an order must say that the customer pays, in words such as 'order with
 * obligation to pay' (Directive 2011/83/EU, article 8(2)); otherwise the customer is not bound.
 */
import type { Offer } from '../../domain/offers.js';

/** The stems of words for paying, buying and ordering at a cost, by language. */
const PAYING: Record<string, RegExp> = {
  bg: /плащ|плат|куп/iu,
  cs: /plat|koup|zakoup/iu,
  da: /betal|køb/iu,
  de: /zahl|kauf|kosten/iu,
  el: /πληρ|αγορ/iu,
  es: /pag|compr/iu,
  et: /maks|osta/iu,
  fi: /maks|osta/iu,
  fr: /pay|paie|achet/iu,
  ga: /íoc|ceannaigh/iu,
  hr: /plat|plać|kup/iu,
  hu: /fizet|vásár|megvesz/iu,
  it: /pag|acquist|compr/iu,
  lt: /mok|pirk/iu,
  lv: /maks|pirk|pērk/iu,
  mt: /ħallas|xtri/iu,
  nl: /betal|koop|kop/iu,
  pl: /płac|płat|kup/iu,
  pt: /pag|compr/iu,
  ro: /plăt|plat|cump/iu,
  sk: /plat|kúp/iu,
  sl: /plač|kup/iu,
  sv: /betal|köp/iu,
  en: /pay|buy|purchase/iu,
};

const MEMBERS = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/** An amount on the button says that one pays. */
const AMOUNT = /\{(dueNow|recurring|difference)\}/;

/** Returns a warning for each language of the Union in which the button of a paid offer does not say that one pays. */
export function labelsWithoutPayment(offer: Offer): string[] {
  if (offer.action.kind === 'pause' || offer.action.kind === 'extend_trial') return [];
  const { copy } = offer;
  const labels: [field: string, tag: string, label: string][] = [
    ['accept', copy.locale ?? 'en', copy.accept],
    ...Object.entries(copy.locales ?? {}).map(([tag, words]): [string, string, string] => [
      `locales.${tag}.accept`,
      tag,
      words.accept,
    ]),
  ];
  return labels
    .filter(([, tag, label]) => !saysThatOnePays(tag, label))
    .map(
      ([field, tag, label]) =>
        `offers.${offer.id}.copy.${field}: ${JSON.stringify(label)} does not say that one pays, which consumers in the ` +
        `European Union must be told on the button (${tag}). Name the amount with {dueNow}, or use a word for paying.`,
    );
}

function saysThatOnePays(tag: string, label: string): boolean {
  const { language, region } = new Intl.Locale(tag);
  // English without a region is read everywhere; the other languages in the Union first of all.
  const concerned = region === undefined ? language !== 'en' : MEMBERS.has(region);
  const words = PAYING[language];
  return !concerned || words === undefined || AMOUNT.test(label) || words.test(label);
}
