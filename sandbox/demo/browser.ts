/** A customer's browser on Dodo's pages: fills in a form, submits it, follows the redirect. */

export const GOOD_CARD = '4242424242424242';
/** Pays while the customer is present, declines every later one-click charge. */
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
 * Pays the total shown on a hosted checkout page.
 *
 * @returns the total, in minor units
 * @throws Error with the page's own message when it refuses
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
  throw new Error(`The page ${url} refused the form: ${words ?? `status ${response.status}`}.`);
}

async function pageText(response: Response): Promise<string> {
  const text = await response.text();
  if (response.status === 200) return text;
  const [, words] = /<p>([^<]*)</.exec(text) ?? [];
  throw new Error(`The page ${response.url} returned ${response.status}: ${words ?? text}`);
}

/** Returns the inputs of a page with their values. */
function formFields(page: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [input] of page.matchAll(/<input\b[^>]*>/g)) {
    const [, name] = /\bname="([^"]*)"/.exec(input) ?? [];
    const [, value] = /\bvalue="([^"]*)"/.exec(input) ?? [];
    if (name !== undefined) fields[name] = value ?? '';
  }
  return fields;
}
