/** Group 6: what each offer would cost a customer who has bought something. */
import type DodoPayments from 'dodopayments';
import type { Dodo } from '../../../src/dodo/client.js';
import { billingOf } from '../../../src/dodo/payments.js';
import { currentPrice } from '../../../src/dodo/pricing.js';
import type { Catalog } from '../../../src/domain/offers.js';
import type { BillingAddress } from '../../../src/domain/purchase.js';
import { formatMoney } from '../../../src/catalog/money.js';
import { ask, paced, type Answer } from '../calls.js';
import { soldActions, type SoldAction } from '../catalog-ids.js';
import { fail, pass, unknown, type Finding, type Group } from '../report.js';

export const PRICE_TITLES = { prices: 'Offers can be priced' };

export function priceChecks(dodo: Dodo, catalog: Catalog | undefined): Group<keyof typeof PRICE_TITLES> {
  return {
    titles: PRICE_TITLES,
    run: async (find) =>
      find(
        'prices',
        catalog ? await priceFinding(dodo, catalog) : unknown('It depends on a catalog without mistakes.'),
      ),
  };
}

interface Buyer {
  customerId: string;
  currency: string;
  billing: BillingAddress;
}

async function priceFinding(dodo: Dodo, catalog: Catalog): Promise<Finding> {
  const actions = soldActions(catalog);
  const [buyer, subscriptions] = await Promise.all([readBuyer(dodo), readSubscriptions(dodo)]);
  const tried = actions.flatMap((sold): [SoldAction, () => Promise<Preview>][] => {
    const { action } = sold;
    if (action.kind === 'change_plan') {
      const subscription = subscriptions.find(({ product_id: plan }) => plan !== action.productId);
      return subscription ? [[sold, () => previewChange(dodo, catalog, sold, subscription)]] : [];
    }
    return buyer ? [[sold, () => previewSale(dodo, catalog, sold, buyer)]] : [];
  });
  if (tried.length === 0) {
    return unknown('Nobody has bought anything yet that an offer could be previewed for.');
  }
  const previews = await paced(tried, async ([sold, preview]) => ({ sold, answer: await ask(preview) }));
  const wrong = previews.flatMap(({ sold, answer }) => {
    const problem = problemOf(answer);
    return problem === undefined ? [] : [`${sold.where}: ${problem}`];
  });
  if (wrong.length > 0) {
    return fail(
      `${wrong.join('; ')}.`,
      'Dodo would refuse to sell this: correct the product, its price, the proration mode or the discount code.',
    );
  }
  const [failed] = previews.flatMap(({ answer }) => (answer.kind === 'failed' ? [answer.why] : []));
  if (failed !== undefined) return unknown(`${failed}.`);
  const amounts = previews.map(({ sold, answer }) =>
    answer.kind === 'found'
      ? `${sold.where.replace(/^offers\./, '')} ${formatMoney(answer.value.dueNow, answer.value.currency)}`
      : sold.where,
  );
  const left = actions.length - tried.length;
  const rest = left === 0 ? '' : `; ${left} not previewed, for lack of a customer or a subscription`;
  return pass(`${amounts.join(', ')}${rest}.`);
}

interface Preview {
  dueNow: number;
  currency: string;
  /** The currency in which the customer paid before. */
  expected: string;
}

async function previewSale(
  dodo: Dodo,
  catalog: Catalog,
  { offerId, action }: SoldAction,
  { customerId, currency, billing }: Buyer,
): Promise<Preview> {
  const discountCode = catalog.offers[offerId]?.discountCode;
  const price = await currentPrice(dodo, { action, discountCode }, { customerId, currency, billing });
  if (!price) throw new Error('no price');
  return { dueNow: price.dueNow, currency: price.currency, expected: currency };
}

async function previewChange(
  dodo: Dodo,
  catalog: Catalog,
  { offerId, action }: SoldAction,
  subscription: DodoPayments.Subscription,
): Promise<Preview> {
  const discountCode = catalog.offers[offerId]?.discountCode;
  const customerId = subscription.customer.customer_id;
  const price = await currentPrice(dodo, { action, discountCode }, { customerId, subscription });
  if (!price) throw new Error('no price');
  return { dueNow: price.dueNow, currency: price.currency, expected: subscription.currency };
}

/** Says what is wrong with an answer; undefined when nothing is, or nothing can be said. */
function problemOf(answer: Answer<Preview>): string | undefined {
  if (answer.kind === 'missing') return 'its product does not exist';
  if (answer.kind === 'failed') return /\b(?:400|409|422)\b/.test(answer.why) ? answer.why : undefined;
  const { currency, expected } = answer.value;
  return currency === expected
    ? undefined
    : `it is priced in ${currency}, and the customer paid in ${expected} before`;
}

/** Returns the latest customer who paid, with the address the price depends on. */
async function readBuyer(dodo: Dodo): Promise<Buyer | undefined> {
  const { items } = await dodo.payments.list({ status: 'succeeded', page_number: 0, page_size: 1 });
  const [row] = items;
  if (!row) return undefined;
  const payment = await dodo.payments.retrieve(row.payment_id);
  return {
    customerId: payment.customer.customer_id,
    currency: payment.currency,
    billing: billingOf(payment),
  };
}

const SUBSCRIPTIONS = 20;

/** Returns subscriptions on at least two plans where there are such, so that each plan may be changed to. */
async function readSubscriptions(dodo: Dodo): Promise<DodoPayments.Subscription[]> {
  const { items } = await dodo.subscriptions.list({
    status: 'active',
    page_number: 0,
    page_size: SUBSCRIPTIONS,
  });
  const [first] = items;
  const other = items.find(({ product_id: plan }) => plan !== first?.product_id);
  return Promise.all(
    [first, other].flatMap((row) => (row ? [dodo.subscriptions.retrieve(row.subscription_id)] : [])),
  );
}
