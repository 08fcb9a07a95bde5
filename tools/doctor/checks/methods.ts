/** Group 5: what the customers who paid last could be charged with. */
import type DodoPayments from 'dodopayments';
import type { Dodo } from '../../../src/dodo/client.js';
import { ask, paced } from '../calls.js';
import { fail, pass, unknown, type Finding, type Group } from '../report.js';

export const METHOD_TITLES = { methods: 'Saved payment methods' };
const PAYERS = 20;
const PAGE_SIZE = 100;

type Method = DodoPayments.CustomerRetrievePaymentMethodsResponse['items'][number];

export function methodChecks(dodo: Dodo): Group<keyof typeof METHOD_TITLES> {
  return {
    titles: METHOD_TITLES,
    run: async (find) => find('methods', await methodFinding(dodo)),
  };
}

async function methodFinding(dodo: Dodo): Promise<Finding> {
  const payments = await ask(() =>
    dodo.payments.list({ status: 'succeeded', page_number: 0, page_size: PAGE_SIZE }),
  );
  if (payments.kind !== 'found')
    return unknown(payments.kind === 'failed' ? `${payments.why}.` : 'No payments.');
  const payers = [...new Set(payments.value.items.map(({ customer }) => customer.customer_id))].slice(
    0,
    PAYERS,
  );
  if (payers.length === 0) return unknown('Nobody has paid yet.');

  const answers = await paced(payers, (id) => ask(() => dodo.customers.retrievePaymentMethods(id)));
  const read = answers.flatMap((answer) => (answer.kind === 'found' ? [answer.value.items] : []));
  if (read.length === 0) {
    const [first] = answers;
    return unknown(first?.kind === 'failed' ? `${first.why}.` : 'The payers are unknown to Dodo.');
  }
  const withMethod = read.filter((items) => items.length > 0).length;
  const summary = `${withMethod} of the last ${read.length} payers have a saved method`;
  if (withMethod === 0) {
    return fail(
      `${summary}: offers cannot be charged with one click.`,
      'Check in the Dodo dashboard that payment methods are saved at the checkout, or let offers use a checkout ' +
        '(if_no_payment_method: checkout).',
    );
  }
  return pass(`${summary}: ${describeTypes(read.flat())}.`);
}

/** `5 card (2 without recurring_enabled, 1 without an expiry date), 1 upi`. */
function describeTypes(methods: Method[]): string {
  const types = [...new Set(methods.map(({ payment_method: type }) => type))];
  return types
    .map((type) => {
      const some = methods.filter((method) => method.payment_method === type);
      const notes = [
        note(some, 'not recurring_enabled', ({ recurring_enabled: enabled }) => enabled === false),
        note(some, 'silent about recurring_enabled', ({ recurring_enabled: enabled }) => enabled == null),
        note(
          some,
          'without an expiry date',
          ({ card }) => card != null && (!card.expiry_month || !card.expiry_year),
        ),
      ].filter((text) => text !== '');
      return `${some.length} ${type}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
    })
    .join(', ');
}

function note(methods: Method[], words: string, holds: (method: Method) => boolean): string {
  const number = methods.filter(holds).length;
  return number === 0 ? '' : `${number} ${words}`;
}
