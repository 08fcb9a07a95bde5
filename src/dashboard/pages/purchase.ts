/** One purchase or trigger: its whole story, in order, and what can be done about it. */
import type { ReviewRecord } from '../../domain/accounting.js';
import type { AttemptRecord } from '../../domain/attempt.js';
import { shownPurchaseId } from '../../domain/ids.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import type { ConsideredFunnel, PurchaseView } from '../../domain/purchase.js';
import { html, type Html } from '../../html.js';
import { replay, seenInWords } from '../../reports/what-if.js';
import type { Visitor } from '../access.js';
import type { DashboardDeps } from '../deps.js';
import { commandForm } from '../parts/command.js';
import type { Page } from '../parts/layout.js';
import { story } from '../parts/story.js';
import { facts, table, type Column } from '../parts/table.js';
import { badge, hrefOf, idLink, money, moment, NOTHING, sentence, spaced } from '../parts/words.js';
import { paymentColumns } from './customer.js';

const MOST = 100;

export async function purchasePage(deps: DashboardDeps, view: PurchaseView, visitor: Visitor): Promise<Page> {
  const { ledger, temporalLink, dodoLink } = deps;
  const { purchase, presentations } = view;
  const { purchaseId, customerId, paymentId, workflowId } = purchase;
  const shownId = shownPurchaseId(purchaseId);
  const [own, ofPurchase, attempts, compensations, reviews, ...ofOffers] = await Promise.all([
    paymentId === undefined ? undefined : ledger.payment(paymentId),
    ledger.payments({ purchaseId }),
    ledger.attemptsOfPurchase(purchaseId),
    ledger.compensationsOf(purchaseId),
    ledger.reviews({ purchaseId, limit: MOST }),
    ...presentations.map(({ id }) => ledger.payments({ presentationId: id })),
  ]);
  const payments = [
    ...new Map(
      [...(own ? [own] : []), ...ofPurchase, ...ofOffers.flat()].map((one) => [one.paymentId, one]),
    ).values(),
  ];
  const subjects = [
    purchaseId,
    shownId,
    ...presentations.map(({ id }) => id),
    ...reviews.map((one) => one.reviewId),
  ];
  const orders = (
    await Promise.all([...new Set(subjects)].map((subject) => ledger.auditTrail({ subject, limit: MOST })))
  ).flat();
  const run = temporalLink(workflowId);
  const name = purchase.trigger === 'purchase' ? 'Purchase' : sentence(purchase.trigger);
  const paid = paymentId === undefined ? undefined : dodoLink(paymentId);
  return {
    title: `${name} ${shownId}`,
    body: html`
      <div class="head">
        <h1>${name} <span class="id">${shownId}</span></h1>
        <p>
          ${badge(view.outcome ?? view.status)}
          ${view.reason !== undefined && html` because of ${spaced(view.reason)}`}
        </p>
      </div>
      ${reviews.filter(({ status }) => status === 'open').map(openReview)}
      <div class="story">
        <div class="stack">
          ${presentations.map((shown) => offerPanel(shown, visitor, shownId))}
          <section class="panel" aria-labelledby="story">
            <header><h2 id="story">What happened</h2></header>
            ${story({ view, payments, compensations, reviews, orders })}
          </section>
          <section class="panel" aria-labelledby="funnels">
            <header><h2 id="funnels">Funnels considered</h2></header>
            ${considered(view)}
          </section>
          <section class="panel" aria-labelledby="requests">
            <header><h2 id="requests">Requests to Dodo about money</h2></header>
            ${table({
              caption: 'Requests to Dodo about money, with their answers',
              columns: ATTEMPTS,
              rows: attempts,
              none: 'None was sent.',
            })}
          </section>
          <section class="panel" aria-labelledby="payments">
            <header><h2 id="payments">Payments</h2></header>
            ${table({
              caption: 'Payments, with what became of their money',
              columns: paymentColumns(dodoLink),
              rows: payments,
              none: 'None was seen yet.',
            })}
          </section>
        </div>
        <aside class="stack aside" aria-label="About this purchase">
          <section class="panel" aria-labelledby="about">
            <header><h2 id="about">About it</h2></header>
            ${facts([
              ['Customer', customerId !== undefined && idLink(customerId, hrefOf.customer(customerId))],
              ['Bought', purchase.productIds.join(', ') || NOTHING],
              ['Amount', purchase.amount !== undefined && money(purchase.amount, purchase.currency)],
              ['Payment', paymentId !== undefined && idLink(paymentId, paid)],
              ['Subscription', purchase.subscriptionId !== undefined && idLink(purchase.subscriptionId)],
              ['Paid on', purchase.purchasedAt !== undefined && moment(purchase.purchasedAt)],
              ['Funnel', view.funnelId !== undefined && html`<code>${view.funnelId}</code>`],
              ['Catalog', view.catalogHash !== undefined && html`<code>${view.catalogHash}</code>`],
              [
                'Run',
                run === undefined
                  ? html`<code>${workflowId}</code>`
                  : html`<a href="${run}">In the Temporal UI</a>`,
              ],
              ['At Dodo', paid !== undefined && html`<a href="${paid}">The payment</a>`],
            ])}
          </section>
          <section class="panel" aria-labelledby="now">
            <header><h2 id="now">What would be shown now?</h2></header>
            ${await wouldBeShown(deps, view)}
          </section>
          <section class="panel" aria-labelledby="commands">
            <header><h2 id="commands">Commands</h2></header>
            ${commands(view, visitor, shownId)}
          </section>
        </aside>
      </div>
    `,
  };
}

