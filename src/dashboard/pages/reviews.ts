/** Reviews: money or access in doubt, and one of them with everything that helps to decide it. */
import { z } from 'zod';
import { REVIEW_KINDS, REVIEW_STATUSES, type ReviewRecord } from '../../domain/accounting.js';
import { mismatch, type Candidate } from '../../domain/evidence.js';
import { shownPurchaseId } from '../../domain/ids.js';
import { html, type Html } from '../../html.js';
import { candidatesOrReason, subjectOf } from '../../http/reviews/candidates.js';
import type { Visitor } from '../access.js';
import type { DashboardDeps } from '../deps.js';
import { commandForm } from '../parts/command.js';
import type { Page } from '../parts/layout.js';
import { facts, table, type Column } from '../parts/table.js';
import { ageOf, badge, hrefOf, idLink, money, moment, several, spaced, sentence } from '../parts/words.js';

const MOST = 200;

export const reviewsPageQuery = z.strictObject({
  status: z.enum(REVIEW_STATUSES, `must be one of ${REVIEW_STATUSES.join(', ')}`).default('open'),
  kind: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.enum(REVIEW_KINDS, `must be one of ${REVIEW_KINDS.join(', ')}`).optional(),
  ),
});

export async function reviewsPage(
  { ledger, now }: Pick<DashboardDeps, 'ledger' | 'now'>,
  { status, kind }: z.output<typeof reviewsPageQuery>,
): Promise<Page> {
  const found = await ledger.reviews({ status, ...(kind && { kind }), limit: MOST });
  // The oldest doubt is the most urgent one.
  const rows = status === 'open' ? found.toReversed() : found;
  return {
    title: 'Reviews',
    area: '/dashboard/reviews',
    body: html`
      <div class="head">
        <h1>Reviews</h1>
        <p>Money or access in doubt, which only a person or a later proof from Dodo can end.</p>
      </div>
      <section class="panel" aria-labelledby="list">
        <form class="filters" action="/dashboard/reviews">
          <label>
            Status
            <select name="status">
              ${REVIEW_STATUSES.map((one) => option(one, one === status))}
            </select>
          </label>
          <label>
            Kind
            <select name="kind">
              <option value="">all</option>
              ${REVIEW_KINDS.map((one) => option(one, one === kind))}
            </select>
          </label>
          <button type="submit">Show</button>
        </form>
        <header><h2 id="list">${several(rows.length, `${status} review`)}</h2></header>
        ${table({
          caption: 'Reviews',
          columns: columnsOf(now()),
          rows,
          none: status === 'open' ? 'Nothing is in doubt.' : 'None was resolved yet.',
        })}
      </section>
    `,
  };
}

const SELECTED: Html = { markup: 'selected' };

function option(value: string, selected: boolean): Html {
  return html`<option value="${value}" ${selected && SELECTED}>${spaced(value)}</option>`;
}

function columnsOf(now: Date): Column<ReviewRecord>[] {
  return [
    {
      title: 'In doubt',
      heads: true,
      cell: ({ reviewId, kind }) => html`<a href="${hrefOf.review(reviewId)}">${sentence(kind)}</a>`,
    },
    { title: 'Amount', number: true, cell: ({ amount, currency }) => money(amount, currency) },
    {
      title: 'For',
      cell: ({ openedAt, resolvedAt }) =>
        ageOf(openedAt, resolvedAt === undefined ? now : new Date(resolvedAt)),
    },
    { title: 'Since', cell: ({ openedAt }) => moment(openedAt) },
    {
      title: 'Customer',
      cell: ({ customerId }) =>
        idLink(customerId, customerId === undefined ? undefined : hrefOf.customer(customerId)),
    },
    {
      title: 'Purchase',
      cell: ({ purchaseId }) =>
        purchaseId === undefined ? '–' : idLink(shownPurchaseId(purchaseId), hrefOf.purchase(purchaseId)),
    },
    {
      title: 'Said',
      cell: ({ resolution }) =>
        resolution ? `${resolution.paid ? 'paid' : 'not paid'}, by ${resolution.by}` : '–',
    },
  ];
}

/** What a word on a review means, by its kind: yes and no. */
const MEANING: Record<ReviewRecord['kind'], [paid: string, notPaid: string]> = {
  unproven_attempt: [
    'It was paid: the payment pays for the offer',
    'It was not paid: the customer gets the checkout link',
  ],
  payment_differs: ['It counts for the offer, at what Dodo says', 'It does not count, and is refunded'],
  run_ended: ['It was paid: the payment pays for the offer', 'It was not paid'],
  refund_failed: ['The customer keeps what they paid for', 'It has gone back another way'],
  subscription_lives_on: ['It has ended at Dodo', 'It goes on, for the reason given'],
  purchase_paid_twice: ['The second payment stays', 'It has gone back'],
  payment_unmatched: ['The payment stays', 'It has gone back'],
  retention_unproven: ['The subscription has it', 'The subscription does not have it'],
  pause_not_ended: ['The pause has ended', 'The pause goes on, for the reason given'],
};

