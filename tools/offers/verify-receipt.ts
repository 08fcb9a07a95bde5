/** `npm run offers -- verify-receipt <file>`: checks a signed receipt, offline, and prints it as evidence for a dispute. */
import { readFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import { formatMoney } from '../../src/catalog/money.js';
import { ReceiptError, verifyReceipt, type VerifiedReceipt } from '../../src/http/receipts/verify.js';

/**
 * Verifies the receipt in a file.
 *
 * @param jwksFile the public keys of the installation, as `GET /.well-known/jwks.json` answers them
 * @returns the lines to print
 * @throws Error that says why the receipt cannot be relied on
 */
export async function verifyReceiptFile(file: string, jwksFile?: string): Promise<string[]> {
  const [text, jwks] = await Promise.all([
    readFile(file, 'utf8'),
    jwksFile === undefined ? undefined : readFile(jwksFile, 'utf8'),
  ]);
  return disputePack(await verifyReceipt(text, jwks === undefined ? undefined : keysIn(jwks)));
}

function keysIn(text: string): { keys: JWK[] } {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    if (Array.isArray(keys) && keys.length > 0) return { keys: keys as JWK[] };
  } catch {
    // Said below.
  }
  throw new ReceiptError('The file of keys must be what GET /.well-known/jwks.json answers.');
}

/** Writes a receipt in the order in which card schemes ask: who, what was paid, for what, on which words, by what proof. */
function disputePack({ receipt, keyId, signedAt, trusted }: VerifiedReceipt): string[] {
  const { acceptance, outcome } = receipt;
  const { copy, price, payment, consents } = acceptance;
  const money = (amount: number, currency = price.currency) => formatMoney(amount, currency, 'en');
  const rows: [string, string | undefined][] = [
    ['Customer', acceptance.customerId],
    ['Payment', outcome.paymentId ?? 'none yet'],
    ['Paid', outcome.paidAmount === undefined ? undefined : money(outcome.paidAmount, outcome.paidCurrency)],
    ['Paid at', outcome.paidAt],
    [
      'Paid with',
      payment.method && [payment.method.network ?? payment.method.type, payment.method.last4].join(' '),
    ],
    [
      'Refunded',
      outcome.refundedAmount === undefined ? undefined : money(outcome.refundedAmount, outcome.paidCurrency),
    ],
    ['Status', outcome.status],
    ['Product', `${acceptance.product.name} (${acceptance.product.id}), quantity ${acceptance.quantity}`],
    [
      'Price shown',
      `${acceptance.display.dueNow} due now${acceptance.display.tax ? `, of which tax ${acceptance.display.tax}` : ''}`,
    ],
    ['Renews at', acceptance.display.recurring],
    ['Language', acceptance.locale],
    ['Headline', copy.headline],
    ['Text', copy.body],
    ['Button clicked', copy.accept],
    ...consents.map(({ text, given }): [string, string] => [given ? 'Agreed to' : 'Not agreed to', text]),
    ['Clicked at', receipt.acceptedAt],
    ['Passed on by', acceptance.via],
    ['First purchase', receipt.purchaseId],
    ['Offer', `${acceptance.offerId}, presentation ${receipt.presentationId}`],
    ['Evidence', receipt.evidence],
    ['Signed at', signedAt],
    ['Signed by key', keyId],
  ];
  return [
    trusted
      ? 'The receipt is genuine: signed with a key of the installation, and unchanged since.'
      : `The receipt is unchanged since it was signed with the key ${keyId}. Compare the key with GET /.well-known/jwks.json, or name that answer's file with --jwks.`,
    '',
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(15)} ${value}`])),
  ];
}
