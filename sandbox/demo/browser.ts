/** What a customer does in a browser on Dodo's pages: fill in a form, press a button, follow where it leads. */

export const GOOD_CARD = '4242424242424242';
/** Pays while the customer is present, and is declined for every later one-click charge. */
export const DECLINED_LATER_CARD = '4000000000000341';

const EXPIRY = '06/32';
const SECURITY_CODE = '123';
const ZIP_CODE = '10001';

export interface Payer {
  email: string;
  name: string;
  card?: string;
}

/**
 * Pays at a hosted checkout page, for the total it shows.
 *
 * @returns the total, in minor units
 * @throws Error in the page's own words when it refuses
 */
export async function payAtCheckout(checkoutUrl: string, payer: Payer): Promise<number> {
  const fields = formFields(await pageText(await fetch(checkoutUrl)));
  const total = Number(fields.shown_total);
  if (!Number.isSafeInteger(total)) throw new Error(`The checkout page ${checkoutUrl} shows no total.`);
  await submit(checkoutUrl, {
    ...fields,
    email: fields.email || payer.email,
    name: fields.name || payer.name,
    country: 'US',
    zipcode: fields.zipcode || ZIP_CODE,
    card_number: payer.card ?? GOOD_CARD,
    expiry: EXPIRY,
    cvc: SECURITY_CODE,
  });
  return total;
}

/** Confirms a payment on the bank's 3-D Secure page. */
export async function confirmWithBank(url: string): Promise<void> {
  await submit(url, { answer: 'approve' });
}

async function submit(url: string, fields: Record<string, string>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  if (response.status === 303) {
    await response.body?.cancel();
    return;
  }
  const [, words] = /id="error">([^<]*)</.exec(await pageText(response)) ?? [];
  throw new Error(`The page ${url} did not go on: ${words ?? `it answered with ${response.status}`}.`);
}

async function pageText(response: Response): Promise<string> {
  const text = await response.text();
  if (response.status === 200) return text;
  const [, words] = /<p>([^<]*)</.exec(text) ?? [];
  throw new Error(`The page ${response.url} was answered with ${response.status}: ${words ?? text}`);
}

/** The inputs of a page with what they hold. */
function formFields(page: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [input] of page.matchAll(/<input\b[^>]*>/g)) {
    const [, name] = /\bname="([^"]*)"/.exec(input) ?? [];
    const [, value] = /\bvalue="([^"]*)"/.exec(input) ?? [];
    if (name !== undefined) fields[name] = value ?? '';
  }
  return fields;
}
