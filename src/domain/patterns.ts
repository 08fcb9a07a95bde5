/**
 * The patterns of ids and names, once for the catalog, the API and the webhooks. Ids end up in workflow ids, in URLs to
 * Dodo and in SQL, so each pattern is an allow-list of ASCII: look-alike letters, slashes and names made of dots are refused.
 */
export interface TextPattern {
  regex: RegExp;
  /** Completes "must be ...". */
  expected: string;
}

/** An id that Dodo made: of a product, customer, payment, subscription, ... */
export const DODO_ID: TextPattern = {
  regex: /^[A-Za-z0-9_-]{1,128}$/,
  expected: '1 to 128 letters, digits, "_" or "-"',
};

/** The id of a purchase. */
export const PURCHASE_ID: TextPattern = {
  regex: /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
  expected: '1 to 128 letters, digits, "_" or "-", the first a letter or digit',
};

/** The id of a presentation. */
export const PRESENTATION_ID: TextPattern = {
  regex: /^prs_[A-Za-z0-9_-]{1,100}$/,
  expected: '"prs_" and 1 to 100 letters, digits, "_" or "-"',
};

/** The id of a trigger, chosen by the merchant. */
export const EVENT_ID: TextPattern = {
  regex: /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$/,
  expected: '1 to 200 letters, digits, "_", ".", ":" or "-", the first a letter or digit',
};

/** An offer, funnel, step, option, variant or experiment in the catalog. */
export const CATALOG_ID: TextPattern = {
  regex: /^[a-z0-9][a-z0-9_-]{0,63}$/,
  expected: 'lower-case letters, digits, _ and -, starting with a letter or digit, at most 64',
};

/** The hash of a price. */
export const PRICE_HASH: TextPattern = {
  regex: /^[A-Za-z0-9:_-]{1,128}$/,
  expected: 'the hash of a price as it was shown',
};

/** The id of a notification. */
export const NOTIFICATION_ID: TextPattern = {
  regex: /^ntf_[0-9a-f]{24}$/,
  expected: '"ntf_" and 24 hexadecimal digits',
};

/** The id of a review. */
export const REVIEW_ID: TextPattern = {
  regex: /^rev_[0-9a-f]{24}$/,
  expected: '"rev_" and 24 hexadecimal digits',
};

/** The id of a bulk run. */
export const BULK_ID: TextPattern = {
  regex: /^blk_[0-9a-f]{24}$/,
  expected: '"blk_" and 24 hexadecimal digits',
};

/** The name of a merchant's own fact, sent with a trigger and called `facts.<name>` in the catalog. */
export const CUSTOM_FACT: TextPattern = {
  regex: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
  expected: '1 to 64 letters, digits, "_", "." or "-", the first a letter, digit or "_"',
};

/** A metadata key at Dodo. */
export const METADATA_KEY: TextPattern = {
  regex: /^[A-Za-z0-9_-]{1,40}$/,
  expected: '1 to 40 letters, digits, "_" or "-"',
};

/** A discount code at Dodo. */
export const DISCOUNT_CODE: TextPattern = {
  regex: /^[A-Za-z0-9_-]{3,64}$/,
  expected: '3 to 64 letters, digits, "_" or "-"',
};
