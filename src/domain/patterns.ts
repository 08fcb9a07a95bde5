/**
 * What ids and names look like, once for the catalog, the API and the webhooks. Ids end up in workflow ids, in URLs to
 * Dodo and in SQL, so each is an allow-list of ASCII: look-alike letters, slashes and names of dots are refused.
 */
export interface TextPattern {
  regex: RegExp;
  /** Completes "must be ...". */
  expected: string;
}

/** An id that Dodo made, of any kind: products, customers, payments, subscriptions. */
export const DODO_ID: TextPattern = {
  regex: /^[A-Za-z0-9_-]{1,128}$/,
  expected: '1 to 128 letters, digits, "_" or "-"',
};

/** The id of a purchase. */
export const PURCHASE_ID: TextPattern = {
  regex: /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
  expected: '1 to 128 letters, digits, "_" or "-", the first a letter or digit',
};

export const PRESENTATION_ID: TextPattern = {
  regex: /^prs_[A-Za-z0-9_-]{1,100}$/,
  expected: '"prs_" and 1 to 100 letters, digits, "_" or "-"',
};

/** The merchant's id of a trigger. */
export const EVENT_ID: TextPattern = {
  regex: /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$/,
  expected: '1 to 200 letters, digits, "_", ".", ":" or "-", the first a letter or digit',
};

/** An offer, funnel, step, option, variant or experiment in the catalog. */
export const CATALOG_ID: TextPattern = {
  regex: /^[a-z0-9][a-z0-9_-]{0,63}$/,
  expected: 'lower-case letters, digits, _ and -, starting with a letter or digit, at most 64',
};

export const PRICE_HASH: TextPattern = {
  regex: /^[A-Za-z0-9:_-]{1,128}$/,
  expected: 'the hash of a price as it was shown',
};

export const NOTIFICATION_ID: TextPattern = {
  regex: /^ntf_[0-9a-f]{24}$/,
  expected: '"ntf_" and 24 hexadecimal digits',
};

/** A fact of the merchant's own, sent with a trigger and named `facts.<name>` in the catalog. */
export const CUSTOM_FACT: TextPattern = {
  regex: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
  expected: '1 to 64 letters, digits, "_", "." or "-", the first a letter, digit or "_"',
};

/** A key of Dodo's metadata. */
export const METADATA_KEY: TextPattern = {
  regex: /^[A-Za-z0-9_-]{1,40}$/,
  expected: '1 to 40 letters, digits, "_" or "-"',
};

export const DISCOUNT_CODE: TextPattern = {
  regex: /^[A-Za-z0-9_-]{3,64}$/,
  expected: '3 to 64 letters, digits, "_" or "-"',
};
