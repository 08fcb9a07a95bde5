/** Search leads to the page that tells the story of an id. This page says that there is none. */
import { html } from '../../html.js';
import type { Place } from '../../ledger/index.js';
import type { Page } from '../parts/layout.js';
import { hrefOf } from '../parts/words.js';

/** Returns the address of the page on which a place is told. */
export function addressOf(place: Place): string {
  switch (place.kind) {
    case 'customer':
      return hrefOf.customer(place.customerId);
    case 'review':
      return hrefOf.review(place.reviewId);
    case 'purchase':
      return place.presentationId === undefined
        ? hrefOf.purchase(place.purchaseId)
        : hrefOf.presentation(place.purchaseId, place.presentationId);
  }
}

export function nothingFoundPage(query: string): Page {
  return {
    title: 'Search',
    body: html`
      <div class="head"><h1>Search</h1></div>
      <section class="panel">
        ${
          query === ''
            ? html`<p>Enter an id.</p>`
            : html`<p role="status">Nothing is known of <span class="id">${query}</span>.</p>`
        }
        <p class="small soft">
          Ids of customers (<code>cus_</code>), payments (<code>pay_</code>), subscriptions
          (<code>sub_</code>), presentations (<code>prs_</code>), refunds (<code>ref_</code>), reviews
          (<code>rev_</code>), notifications (<code>ntf_</code>), attempts, purchases and events lead to one
          page. A purchase whose webhook has just come appears as soon as a worker has recorded it.
        </p>
      </section>
    `,
  };
}
