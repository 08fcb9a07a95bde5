/** A customer: what they bought, what they were offered, and what came of it. */
import type { PaymentRecord } from '../../domain/accounting.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import { shownPurchaseId } from '../../domain/ids.js';
import { html } from '../../html.js';
import type { PurchaseSummary } from '../../ledger/index.js';
import type { DashboardDeps } from '../deps.js';
import type { Page } from '../parts/layout.js';
import { facts, table, type Column } from '../parts/table.js';
import { badge, hrefOf, idLink, money, moment, NOTHING, spaced } from '../parts/words.js';

const MOST_ROWS = 200;

/** Returns the page; undefined for a customer of whom nothing is known. */
export async function customerPage(
  { ledger, dodoLink }: Pick<DashboardDeps, 'ledger' | 'dodoLink'>,
  customerId: string,
): Promise<Page | undefined> {
  const [bought, current, payments, exposures] = await Promise.all([
    ledger.purchasesOf(customerId, MOST_ROWS),
    ledger.currentPresentation(customerId, new Date().toISOString()),
    ledger.payments({ customerId }),
    ledger.exposuresOf(customerId),
  ]);
  const shown = await ledger.presentations({ customerId, limit: MOST_ROWS });
  if (bought.length === 0 && shown.length === 0 && payments.length === 0) return undefined;
  const open = current && current.status !== 'paid' ? current : undefined;
  return {
    title: `Customer ${customerId}`,
    body: html`
      <div class="head">
        <h1>Customer <span class="id">${customerId}</span></h1>
      </div>
      ${
        open &&
        html`<section class="banner" aria-label="Under way">
          <p>
            ${badge(open.status)}
            <a href="${hrefOf.presentation(open.purchaseId, open.id)}">${open.product.name}</a> for
            ${money(open.price.dueNow, open.price.currency)}, until ${moment(open.expiresAt)}
          </p>
        </section>`
      }
      <section class="panel" aria-labelledby="purchases">
        <header>
          <h2 id="purchases">Purchases and triggers</h2>
          <span class="soft small">newest first</span>
        </header>
        ${table({
          caption: 'Purchases and triggers of this customer',
          columns: PURCHASES,
          rows: bought,
          none: 'None is known.',
        })}
      </section>
      <section class="panel" aria-labelledby="offers">
        <header><h2 id="offers">Offers</h2></header>
        ${table({ caption: 'Offers shown to this customer', columns: OFFERS, rows: shown, none: 'None was shown.' })}
      </section>
      <div class="columns">
        <section class="panel" aria-labelledby="payments">
          <header><h2 id="payments">Payments</h2></header>
          ${table({
            caption: 'Payments of this customer that were seen',
            columns: paymentColumns(dodoLink),
            rows: payments,
            none: 'None was seen yet.',
          })}
        </section>
        ${
          Object.keys(exposures).length > 0 &&
          html`<section class="panel" aria-labelledby="arms">
            <header><h2 id="arms">Experiments</h2></header>
            ${facts(Object.entries(exposures))}
          </section>`
        }
      </div>
    `,
  };
}

const PURCHASES: Column<PurchaseSummary>[] = [
  {
    title: 'Purchase',
    heads: true,
    cell: ({ purchaseId }) => idLink(shownPurchaseId(purchaseId), hrefOf.purchase(purchaseId)),
  },
  { title: 'When', cell: ({ at }) => moment(at) },
  { title: 'Set off by', cell: ({ trigger }) => spaced(trigger) },
  { title: 'Products', cell: ({ productIds }) => productIds.join(', ') || NOTHING },
  { title: 'Amount', number: true, cell: ({ amount, currency }) => money(amount, currency) },
  {
    title: 'Ended as',
    cell: ({ status, outcome, reason }) =>
      html`${badge(outcome ?? status)}${reason !== undefined && html` <span class="soft">${spaced(reason)}</span>`}`,
  },
];

const OFFERS: Column<PresentationRecord>[] = [
  {
    title: 'Offer',
    heads: true,
    cell: ({ id, purchaseId, offerId }) =>
      html`<a href="${hrefOf.presentation(purchaseId, id)}">${offerId}</a>
        <span class="soft id">${id}</span>`,
  },
  { title: 'Product', cell: ({ product }) => product.name },
  { title: 'Shown', cell: ({ presentedAt }) => moment(presentedAt) },
  { title: 'Price', number: true, cell: ({ price }) => money(price.dueNow, price.currency) },
  { title: 'Status', cell: ({ status }) => badge(status) },
  {
    title: 'Paid',
    number: true,
    cell: ({ paidAmount, paidCurrency, price, refundedAmount }) => {
      const currency = paidCurrency ?? price.currency;
      return html`${money(paidAmount, currency)}${
        refundedAmount > 0 && html`<span class="soft">${money(refundedAmount, currency)} given back</span>`
      }`;
    },
  },
];

/** The columns of a list of payments, here and on the page of a purchase. */
export function paymentColumns(dodoLink: DashboardDeps['dodoLink']): Column<PaymentRecord>[] {
  return [
    {
      title: 'Payment',
      heads: true,
      cell: ({ paymentId }) => {
        const href = dodoLink(paymentId);
        return html`${idLink(paymentId, hrefOf.search(paymentId))}${
          href !== undefined &&
          html` <a class="small" href="${href}">at Dodo<span class="unseen">: ${paymentId}</span></a>`
        }`;
      },
    },
    { title: 'Amount', number: true, cell: ({ amount, currency }) => money(amount, currency) },
    { title: 'At Dodo', cell: ({ status }) => badge(status ?? 'unknown') },
    {
      title: 'Verdict',
      cell: ({ verdict, verdictDetail }) =>
        html`${badge(verdict)}${verdictDetail !== undefined && html`<span class="soft small">${spaced(verdictDetail)}</span>`}`,
    },
    {
      title: 'Given back',
      number: true,
      cell: ({ refundedAmount, lostAmount, currency }) =>
        refundedAmount + lostAmount === 0 ? NOTHING : money(refundedAmount + lostAmount, currency),
    },
    {
      title: 'First seen',
      cell: ({ source, firstSeenAt }) =>
        html`${moment(firstSeenAt)}<span class="soft small">${spaced(source)}</span>`,
    },
  ];
}