function openReview({ reviewId, kind, amount, currency }: ReviewRecord): Html {
  return html`<section class="banner bad" aria-label="Open review">
    <p>
      <strong>${amount === undefined ? 'Something' : money(amount, currency)} is in doubt</strong>:
      ${spaced(kind)}.
      <a href="${hrefOf.review(reviewId)}">Open the review</a>
    </p>
  </section>`;
}

function offerPanel(shown: PresentationRecord, visitor: Visitor, shownId: string): Html {
  const { id, product, price, copy, payment, status, expiresAt } = shown;
  const isOpen = status === 'open';
  const back = `${hrefOf.purchase(shownId)}#${id}`;
  const { method } = payment;
  return html`<section class="panel" id="${id}" aria-labelledby="${id}-name">
    <header>
      <h2 id="${id}-name">${product.name}</h2>
      ${badge(status)}
    </header>
    <div class="columns">
      <div class="offer-card">
        ${copy.badge !== undefined && html`<span class="badge care">${copy.badge}</span>`}
        <h3>${copy.headline}</h3>
        ${copy.body !== undefined && html`<p class="small">${copy.body}</p>`}
        <div class="acts">
          <span class="act yes">${copy.accept}</span><span class="act">${copy.decline}</span>
        </div>
      </div>
      ${facts([
        ['Presentation', html`<span class="id">${id}</span>`],
        ['Offer', html`<code>${shown.offerId}</code>, step <code>${shown.step}</code>`],
        ['Due now', money(price.dueNow, price.currency)],
        ['Tax in it', price.tax !== undefined && money(price.tax, price.currency)],
        [
          'Afterwards',
          price.recurring &&
            `${money(price.recurring.amount, price.currency)} every ${price.recurring.count} ${price.recurring.interval.toLowerCase()}`,
        ],
        ['Quantity', shown.quantity > 1 && String(shown.quantity)],
        [
          'Paid by',
          method
            ? `${method.network ?? method.type} ${method.last4 === undefined ? '' : `ending in ${method.last4}`}`
            : payment.mode === 'checkout' && 'checkout',
        ],
        ['Shown', moment(shown.presentedAt)],
        ['Seen', shown.viewedAt !== undefined && moment(shown.viewedAt)],
        [isOpen ? 'Open until' : 'Was open until', moment(expiresAt)],
        [
          'Decided',
          shown.decision !== undefined && html`${spaced(shown.decision)}, ${moment(shown.decidedAt)}`,
        ],
        [
          'Paid',
          shown.paidAmount !== undefined &&
            html`${money(shown.paidAmount, shown.paidCurrency ?? price.currency)}
            ${shown.recovered && badge('recovered')}`,
        ],
        [
          'Given back',
          shown.refundedAmount > 0 && money(shown.refundedAmount, shown.paidCurrency ?? price.currency),
        ],
        [
          'Checkout',
          shown.checkoutUrl !== undefined &&
            html`<a href="${shown.checkoutUrl}">The link the customer has</a>`,
        ],
        ['Told the customer', shown.message],
      ])}
    </div>
    ${
      isOpen &&
      html`${commandForm({
        visitor,
        action: `/dashboard/presentations/${id}/extend`,
        label: 'Extend',
        explains: 'Moves the end of this offer. The customer sees the new one at once.',
        fields: html`<label
          >Open until (UTC)
          <input name="until" type="datetime-local" required value="${expiresAt.slice(0, 16)}"
        /></label>`,
        back,
      })}${commandForm({
        visitor,
        action: `/dashboard/presentations/${id}/withdraw`,
        label: 'Withdraw',
        explains: 'Takes this offer back. The run goes on as after a decline by nobody: it ends.',
        tone: 'danger',
        back,
      })}`
    }
  </section>`;
}