export async function reviewPage(deps: DashboardDeps, review: ReviewRecord, visitor: Visitor): Promise<Page> {
  const { now, dodoLink, temporalLink } = deps;
  const { reviewId, kind, status, amount, currency, openedAt, resolution, purchaseId } = review;
  const subject = await subjectOf(deps, review);
  const found = await candidatesOrReason(deps, subject);
  const run = subject.presentation && temporalLink(subject.presentation.workflowId);
  return {
    title: `Review: ${spaced(kind)}`,
    area: '/dashboard/reviews',
    body: html`
      <div class="head">
        <h1>${amount === undefined ? sentence(kind) : `${money(amount, currency)} in doubt`}</h1>
        <p>
          ${badge(status)} ${sentence(kind)}, for
          ${ageOf(openedAt, resolution && review.resolvedAt !== undefined ? new Date(review.resolvedAt) : now())}.
          ${review.detail}
        </p>
      </div>
      <div class="story">
        <div class="stack">
          ${
            found.candidates === null
              ? html`<section class="banner care" aria-label="Dodo">
                  <p>${found.candidatesReason}</p>
                </section>`
              : candidates(found.candidates, dodoLink)
          }
        </div>
        <aside class="stack aside" aria-label="About this review">
          ${decide(review, found.candidates ?? [], visitor)}
          <section class="panel" aria-labelledby="about">
            <header><h2 id="about">About it</h2></header>
            ${facts([
              ['Review', html`<span class="id">${reviewId}</span>`],
              ['Opened', moment(openedAt)],
              [
                'Customer',
                subject.customerId !== undefined &&
                  idLink(subject.customerId, hrefOf.customer(subject.customerId)),
              ],
              [
                'Purchase',
                purchaseId !== undefined && idLink(shownPurchaseId(purchaseId), hrefOf.purchase(purchaseId)),
              ],
              [
                'Offer',
                subject.presentation &&
                  html`<a
                      href="${hrefOf.presentation(subject.presentation.purchaseId, subject.presentation.id)}"
                      >${subject.presentation.product.name}</a
                    >
                    ${badge(subject.presentation.status)}`,
              ],
              [
                'Attempt',
                review.attemptId !== undefined && html`<span class="id">${review.attemptId}</span>`,
              ],
              [
                'Payment',
                review.paymentId !== undefined && idLink(review.paymentId, dodoLink(review.paymentId)),
              ],
              ['Subscription', review.subscriptionId !== undefined && idLink(review.subscriptionId)],
              ['Run', run !== undefined && html`<a href="${run}">In the Temporal UI</a>`],
            ])}
          </section>
        </aside>
      </div>
    `,
  };
}

function candidates(found: readonly Candidate[], dodoLink: DashboardDeps['dodoLink']): Html {
  if (found.length === 0)
    return html`<section class="panel" aria-labelledby="candidates">
      <h2 id="candidates">Candidates</h2>
      <p class="none">Dodo shows no payment of this customer since the attempt.</p>
    </section>`;
  return html`<div>
      <h2 id="candidates">Candidates</h2>
      <p class="soft small">
        The customer’s payments as Dodo has them now, and what speaks for and against each.
      </p>
    </div>
    ${found.map((one) => candidatePanel(one, dodoLink(one.paymentId)))}`;
}

function candidatePanel(candidate: Candidate, link: string | undefined): Html {
  const { paymentId, amount, currency, status, verdict, verdictDetail, createdAt, evidence } = candidate;
  const why = mismatch(candidate);
  const said = evidence.filter(({ says }) => says !== 'nothing');
  return html`<section class="panel" aria-labelledby="${paymentId}">
    <header>
      <h3 id="${paymentId}">${money(amount, currency)} <span class="id">${paymentId}</span></h3>
      ${badge(status ?? 'unknown')}
    </header>
    <p class="small">
      ${why === undefined ? html`<strong class="for">It may be the one.</strong>` : html`<strong class="against">It cannot be the one: ${why}</strong>`}
      Verdict: ${spaced(verdict)}${verdictDetail !== undefined && `, ${spaced(verdictDetail)}`}. Made
      ${moment(createdAt)}.
      ${link !== undefined && html`<a href="${link}">At Dodo<span class="unseen">: ${paymentId}</span></a>`}
    </p>
    <ul class="evidence">
      ${said.map(
        ({ check, says, detail }) =>
          html`<li class="${says}">
            <span aria-hidden="true">${says === 'for' ? '✓' : '✗'}</span>
            <span
              ><strong>${spaced(check)}</strong>
              <span class="unseen">speaks ${says} it:</span> ${detail}</span
            >
          </li>`,
      )}
    </ul>
  </section>`;
}

function decide(
  { reviewId, kind, status, resolution }: ReviewRecord,
  found: readonly Candidate[],
  visitor: Visitor,
): Html {
  if (status === 'resolved')
    return html`<section class="banner good" aria-label="Resolution">
      <p>
        Resolved as <strong>${resolution?.paid ? 'paid' : 'not paid'}</strong> by
        <code>${resolution?.by}</code>: “${resolution?.reason}”
      </p>
    </section>`;
  const [yes, no] = MEANING[kind];
  const likely = found.filter((one) => mismatch(one) === undefined && one.verdict === 'counts');
  const fields = html`<fieldset class="choices">
      <legend class="small soft">What is so</legend>
      <label class="choice"><input type="radio" name="paid" value="true" required /> ${yes}</label>
      <label class="choice"><input type="radio" name="paid" value="false" required /> ${no}</label>
    </fieldset>
    <label>
      Payment, if one is meant
      <select name="paymentId">
        <option value="">none, or the only one that fits</option>
        ${found.map(
          (one) =>
            html`<option value="${one.paymentId}" ${likely.length === 1 && one === likely[0] && SELECTED}>
              ${one.paymentId}, ${money(one.amount, one.currency)}, ${one.status}
            </option>`,
        )}
      </select>
    </label>`;
  return html`<section class="panel decide" aria-labelledby="decide">
    <header><h2 id="decide">Decide</h2></header>
    ${commandForm({
      visitor,
      action: `/dashboard/reviews/${reviewId}/resolve`,
      label: 'Resolve this review',
      explains: 'What you say is checked against Dodo at the click. Of two operators, the first wins.',
      fields,
      tone: 'main',
      back: hrefOf.review(reviewId),
      open: true,
    })}
  </section>`;
}