function considered({ considered: funnels, funnelId }: PurchaseView): Html {
  if (funnels.length === 0) return html`<p class="none">None was considered.</p>`;
  return html`${funnels.map((funnel) => consideredFunnel(funnel, funnelId))}`;
}

function consideredFunnel(
  { funnelId, reason, detail, clauses = [] }: ConsideredFunnel,
  chosen: string | undefined,
): Html {
  const failed = clauses.filter(({ holds }) => holds !== true);
  return html`<div>
    <p>
      <strong>${funnelId}</strong>
      ${reason === undefined ? badge(funnelId === chosen ? 'chosen' : 'matched', 'good') : badge(reason)}
    </p>
    ${detail !== undefined && html`<p class="small soft">${detail}</p>`}
    ${
      failed.length > 0 &&
      html`<ul class="small">
        ${failed.map(
          ({ clause, value, holds }) =>
            html`<li>
              <span class="against">${holds === 'unknown' ? 'Not known' : 'Fails'}</span>:
              <code>${clause}</code>
              ${value !== undefined && html`, it was <code>${JSON.stringify(value)}</code>`}
            </li>`,
        )}
      </ul>`
    }
  </div>`;
}

const ATTEMPTS: Column<AttemptRecord>[] = [
  { title: 'Request', heads: true, cell: ({ attemptId }) => html`<span class="id">${attemptId}</span>` },
  { title: 'Kind', cell: ({ kind }) => spaced(kind) },
  { title: 'Sent', cell: ({ createdAt }) => moment(createdAt) },
  { title: 'Amount', number: true, cell: ({ amount, currency }) => money(amount, currency) },
  {
    title: 'Answer',
    cell: ({ status, errorCode }) =>
      html`${badge(status)}${errorCode !== undefined && html` <code>${errorCode}</code>`}`,
  },
  {
    title: 'Payment',
    cell: ({ paymentId, sessionId }) =>
      paymentId === undefined ? (sessionId ?? NOTHING) : idLink(paymentId, hrefOf.search(paymentId)),
  },
];

/** Tries the recorded facts on the catalog in force, and on the one of that time. Nothing is shown to anybody. */
async function wouldBeShown({ ledger, catalog, now }: DashboardDeps, view: PurchaseView): Promise<Html> {
  const { purchase, facts: known, considered: funnels } = view;
  if (!known) return html`<p class="small soft">The facts it was matched by are not recorded.</p>`;
  const evaluated = {
    purchaseId: purchase.purchaseId,
    trigger: purchase.trigger,
    facts: known,
    considered: funnels,
    ...(view.funnelId !== undefined && { funnelId: view.funnelId }),
    ...(view.reason !== undefined && { reason: view.reason }),
  };
  const current = replay(catalog(), { ...evaluated, at: now().toISOString() });
  const before = view.catalogHash === undefined ? undefined : await ledger.catalogOf(view.catalogHash);
  const then = before && replay(before, { ...evaluated, at: purchase.purchasedAt ?? now().toISOString() });
  const unknown = current.open.flatMap((one) => one.unknown);
  return html`${facts([
      ['Catalog in force', seenInWords(current.after)],
      ['Catalog of its time', then && seenInWords(then.after)],
      ['What was shown', seenInWords(current.before)],
    ])}
    <p class="small soft">
      By the rules alone, on the facts recorded
      then${unknown.length > 0 && ` (not looked up: ${unknown.join(', ')})`}. Nothing is shown to the
      customer.
    </p>
    <details>
      <summary>The facts</summary>
      ${facts(Object.entries(known).map(([name, value]) => [name, html`<code>${JSON.stringify(value)}</code>`]))}
    </details>`;
}

function commands(
  { purchase, presentations, outcome, status }: PurchaseView,
  visitor: Visitor,
  shownId: string,
): Html {
  const back = hrefOf.purchase(shownId);
  const mayEvaluate =
    purchase.trigger === 'purchase' && presentations.length === 0 && outcome === 'ineligible';
  return html`${
    mayEvaluate &&
    commandForm({
      visitor,
      action: `/dashboard/purchases/${encodeURIComponent(shownId)}/evaluate`,
      label: 'Evaluate again',
      explains: 'Starts a new run that looks for an offer, on what Dodo and the catalog say now.',
      back,
    })
  }${commandForm({
    visitor,
    action: `/dashboard/purchases/${encodeURIComponent(shownId)}/close`,
    label: status === 'settled' ? 'Close again' : 'Close',
    explains:
      'Ends the run if it is dead or stuck, and frees its customer for other offers. Nothing is refunded; money in doubt stays under review.',
    tone: 'danger',
    back,
  })}`;
}
